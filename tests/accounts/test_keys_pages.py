"""The pages of API keys, and the scopes that a member may grant."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.enums import Permission
from accounts.models import ApiKey, AuditEntry, Subaccount
from accounts.selectors.keys import api_keys
from accounts.services import (
    authenticate_api_key,
    create_api_key,
    issue_api_key,
    revoke_api_key,
)
from core.errors import UserError
from tests.people import member, principal, principal_of, visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
KEYS = "/settings/keys/"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def actor_as(account, role, *subaccounts):
    return principal_of(member(account, role, *subaccounts))


def shop():
    return Subaccount.objects.get(code="acme_shop")


def make(by, scopes=(Permission.VIEW_MESSAGES,), subaccounts=(), expires_at=None):
    return issue_api_key(by=by, name="Shop", scopes=scopes, subaccounts=subaccounts, expires_at=expires_at)


def test_a_key_for_some_subaccounts_is_audited_with_all_it_may(acme):
    developer = actor_as(acme, "developer")
    key, secret = make(developer, subaccounts=[shop()], expires_at=NOW)
    assert (key.limited, list(key.subaccounts.all()), key.created_by) == (True, [shop()], developer.user)
    entry = AuditEntry.objects.get(actor=developer.user.email)
    assert (entry.action, entry.target, entry.ip_address) == ("api_key.created", f"Shop ({key.prefix}…)", "192.0.2.1")
    assert entry.details == {
        "scopes": ["messages:read"],
        "subaccounts": ["acme_shop"],
        "expires_at": "2026-11-01T12:00:00+00:00",
        "rate_limit": 1800,
    }
    assert secret not in str(entry.details)


@pytest.mark.parametrize("scopes", [(), (Permission.VIEW_COSTS,), (Permission.VIEW_MESSAGES, Permission.MANAGE_TEAM)])
def test_a_key_holds_no_more_than_the_role_of_its_maker(acme, scopes):
    with pytest.raises(UserError, match="scopes that your role has") as refused:
        make(actor_as(acme, "developer"), scopes)
    assert refused.value.field == "scopes"
    assert not ApiKey.objects.filter(name="Shop").exists()


def test_a_key_sees_no_more_than_its_maker(acme):
    limited = actor_as(acme, "developer", "acme_shop")
    for beyond in ([], [Subaccount.objects.get(code="acme_care")]):
        with pytest.raises(UserError, match="subaccounts that you can see"):
            make(limited, subaccounts=beyond)
    assert make(limited, subaccounts=[shop()])[0].limited


def test_a_revoked_key_is_refused_from_now_on(acme):
    by = actor_as(acme, "developer")
    key, secret = make(by)
    assert authenticate_api_key(secret) == key
    for _ in range(2):
        revoke_api_key(by=by, key=key)
    assert authenticate_api_key(secret) is None
    assert AuditEntry.objects.filter(action="api_key.revoked", target=str(key)).count() == 1


def test_a_key_beyond_ones_reach_is_neither_seen_nor_revoked(acme):
    limited = actor_as(acme, "developer", "acme_shop")
    wide, _ = create_api_key(by=principal(acme), name="Wide", scopes=[])
    both, _ = create_api_key(
        by=principal(acme), name="Both", scopes=[], subaccounts=Subaccount.objects.filter(account=acme)
    )
    own, _ = create_api_key(by=principal(acme), name="Own", scopes=[], subaccounts=[shop()])
    assert api_keys(limited, {}, ended=False).rows == [own]
    for beyond in (wide, both):
        with pytest.raises(UserError, match="has access to subaccounts that you cannot see"):
            revoke_api_key(by=limited, key=beyond)
    assert not ApiKey.objects.exclude(revoked_at=None).exists()


def test_nobody_revokes_a_key_that_may_do_more(acme):
    strong, _ = create_api_key(by=principal(acme), name="Strong", scopes=["messages:read", "messages:delete"])
    with pytest.raises(UserError, match="This key may do more than you: ask an owner or admin"):
        revoke_api_key(by=actor_as(acme, "developer"), key=strong)
    client = visitor(acme, "developer")
    url = f"{KEYS}{strong.pk}/revoke/"
    assert url not in text(client.get(KEYS))
    assert "ask an owner or admin to revoke it" in text(client.get(url))
    assert "ask an owner or admin to revoke it" in text(client.post(url))
    assert ApiKey.objects.get(pk=strong.pk).revoked_at is None
    assert visitor(acme, "admin").post(url).status_code == 302
    assert ApiKey.objects.get(pk=strong.pk).revoked_at


def test_the_list_shows_what_works_and_apart_what_does_no_more(acme):
    client = visitor(acme)
    create_api_key(by=principal(acme), name="Over", scopes=[], expires_at=NOW - timedelta(days=400))
    page = text(client.get(KEYS))
    assert "Demo api key" in page
    assert "Over" not in page
    ended = client.get(f"{KEYS}?ended=1")
    assert [key.name for key in ended.context["page"].rows] == ["Over"]


def test_pages_keep_to_their_size(acme, monkeypatch):
    monkeypatch.setattr("accounts.selectors.keys.PAGE_SIZE", 1)
    client = visitor(acme)
    first = client.get(KEYS)
    older = re.search(r'rel="next" href="([^"]+)"', text(first))[1]
    second = client.get(KEYS + older)
    names = [page.context["page"].rows[0].name for page in (first, second)]
    assert sorted(names) == ["Demo 360dialog key", "Demo api key"]


def test_an_account_without_keys_sees_their_purpose(acme):
    ApiKey.objects.all().delete()
    client = visitor(acme)
    assert "No API keys yet" in text(client.get(KEYS))
    assert "No revoked or expired keys" in text(client.get(f"{KEYS}?ended=1"))


def test_a_developer_makes_a_key_that_is_shown_once(acme, client):
    developer = visitor(acme, "developer")
    form = {
        "name": "Shop", "scopes": ["messages:read"], "subaccounts": ["acme_shop"], "ends": "30", "rate_limit": "50",
    }  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        answer = developer.post(f"{KEYS}new/", form)
    key = ApiKey.objects.get(name="Shop")
    secret = re.search(r'id="key">(tg_[\w-]+)<', text(answer))[1]
    assert (authenticate_api_key(secret) is None, key.expires_at) == (False, NOW + timedelta(days=30))
    assert key.rate_limit == 50
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/api/v1/messages/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert secret not in text(developer.get(KEYS))


@pytest.mark.parametrize(
    ("form", "field"),
    [({"name": ""}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["costs:read"]}, "scopes"),
     ({"subaccounts": ["harbour"]}, "subaccounts"), ({"ends": "9999"}, "ends"),
     ({"rate_limit": "0"}, "rate_limit"), ({"rate_limit": ""}, "rate_limit")],
)  # fmt: skip
def test_what_makes_no_key_names_the_field(acme, other, form, field):
    form = {"name": "Shop", "scopes": ["messages:read"], "rate_limit": "50", **form}
    page = visitor(acme, "developer").post(f"{KEYS}new/", form)
    assert list(page.context["form"].errors) == [field]
    assert not ApiKey.objects.filter(name="Shop").exists()


def test_revoking_needs_confirmation(acme):
    client = visitor(acme)
    key, _ = create_api_key(by=principal(acme), name="Shop", scopes=[])
    assert "It has never been used." in text(client.get(f"{KEYS}{key.pk}/revoke/"))
    assert client.post(f"{KEYS}{key.pk}/revoke/").url == KEYS
    key.refresh_from_db()
    assert key.revoked_at
    assert f"Shop ({key.prefix}…) has been revoked" in text(client.get(KEYS))


def test_keys_of_others_are_404(acme, other):
    theirs = ApiKey.objects.filter(account=other).first()
    wide = ApiKey.objects.filter(account=acme).first()
    for client, key in ((visitor(acme), theirs), (visitor(acme, "developer", "acme_shop"), wide)):
        assert client.get(f"{KEYS}{key.pk}/revoke/").status_code == 404
        assert client.post(f"{KEYS}{key.pk}/revoke/").status_code == 404
    assert not ApiKey.objects.exclude(revoked_at=None).exists()


@pytest.mark.parametrize("rows", [0, 5])
def test_queries(acme, rows, django_assert_num_queries):
    client = visitor(acme)
    for number in range(rows):
        create_api_key(by=principal(acme), name=str(number), scopes=[], subaccounts=[shop()])
    with django_assert_num_queries(7):  # session, person, memberships, limits, subaccounts; keys and their subaccounts
        client.get(KEYS)
