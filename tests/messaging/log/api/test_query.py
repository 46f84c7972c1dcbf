"""The log's filters over REST: formats, blanks, and the shared query engine."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Permission
from accounts.services import create_api_key
from messaging.log.api.query import MessageQuerySerializer, message_parameters
from messaging.log.models import Source
from messaging.log.query import filters
from tests.people import principal
from tests.traffic import AT, INDIA, deliver, report

pytestmark = pytest.mark.django_db
URL = "/api/v1/messages/"
BLANK = "Provide a value or omit the parameter."


@pytest.fixture
def get(client, acme):
    """A request with a key of these scopes, or of all."""

    def ask(query, *scopes, path=URL):
        text = create_api_key(by=principal(acme), name="Test", scopes=list(scopes or Permission))[1]
        return client.get(f"{path}?{query}", headers={"Authorization": f"Bearer {text}"})

    return ask


def ids(answer):
    return [message["provider_message_id"] for message in answer.json()["results"]]


def errors(answer):
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


@pytest.mark.parametrize("name", [*filters(), "older", "newer"])
def test_a_blank_filter_is_refused(get, name):
    answer = get(f"{name}=")
    assert (answer.status_code, errors(answer)) == (400, {name: BLANK})


@pytest.mark.parametrize("text", ["%20", "%09"])
def test_white_space_is_blank(get, text):
    assert errors(get(f"msisdn={text}")) == {"msisdn": BLANK}


def test_blank_filters_of_other_lists_are_refused(get):
    for path, name in (("templates", "name"), ("phone-numbers", "subaccount"), ("webhook-events", "state"),
                       ("exports", "dataset"), ("deletions", "kind"), ("audit", "actor")):  # fmt: skip
        assert errors(get(f"{name}=", path=f"/api/v1/{path}/")) == {name: BLANK}


def test_one_blank_among_several_is_refused(get):
    assert errors(get("status=sent&status=")) == {"status": BLANK}


def test_every_fault_is_named_at_once(get):
    assert errors(get("colour=red&country=&status=gone&msisdn=1&older=x")).keys() == {
        "colour", "country", "status", "older",
    }  # fmt: skip
    assert errors(get("msisdn=1&umid=1")).keys() == {"msisdn", "umid"}


@pytest.mark.parametrize("status", ["rejected", "expired", "undelivered"])
def test_rare_statuses_are_found_by_their_index(acme, get, status):
    deliver(acme)
    with CaptureQueriesContext(connection) as queries:
        assert ids(get(f"status={status}")) == []
    (statement,) = [each["sql"] for each in queries if 'FROM "log_message"' in each["sql"]]
    column = {"rejected": "rejected_at", "expired": "expired_at", "undelivered": "failed_at"}[status]
    assert f'"{column}" IS NOT NULL' in statement


def test_what_is_on_its_way_is_looked_for_where_the_counts_know_of_any(acme, get):
    deliver(acme)
    with CaptureQueriesContext(connection) as queries:
        assert ids(get("status=queued")) == []
    assert [each["sql"] for each in queries if 'FROM "log_message"' in each["sql"]] == []
    report(acme, "sent", provider_message_id="B", at=AT + timedelta(hours=1))
    assert ids(get("status=sent")) == ["B"]


@pytest.mark.parametrize("text", ["in", "IN", "In"])
def test_a_country_in_any_case(acme, get, text):
    deliver(acme)
    with CaptureQueriesContext(connection) as queries:
        assert ids(get(f"country={text}")) == ["wamid.A"]
    assert any("\"country\" = 'IN'" in each["sql"] for each in queries)


@pytest.mark.parametrize(
    "text", [INDIA, f"%2B{INDIA}", f"00{INDIA}", "%2B91 98765-43210", "%2B91 (98765) 43210", INDIA[:6]]
)
def test_a_number_however_it_is_written(acme, get, text):
    deliver(acme)
    deliver(acme, provider_message_id="B", msisdn="6591234567")
    assert ids(get(f"msisdn={text}")) == ["wamid.A"]


def test_a_umid_however_it_is_written(acme, get):
    umid = deliver(acme).umid
    deliver(acme, provider_message_id="B")
    for text in (umid, str(umid).upper(), umid.hex, umid.hex.upper(), umid.hex[:8], str(umid)[:13]):
        assert ids(get(f"umid={text}")) == ["wamid.A"]


def test_a_part_of_a_source_s_name(acme, get):
    message = deliver(acme)
    message.source = Source.objects.create(account=acme, category="campaign", name="Spring sale")
    message.save(update_fields=["source"])
    assert ids(get("source_name=SPRING")) == ["wamid.A"]
    assert ids(get("source_name=sale&source_category=api")) == []


def test_times_of_a_status(acme, get):
    deliver(acme)
    assert ids(get("sent_after=2026-10-15T08:00:00Z")) == ["wamid.A"]
    assert ids(get("sent_before=2026-10-15T08:00:00Z")) == []
    assert ids(get("read_after=2026-10-15T08:00:00Z")) == []


# --- Bodies ----------------------------------------------------------------------------------------------------------
def read(data):
    body = MessageQuerySerializer(data=data)
    return body.validated_data if body.is_valid() else body.errors


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, {}),
        ({"country": "in", "status": ["sent", "read"]}, {"country": "IN", "status": ["sent", "read"]}),
        ({"error_code": 0, "response_code": "200"}, {"error_code": 0, "response_code": 200}),
        ({"msisdn": 6591234567}, {"msisdn": "6591234567"}),
        ({"created_after": "2026-10-15T08:00:00Z"}, {"created_after": AT}),
        ({"country": ""}, {"country": [BLANK]}),
        ({"country": " "}, {"country": [BLANK]}),
        ({"status": []}, {"status": [BLANK]}),
        ({"status": ["sent", ""]}, {"status": {1: [BLANK]}}),
        ({"status": ["sent", "x"]}, {"status": {1: ["Select a valid choice. x is not one of the available choices."]}}),
        ({"status": "sent"}, {"status": ['Expected a list of items but got type "str".']}),
        ({"country": None}, {"country": ["This field may not be null."]}),
        ({"country": ["IN"]}, {"country": ["Provide a string or a whole number."]}),
        ({"country": True}, {"country": ["Provide a string or a whole number."]}),
        ({"error_code": 1.5}, {"error_code": ["Provide a string or a whole number."]}),
        ({"status": [None]}, {"status": {0: ["This field may not be null."]}}),
        ({"colour": "red"}, {"colour": ["There is no such field."]}),
        ({"umids": []}, {"umids": ["There is no such field."]}),
        ({"subaccount_ids": [1]}, {"subaccount_ids": ["There is no such field."]}),
        ({"masked_numbers": False}, {"masked_numbers": ["There is no such field."]}),
    ],
)  # fmt: skip
def test_bodies(data, words):
    assert read(data) == words


def test_parameters_are_described_as_they_are_declared():
    described = {each.name: (each.type, each.description) for each in message_parameters()}
    assert described == {
        **{name: (each.kind.schema, each.help) for name, each in filters().items()},
        "older": (str, "A cursor, from next or previous"), "newer": (str, "A cursor, from next or previous"),
    }  # fmt: skip


def test_fields_of_bodies_are_described_as_they_are_declared():
    fields = MessageQuerySerializer().fields
    assert {name: field.help_text for name, field in fields.items()} == {
        name: each.help for name, each in filters().items()
    }  # fmt: skip
    assert not any(field.required for field in fields.values())
