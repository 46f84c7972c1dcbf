"""The audit log: labels, filters, keyset pages, and isolation of accounts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.audit_words import action_words, details_words
from accounts.models import Account, Subaccount
from accounts.selectors.audit import AuditFilter, actions_of, audit_entries
from tests.people import principal, visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
AUDIT = "/settings/audit/"
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.fixture
def acme(db, every_account):
    """An account without audit entries; existing entries cannot be deleted."""
    account = Account.objects.create(name="Acme", time_zone="Asia/Singapore")
    Subaccount.objects.create(account=account, code="acme_shop", name="Shop")
    return account


@pytest.fixture
def other(db, every_account):
    return Account.objects.create(name="Other")


@pytest.fixture
def noted(acme):
    """Writes entries a minute apart, newest last."""

    def write(*actions, account=acme, actor="ada@people.example", target="Shop", at=NOW, address="", details=None):
        for minute, action in enumerate(actions):
            with time_machine.travel(at + timedelta(minutes=minute), tick=False):
                principal(account, actor, address=address).record(action, target, details)

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield write


def listed_actions(client, query=""):
    """The actions on a page, in its order."""
    return [entry.action for entry, _, _ in client.get(AUDIT + query).context["entries"]]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("api_key.created", "API key created"),
        ("team.invitation_withdrawn", "Team invitation withdrawn"),
        ("rate_card.activated", "Rate card activated"),
        ("person.second_factor_added", "Login second factor added"),
        ("odd", "Odd"),
    ],
)
def test_actions_in_words(action, words):
    assert action_words(action) == words


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({}, ""),
        ({"count": 0, "removed": {}}, "count 0"),
        ({"from": {"role": "viewer", "subaccounts": "all"}, "to": {"role": "admin", "subaccounts": ["a", "b"]}},
         "role viewer; subaccounts all → role admin; subaccounts a, b"),
        ({"scopes": [], "expires_at": None, "is_active": True, "count": 3}, "scopes none; is active yes; count 3"),
        ({"until": "2026-11-21T14:45:40.377029+00:00", "day": "2026-11-21"}, "until 21 Nov 2026 14:45; day 2026-11-21"),
    ],
)  # fmt: skip
def test_details_in_words(details, words):
    assert details_words(details) == words


def test_the_newest_first_with_who_what_and_where(acme, noted):
    noted("team.invited", "api_key.created", address="192.0.2.1", details={"scopes": ["costs:read"]})
    client = visitor(acme)
    assert listed_actions(client) == ["api_key.created", "team.invited"]
    page = text(client.get(AUDIT))
    for label in (
        "ada@people.example",
        "API key created",
        "scopes costs:read",
        "Shop",
        "192.0.2.1",
        "10 Nov 2026, 20:00",
    ):
        assert label in page


def test_each_account_has_its_own_record(acme, other, noted):
    noted("team.invited")
    noted("team.removed", account=other)
    noted("cards.loaded", account=None)
    assert listed_actions(visitor(acme)) == ["team.invited"]
    assert actions_of(other) == ["team.removed"]


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("?actor=BOB", ["team.removed"]),
        ("?target=ill", ["team.removed"]),
        ("?action=team.invited", ["team.invited"]),
        ("?range=today", ["team.removed", "team.invited"]),
        ("?from=2026-10-02&to=2026-10-02", ["endpoint.rotated"]),
        ("?range=any", ["team.removed", "team.invited", "endpoint.rotated"]),
        ("?action=team.invited&actor=bob", []),
    ],
)
def test_filters(acme, noted, query, actions):
    noted("endpoint.rotated", at=datetime(2026, 10, 2, 3, tzinfo=UTC))
    noted("team.invited")
    noted("team.removed", actor="bob@people.example", target="Bill", at=NOW + timedelta(minutes=9))
    assert listed_actions(visitor(acme), query) == actions


def test_days_are_of_the_persons_zone(acme, noted):
    noted("team.invited", at=datetime(2026, 11, 8, 16, tzinfo=UTC))  # midnight in Singapore
    client = visitor(acme)
    assert listed_actions(client, "?from=2026-11-09&to=2026-11-09") == ["team.invited"]
    assert listed_actions(client, "?from=2026-11-08&to=2026-11-08") == []


def test_filters_are_pills_that_can_be_removed(acme, noted):
    noted("team.invited")
    form = visitor(acme).get(f"{AUDIT}?range=any&actor=ada&action=team.invited").context["form"]
    assert [(pill.label, pill.value) for pill in form.pills] == [
        ("Period", "Any time"),
        ("Who", "ada"),
        ("Action", "Team member invited"),
    ]
    assert form.pills[0].without == "?actor=ada&action=team.invited"


def test_pages_are_found_by_their_place(acme, noted, monkeypatch):
    monkeypatch.setattr("accounts.selectors.audit.PAGE_SIZE", 2)
    noted("a.a", "b.b", "c.c")
    client = visitor(acme)
    older = re.search(r'rel="next" href="([^"]+)"', text(client.get(AUDIT)))[1].replace("&amp;", "&")
    assert (listed_actions(client), listed_actions(client, older)) == (["c.c", "b.b"], ["a.a"])


def test_empty_pages_explain_themselves(acme, noted):
    client = visitor(acme)
    assert "Nothing in the last 30 days" in text(client.get(AUDIT))
    assert "No entries match" in text(client.get(f"{AUDIT}?actor=nobody"))
    wrong = text(client.get(f"{AUDIT}?action=unknown"))
    assert "Check the filters" in wrong
    assert "Select a valid choice. unknown is not one of the available choices." in wrong


def test_what_people_wrote_is_shown_as_text(acme, noted):
    noted("team.invited", target="<script>alert(1)</script>", details={"name": "<b>"})
    page = text(visitor(acme).get(AUDIT))
    assert "<script>alert" not in page
    assert "name &lt;b&gt;" in page


def test_who_sees_some_subaccounts_does_not_read_of_the_whole(acme):
    assert visitor(acme, "admin", "acme_shop").get(AUDIT).status_code == 403


def test_nothing_is_counted_and_one_query_reads_a_page(acme, noted, django_assert_num_queries):
    noted("a.a", "b.b", "b.b", "c.c")
    with django_assert_num_queries(2) as queries:
        assert actions_of(acme) == ["a.a", "b.b", "c.c"]
        assert len(audit_entries(acme, AuditFilter(), {}).rows) == 4
    assert not [query for query in queries if "COUNT" in query["sql"]]


@pytest.mark.parametrize("rows", [0, 5])
def test_queries(acme, noted, rows, django_assert_num_queries):
    noted(*["team.invited"] * rows)
    client = visitor(acme)
    with django_assert_num_queries(8):  # session, person, memberships, limits, subaccounts; actions, chain, entries
        client.get(AUDIT)
