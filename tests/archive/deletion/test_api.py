"""Deletion and retention over REST."""

import hashlib
import uuid

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from archive.deletion import work
from archive.models import Deletion, Keeping
from messaging.log.models import Message
from tests.people import principal
from tests.traffic import AT, INDIA, deliver, report

pytestmark = pytest.mark.django_db
DELETIONS, RETENTION = "/api/v1/deletions/", "/api/v1/retention/"
SCOPES = (Permission.DELETE_MESSAGES, Permission.MANAGE_RETENTION)


@pytest.fixture
def ask(client, acme):
    """A request with a key of the account."""

    def send(method, path, data=None, scopes=SCOPES, subaccounts=()):
        _, text = create_api_key(by=principal(acme), name="x", scopes=scopes, subaccounts=subaccounts)
        headers = {"Authorization": f"Bearer {text}"}
        return getattr(client, method)(path, data, content_type="application/json", headers=headers)

    return send


def log_of(account):
    return sorted(Message.objects.filter(account=account).values_list("provider_message_id", flat=True))


def fields(answer):
    return [error["field"] for error in answer.json()["errors"]]


def done(answer):
    deletion = Deletion.objects.get(public_id=answer.json()["id"])
    for _ in range(50):
        work.work(deletion.pk)
    deletion.refresh_from_db()
    return deletion


def test_one_message_at_once(acme, other, ask):
    message, theirs = deliver(acme), deliver(other)
    one = f"/api/v1/messages/{message.umid}/"
    assert ask("delete", one, scopes=[Permission.VIEW_MESSAGES]).status_code == 403
    assert ask("delete", f"/api/v1/messages/{theirs.umid}/").status_code == 404
    assert ask("delete", one).status_code == 204
    assert ask("delete", one).status_code == 404
    assert (log_of(acme), log_of(other)) == ([], ["wamid.A"])


def test_messages_by_umid(acme, ask):
    rows = [deliver(acme, provider_message_id=f"wamid.{n}") for n in range(3)]
    answer = ask("post", DELETIONS, {"umids": [str(row.umid) for row in rows[:2]], "reason": "test data"})
    assert (answer.status_code, answer.json()["state"], answer.json()["expected"]) == (202, "waiting", 2)
    done(answer)
    deletion = ask("get", f"{DELETIONS}{answer.json()['id']}/").json()
    assert (deletion["state"], deletion["removed"]["messages"], deletion["reason"]) == ("done", 2, "test data")
    assert log_of(acme) == ["wamid.2"]
    assert [each["id"] for each in ask("get", DELETIONS).json()["results"]] == [deletion["id"]]


def test_all_that_match_counted_first(acme, ask):
    deliver(acme, provider_message_id="wamid.in", msisdn=INDIA)
    deliver(acme, provider_message_id="wamid.other", msisdn="6591234567")
    report(acme, "sent", provider_message_id="wamid.sent", at=AT)
    criteria = {"status": ["delivered"], "country": "in", "created_after": "2026-10-01T00:00:00Z"}
    counted = ask("post", DELETIONS, {"filter": criteria, "dry_run": True})
    assert (counted.status_code, counted.json()) == (200, {"matching": 1})
    assert len(log_of(acme)) == 3
    done(ask("post", DELETIONS, {"filter": criteria}))
    assert log_of(acme) == ["wamid.other", "wamid.sent"]


def test_a_key_of_some_subaccounts_deletes_theirs_alone(acme, ask):
    deliver(acme)
    limits = [Subaccount.objects.filter(account=acme).exclude(pk=Message.objects.get().subaccount_id).first()]
    done(ask("post", DELETIONS, {"filter": {"status": ["delivered"]}}, subaccounts=limits))
    assert log_of(acme) == ["wamid.A"]
    assert ask("post", DELETIONS, {"msisdn": INDIA, "reason": "x"}, subaccounts=limits).status_code == 403


def test_a_key_of_some_subaccounts_sees_theirs_alone(acme, ask):
    deliver(acme)
    own = Message.objects.get().subaccount
    foreign = Subaccount.objects.filter(account=acme).exclude(pk=own.pk).first()
    whole = ask("post", DELETIONS, {"filter": {"status": ["delivered"]}}).json()["id"]
    limited = ask("post", DELETIONS, {"filter": {"status": ["delivered"]}}, subaccounts=[own]).json()["id"]
    assert [row["id"] for row in ask("get", DELETIONS).json()["results"]] == [limited, whole]
    assert [row["id"] for row in ask("get", DELETIONS, subaccounts=[own]).json()["results"]] == [limited]
    assert ask("get", DELETIONS, subaccounts=[foreign]).json()["results"] == []
    erasure = ask("post", DELETIONS, {"msisdn": INDIA, "reason": "Art. 17"}).json()["id"]
    for place, method in (("", "get"), ("stop/", "post"), ("certificate/", "get")):
        for beyond in (whole, erasure):
            assert ask(method, f"{DELETIONS}{beyond}/{place}", subaccounts=[own]).status_code == 404
            assert ask(method, f"{DELETIONS}{beyond}/{place}", subaccounts=[own, foreign]).status_code == 404
        assert ask(method, f"{DELETIONS}{limited}/{place}", subaccounts=[foreign]).status_code == 404


def test_a_person_with_a_certificate(acme, ask):
    deliver(acme)
    answer = ask("post", DELETIONS, {"msisdn": INDIA, "reason": "Art. 17"})
    address = f"{DELETIONS}{answer.json()['id']}/certificate/"
    assert ask("get", address).status_code == 404
    deletion = done(answer)
    assert hashlib.sha256(ask("get", address).content).hexdigest() == deletion.sha256
    assert INDIA not in ask("get", DELETIONS).content.decode()


def test_stopping(acme, ask):
    deliver(acme)
    answer = ask("post", DELETIONS, {"filter": {"direction": "outbound"}})
    assert ask("post", f"{DELETIONS}{answer.json()['id']}/stop/").status_code == 200
    assert done(answer).state == "stopped"
    assert ask("get", f"{DELETIONS}{uuid.uuid4()}/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "umids"),
        ({"umids": ["x"]}, "umids.0"),
        ({"umids": [str(uuid.uuid4())]}, "umids"),
        ({"umids": [str(uuid.uuid4())], "msisdn": INDIA}, "umids"),
        ({"filter": {}}, "filter"),
        ({"filter": {"statuss": ["read"]}}, "filter.statuss"),
        ({"filter": {"status": ["eaten"]}}, "filter.status.0"),
        ({"filter": {"created_after": "yesterday"}}, "filter.created_after"),
        ({"msisdn": "12", "reason": "x"}, "msisdn"),
        ({"msisdn": INDIA}, "reason"),
        ({"umids": [str(uuid.uuid4())], "dry_run": True}, "dry_run"),
    ],
)
def test_what_makes_no_sense_is_named(ask, body, field):
    answer = ask("post", DELETIONS, body)
    assert (answer.status_code, fields(answer)) == (400, [field])


def test_a_legal_hold_is_a_conflict(acme, ask):
    message = deliver(acme)
    Keeping.objects.create(account=acme, held_at=AT)
    assert ask("delete", f"/api/v1/messages/{message.umid}/").status_code == 409
    assert ask("post", DELETIONS, {"umids": [str(message.umid)]}).status_code == 409
    assert ask("get", RETENTION).json()["legal_hold"] is True


def test_retention_is_read_and_set(acme, ask):
    deliver(acme, at=AT)
    assert ask("get", RETENTION).json()["message_months"] is None
    answer = ask("put", RETENTION, {"message_months": 12, "payload_months": 3})
    assert (answer.json()["message_months"], answer.json()["webhook_months"]) == (12, 3)
    assert Keeping.objects.get(pk=acme.pk).payload_months == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [({"message_months": 1}, "message_months"), ({"messages": 3}, "messages"), ({"audit_months": "x"}, "audit_months")],
)
def test_periods_that_make_no_sense_are_named(ask, body, field):
    answer = ask("put", RETENTION, body)
    assert (answer.status_code, fields(answer)) == (400, [field])


def test_retention_is_the_whole_accounts(acme, ask):
    assert ask("get", RETENTION, scopes=[Permission.DELETE_MESSAGES]).status_code == 403
    assert ask("get", RETENTION, subaccounts=[Subaccount.objects.filter(account=acme).first()]).status_code == 403
