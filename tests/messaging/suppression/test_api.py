"""REST of the suppression list."""

from datetime import UTC, datetime

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from messaging.persons.selectors.identities import identity_of
from messaging.suppression.enums import Action, Source
from messaging.suppression.models import Suppression
from messaging.suppression.recording import Fact, record
from messaging.suppression.selectors.stops import current_stops
from tests.people import principal

pytestmark = pytest.mark.django_db
URL = "/api/v1/suppressions/"
AT = datetime(2026, 10, 15, 12, tzinfo=UTC)
NUMBER = identity_of("6591234567")


@pytest.fixture
def call(client, acme):
    def ask(path="", body=None, *, method="get", scopes=tuple(Permission), subaccounts=(), **query):
        key, token = create_api_key(by=principal(acme), name="Test", scopes=list(scopes))
        key.subaccounts.set(Subaccount.objects.filter(account=acme, code__in=subaccounts))
        headers = {"Authorization": f"Bearer {token}"}
        if body is None:
            return getattr(client, method)(f"{URL}{path}", query, headers=headers)
        return client.post(f"{URL}{path}", body, content_type="application/json", headers=headers)

    return ask


def stop(account):
    record([Fact(account.pk, NUMBER, AT, Action.STOP, Source.WORD, "STOP")])
    return Suppression.objects.get(account=account)


def test_the_list(acme, other, call):
    stop(other)
    entry = stop(acme)
    row = {
        "id": entry.pk, "msisdn": "6591234567", "user_id": "", "scope": "marketing", "is_stopped": True,
        "since": "2026-10-15T12:00:00Z", "source": "word", "reason": "STOP", "actor": "",
    }  # fmt: skip
    assert call().json() == {"next": None, "previous": None, "results": [row]}
    assert call(person="+65 9123 4567", source="word", state="stopped").json()["results"] == [row]
    assert call(state="lifted").json()["results"] == call(source="csv").json()["results"] == []
    masked = call(scopes=[Permission.VIEW_MESSAGES]).json()["results"][0]
    assert masked["msisdn"] == "+65 91•••••567"


@pytest.mark.parametrize("query", [{"person": "ann"}, {"state": "x"}, {"source": "x"}, {"colour": "red"}])
def test_bad_filters(call, query):
    assert [error["field"] for error in call(**query).json()["errors"]] == list(query)


def test_adding_is_idempotent_and_lifting_keeps_the_history(acme, call):
    added = call(body={"person": "+6591234567", "reason": "phoned"}).json()
    assert (added["is_stopped"], added["source"], added["reason"]) == (True, "api", "phoned")
    assert call(body={"person": "6591234567"}).json() == added
    path = f"{added['id']}/"
    for _ in range(2):
        lifted = call(f"{path}?reason=asked", method="delete").json()
        assert (lifted["is_stopped"], lifted["reason"]) == (False, "asked")
    history = call(path).json()["history"]
    assert [(each["action"], each["source"], each["reason"]) for each in history] == [
        ("start", "api", "asked"), ("stop", "api", "phoned"),
    ]  # fmt: skip
    assert call("999999/").status_code == 404


def test_an_import(acme, call):
    answer = call("import/", {"csv": "person\n6591234567\nann\n"})
    assert (answer.json()["added"], answer.json()["already"]) == (1, 0)
    assert [(each["row"], each["person"]) for each in answer.json()["problems"]] == [(3, "ann")]
    assert current_stops(acme.pk, [NUMBER])
    assert (
        call("import/", {"csv": "\n"}).json()["errors"][0]["message"]
        == "The file is empty: give a row for each person."
    )


@pytest.mark.parametrize("body", [{}, {"person": ""}, {"person": "ann"}, {"person": "+6591234567", "colour": "red"}])
def test_bad_bodies(call, body):
    assert call(body=body).status_code == 400


def test_a_limited_key_is_refused(call):
    assert call(subaccounts=["acme_wa"]).status_code == 403
