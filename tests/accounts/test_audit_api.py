"""The audit log over REST and as a file."""

import csv
from io import StringIO

import pytest
from django.db import connection

from accounts.enums import Permission
from accounts.models import AuditEntry, Subaccount
from accounts.selectors.audit_chain import chain_of
from accounts.services import create_api_key
from tests.people import principal, visitor

pytestmark = pytest.mark.django_db
AUDIT = "/api/v1/audit/"


@pytest.fixture
def noted(acme, other):
    for number in range(3):
        by = principal(acme, "ada@people.example", address="192.0.2.1")
        by.record("team.invited", f"=№ {number}", {"count": number})
    principal(other, "eve@people.example").record("team.invited")
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def ask(client, acme):
    """GET with a key of the account."""

    def get(query="", scopes=(Permission.VIEW_AUDIT,), subaccounts=()):
        _, text = create_api_key(by=principal(acme), name="x", scopes=scopes, subaccounts=subaccounts)
        return client.get(AUDIT + query, headers={"Authorization": f"Bearer {text}"})

    return get


def test_entries_newest_first_with_their_chain(acme, noted, ask):
    answer = ask("?action=team.invited").json()
    newest = AuditEntry.objects.get(account=acme, target="=№ 2")
    assert answer["results"][0] == {
        "id": newest.pk, "position": newest.position, "at": newest.at.isoformat().replace("+00:00", "Z"),
        "actor": "ada@people.example", "action": "team.invited", "target": "=№ 2", "details": {"count": 2},
        "ip_address": "192.0.2.1", "digest": bytes(newest.digest).hex(),
    }  # fmt: skip
    assert [entry["target"] for entry in answer["results"]] == ["=№ 2", "=№ 1", "=№ 0"]
    assert answer["head"] == chain_of(acme).head


def test_pages_are_followed(noted, ask, client, monkeypatch):
    monkeypatch.setattr("core.resources.PAGE_SIZE", 2)
    first = ask("?actor=ADA")
    second = client.get(first.json()["next"], headers={"Authorization": first.wsgi_request.headers["Authorization"]})
    assert [entry["target"] for entry in second.json()["results"]] == ["=№ 0"]
    assert second.json()["previous"]


@pytest.mark.parametrize(
    ("query", "field"), [("?actr=x", "actr"), ("?after=yesterday", "after"), ("?older=x", "older")]
)
def test_a_filter_that_makes_no_sense_is_named(noted, ask, query, field):
    answer = ask(query)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])


def test_scope_and_the_whole_account_are_needed(acme, noted, ask):
    assert ask(scopes=[Permission.VIEW_MESSAGES]).status_code == 403
    shop = Subaccount.objects.get(account=acme, code="acme_shop")
    assert ask(subaccounts=[shop]).status_code == 403


def test_the_file_holds_what_the_filters_find_and_is_audited(acme, noted):
    answer = visitor(acme).get("/settings/audit.csv?action=team.invited&actor=ada")
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["target"] for row in rows] == ["'=№ 2", "'=№ 1", "'=№ 0"]
    assert rows[0]["details"] == '{"count": 2}'
    assert bytes.fromhex(rows[0]["digest"]) == bytes(AuditEntry.objects.get(account=acme, target="=№ 2").digest)
    entry = AuditEntry.objects.get(action="audit.exported")
    assert (entry.details["actor"], entry.details["action"]) == ("ada", "team.invited")


def test_a_file_of_wrong_filters_is_refused(acme):
    assert visitor(acme).get("/settings/audit.csv?action=unknown").status_code == 400
    assert visitor(acme, "viewer").get("/settings/audit.csv").status_code == 403
