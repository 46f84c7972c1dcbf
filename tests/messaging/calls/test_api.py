"""Calls over REST, and as files."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.enums import Permission
from accounts.services import create_api_key
from archive.exports import work
from archive.exports.files import storage
from archive.models import Export
from billing.models import CallCard, CallRate
from messaging.log.models import PhoneNumber
from providers.vocabulary import Direction
from tests.people import principal
from tests.traffic import AT, INDIA, META, call

pytestmark = pytest.mark.django_db
EVERYTHING = [Permission.VIEW_MESSAGES, Permission.VIEW_NUMBERS, Permission.VIEW_COSTS, Permission.EXPORT_DATA]


@pytest.fixture
def ask(acme, client):
    """Ask with a key of these scopes."""

    def run(path, scopes=EVERYTHING, body=None, **params):
        _, text = create_api_key(by=principal(acme), name="Test", scopes=scopes)
        headers = {"Authorization": f"Bearer {text}"}
        if body is not None:
            return client.post(path, json.dumps(body), "application/json", headers=headers)
        return client.get(path, params, headers=headers)

    return run


def outbound(account, **said):
    return call(account, **{"direction": Direction.OUTBOUND, "seconds": 56, **said})


def test_a_call_with_every_field(acme, ask):
    row = outbound(acme, started_at=AT - timedelta(seconds=56), client_call_id="order-7")
    number = PhoneNumber.objects.select_related("subaccount").get(account=acme, provider_number_id=META.number_id)
    assert ask(f"/api/v1/calls/{row.record_key}/").json() == {
        "id": str(row.record_key), "provider": "meta", "subaccount_id": number.subaccount.code,
        "direction": "outbound", "msisdn": INDIA, "user_id": "", "country": "IN", "status": "completed",
        "created_at": "2026-10-15T07:59:04Z", "call_id": "wacid.A", "channel": META.number_id, "connecting_at": None,
        "ringing_at": None, "accepted_at": None, "rejected_at": None, "failed_at": None,
        "started_at": "2026-10-15T07:59:04Z", "ended_at": "2026-10-15T08:00:00Z", "seconds": 56, "pulses": 10,
        "error": None, "client_call_id": "order-7",
        "cost": {"state": "unrated", "reason": "no_call_card", "amount": None, "currency": number.waba.currency},
    }  # fmt: skip


def test_a_key_without_the_scope_sees_no_number_and_no_cost(acme, ask):
    call(acme, error_source="meta", error_code=138021, error_title="No media")
    (row,) = ask("/api/v1/calls/", [Permission.VIEW_MESSAGES]).json()["results"]
    assert (row["msisdn"], row["call_id"], row["cost"]["state"]) == ("+91 98•••••210", "", "none")
    assert row["error"] == {"source": "meta", "code": 138021, "title": "No media"}


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["A", "B"]),
        ({"status": ["completed", "ringing"]}, ["A", "B"]),
        ({"status": "ringing"}, ["B"]),
        ({"msisdn": "+91 98765 43210"}, ["A"]),
        ({"user_id": "SG.1349"}, ["B"]),
        ({"person": "0091 98765-43210"}, ["A"]),
        ({"person": "sg.1349"}, ["B"]),
        ({"direction": "inbound", "channel": META.number_id}, ["A"]),
        ({"created_after": "2026-10-15T07:00:00Z"}, ["A"]),
        ({"created_before": "2026-10-15T07:00:00Z", "fields": "call_id"}, ["B"]),
        ({"subaccount": "nobody"}, []),
    ],
)
def test_each_filter_selects(acme, ask, params, found):
    call(acme, call_id="A")
    call(acme, call_id="B", at=AT - timedelta(hours=2), state="ringing", direction=Direction.OUTBOUND, msisdn="",
         user_id="SG.1349", ended_at=None, seconds=None)  # fmt: skip
    assert [row["call_id"] for row in ask("/api/v1/calls/", **params).json()["results"]] == found


@pytest.mark.parametrize(
    ("params", "field"),
    [({"status": "busy"}, "status"), ({"msisdn": "Jane"}, "msisdn"), ({"msisdn": "9198"}, "msisdn"),
     ({"colour": "red"}, "colour"), ({"direction": " "}, "direction"), ({"created_after": "noon"}, "created_after")],
)  # fmt: skip
def test_a_wrong_filter_is_refused_by_name(ask, params, field):
    response = ask("/api/v1/calls/", **params)
    assert (response.status_code, [each["field"] for each in response.json()["errors"]]) == (400, [field])


def rows_of(export):
    with storage().open(export.file, "rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"))))


def exported(acme, spec_or_body, ask):
    response = ask("/api/v1/exports/", EVERYTHING, {"dataset": "calls", **spec_or_body})
    assert response.status_code in {201, 202}, response.json()
    work.work()
    return Export.objects.get(public_id=response.json()["id"])


def test_an_export_has_the_charges(acme, ask):
    number = PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id)
    card = CallCard.objects.create(currency=number.waba.currency, effective_from=AT.date(), name="Calls", sha256="x")
    CallRate.objects.create(card=card, market="India", minute_price=Decimal("0.0118"))
    outbound(acme, call_id="A", started_at=AT - timedelta(minutes=1))
    call(acme, call_id="B")
    columns = ["call_id", "msisdn", "channel", "pulses", "cost_state", "cost_reason", "cost", "cost_currency"]
    export = exported(acme, {"columns": columns, "filters": {"created_after": "2026-10-01T00:00:00Z"}}, ask)
    currency = number.waba.currency
    assert [list(row.values()) for row in rows_of(export)] == [
        ["A", INDIA, META.number_id, "10", "charged", "", "0.0118", currency],
        ["B", INDIA, META.number_id, "7", "free", "user_initiated", "0.00", currency],
    ]
    assert export.totals == {"cost": {currency: "0.0118"}}


def test_a_file_of_a_key_without_the_scope_is_masked(acme, ask):
    call(acme)
    body = {"dataset": "calls", "columns": ["call_id", "msisdn"], "filters": {"status": ["completed"]}}
    response = ask("/api/v1/exports/", [Permission.VIEW_MESSAGES, Permission.EXPORT_DATA], body)
    work.work()
    export = Export.objects.get(public_id=response.json()["id"])
    assert [list(row.values()) for row in rows_of(export)] == [["", "91 98•••••210"]]


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"status": ["busy"]}, "filters.status"),
        ({"channel": "404"}, "filters.channel"),
        ({"colour": "red"}, "filters.colour"),
        ({"msisdn": "91"}, "filters.msisdn"),
        ({"person": "Jane Doe"}, "filters.person"),
    ],
)
def test_an_export_refuses_a_wrong_filter(ask, filters, field):
    response = ask("/api/v1/exports/", EVERYTHING, {"dataset": "calls", "filters": filters})
    assert (response.status_code, [each["field"] for each in response.json()["errors"]]) == (400, [field])
