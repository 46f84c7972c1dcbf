"""Exports and deletions over REST take the filters of the list of messages, and never mean "all" by mistake."""

import json
from datetime import timedelta

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from archive.exports import work
from archive.models import Deletion, Export
from local.demo.world import ACME
from messaging.log.models import Message, Source
from tests.people import principal
from tests.traffic import AT, INDIA, deliver, report

pytestmark = pytest.mark.django_db
LIST, EXPORTS, DELETIONS = "/api/v1/messages/", "/api/v1/exports/", "/api/v1/deletions/"
JOBS = "/api/v1/subaccounts/acme_shop/messages/exports"
DAYS = {"from": "2026-10-01", "to": "2026-10-31"}
EIGHT, META, DIALOG = ACME.channels


@pytest.fixture
def ask(client, acme):
    """A request with a key of these scopes, or of all."""

    def send(path, body, *scopes, subaccounts=()):
        own = Subaccount.objects.filter(account=acme, code__in=subaccounts)
        text = create_api_key(by=principal(acme), name="x", scopes=list(scopes or Permission), subaccounts=list(own))[1]
        headers = {"Authorization": f"Bearer {text}"}
        if path == LIST:
            return client.get(path, body, headers=headers)
        return client.post(path, json.dumps(body), content_type="application/json", headers=headers)

    return send


def errors(answer):
    assert answer.status_code == 400, answer.json()
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


UNKNOWN = [
    ("subaccount", "nobody", "There is no subaccount “nobody” that you may see."),
    ("channel", "106540352249999", "There is no channel “106540352249999” that you may see."),
    ("template", "unheard_of", "There is no template “unheard_of” that you may see."),
]
WRONG = [
    ("msisdn", "someone", "Enter the digits of a phone number with its country code."),
    ("msisdn", "12", "Enter at least the first 6 digits of the number."),
    ("umid", "12", "Enter the UMID, or at least its first 8 digits."),
    ("country", "India", "Ensure this value has at most 2 characters (it has 5)."),
    ("created_after", "9999-12-31T23:59:59-23:59", "Enter a time between 1970 and 2100."),
    ("error_code", -1, "Ensure this value is greater than or equal to 0."),
    ("sending", "sent", "Select a valid choice. sent is not one of the available choices."),
    ("colour", "red", "There is no such field."),
    ("country", "", "Provide a value or omit the parameter."),
    ("msisdn", " ", "Provide a value or omit the parameter."),
    ("status", [], "Provide a value or omit the parameter."),
]


@pytest.mark.parametrize(("name", "value", "message"), [*UNKNOWN, *WRONG])
def test_an_export_of_what_makes_no_sense_is_refused(acme, ask, name, value, message):
    deliver(acme)
    assert errors(ask(EXPORTS, {"filters": {name: value}})) == {f"filters.{name}": message}
    assert not Export.objects.exists()


@pytest.mark.parametrize(("name", "value", "message"), [*UNKNOWN, *WRONG])
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_deletion_of_what_makes_no_sense_is_refused(acme, ask, name, value, message, *, dry_run):
    deliver(acme)
    answer = ask(DELETIONS, {"filter": {name: value}, "dry_run": dry_run})
    assert errors(answer) == {f"filter.{name}": message}
    assert not Deletion.objects.exists()


@pytest.mark.parametrize("dataset", ["charges", "costs", "usage"])
@pytest.mark.parametrize(("name", "value", "message"), UNKNOWN)
def test_figures_of_a_name_that_nobody_has_are_refused(acme, ask, name, value, message, *, dataset):
    if (dataset, name) == ("usage", "template"):
        message = "There is no such field."
    answer = ask(EXPORTS, {"dataset": dataset, "filters": {**DAYS, name: value}})
    assert errors(answer) == {f"filters.{name}": message}


def test_a_market_of_no_rate_card_is_refused(acme, ask):
    answer = ask(EXPORTS, {"dataset": "costs", "filters": {**DAYS, "market": "Moon"}})
    assert errors(answer) == {"filters.market": "No rate card has a market “Moon”."}
    assert ask(EXPORTS, {"dataset": "costs", "filters": {**DAYS, "market": "India"}}).status_code == 202


def test_names_out_of_a_key_s_reach_are_not_there(acme, ask):
    deliver(acme)
    for name, value in (("subaccount", "acme_care"), ("channel", DIALOG.number_id)):
        for path, field in ((EXPORTS, "filters"), (DELETIONS, "filter")):
            assert errors(ask(path, {field: {name: value}}, subaccounts=["acme_shop"])).keys() == {f"{field}.{name}"}
    assert ask(EXPORTS, {"filters": {"channel": META.number_id}}, subaccounts=["acme_shop"]).status_code == 202


def test_names_that_are_there_narrow(acme, ask):
    deliver(acme, template_name="weekend_sale", template_language="en")
    report(acme, "received", provider_message_id="C", direction="inbound", channel=DIALOG)
    for words in ({"channel": META.number_id}, {"subaccount": "acme_shop"}, {"template": "weekend_sale"}):
        export = _export(ask, words)
        assert (export.rows, export.filters) == (1, words)


def test_a_named_subaccount_is_all_that_an_export_may_hold(acme, ask):
    _export(ask, {"subaccount": "acme_shop"})
    assert Export.objects.get().subaccount_ids == [Subaccount.objects.get(account=acme, code="acme_shop").pk]


def test_error_code_0_is_a_code(acme, ask):
    deliver(acme)
    assert (_export(ask, {"error_code": 0}).state, Export.objects.get().filters) == ("empty", {"error_code": 0})
    assert ask(DELETIONS, {"filter": {"error_code": 0}, "dry_run": True}).json() == {"matching": 0}


def test_a_usage_export_of_a_channel(acme, ask):
    deliver(acme)
    for channel, rows in ((META.number_id, 1), (EIGHT.number_id, 0)):
        ask(EXPORTS, {"dataset": "usage", "filters": {**DAYS, "channel": channel}})
        work.work()
        assert Export.objects.latest("id").rows == rows


def _export(ask, words, *scopes):
    answer = ask(EXPORTS, {"filters": words, "columns": ["provider_message_id"]}, *scopes)
    assert answer.status_code == 202, answer.json()
    work.work()
    return Export.objects.get(public_id=answer.json()["id"])


SAME = [
    {"msisdn": INDIA}, {"msisdn": INDIA[:7]}, {"msisdn": f"+{INDIA[:2]} {INDIA[2:8]}"}, {"source_name": "SPRING"},
    {"source_name": "Spring sale"}, {"country": "in"}, {"status": ["delivered"]}, {"status": ["rejected"]},
    {"search": "spring"}, {"template": "weekend_sale"}, {"recipient_type": "lead"}, {"response_code": 200},
    {"provider_message_id": "wamid.A"}, {"sent_after": "2026-10-15T08:30:00Z"}, {"umid": "00000000"},
]  # fmt: skip


@pytest.mark.parametrize("words", SAME, ids=str)
@pytest.mark.parametrize("whole_numbers", [True, False])
def test_a_dry_run_counts_the_rows_of_the_list_and_of_the_file(acme, ask, words, whole_numbers):
    deliver(acme, template_name="weekend_sale", template_language="en")
    deliver(acme, provider_message_id="B", msisdn="6591234567", at=AT + timedelta(hours=1))
    spring = Source.objects.create(account=acme, category="campaign", name="Spring sale")
    Message.objects.filter(provider_message_id="wamid.A").update(source=spring, recipient_type="lead")
    if "msisdn" in words and not whole_numbers:
        return  # refused
    scopes = [each for each in Permission if whole_numbers or each != Permission.VIEW_NUMBERS]
    listed = len(ask(LIST, words, *scopes).json()["results"])
    assert ask(DELETIONS, {"filter": words, "dry_run": True}, *scopes).json() == {"matching": listed}
    assert _export(ask, words, *scopes).rows == listed


class TestAs8x8:
    def test_a_number_that_is_none_is_refused(self, acme, ask):
        answer = ask(JOBS, {"phoneNumber": "someone"})
        assert (answer.status_code, answer.json()["message"]) == (
            400, "phoneNumber: Enter the digits of a phone number with its country code.",
        )  # fmt: skip
        assert not Export.objects.exists()

    @pytest.mark.parametrize("name", ["phoneNumber", "channelUserId"])
    def test_a_blank_is_refused(self, ask, name):
        answer = ask(JOBS, {name: ""})
        assert (answer.status_code, answer.json()["message"]) == (400, f"{name}: This field may not be blank.")

    def test_no_country_is_refused(self, ask):
        answer = ask(JOBS, {"countries": []})
        assert (answer.status_code, answer.json()["message"]) == (400, "countries: This list may not be empty.")

    def test_filters(self, acme, ask):
        deliver(acme)
        deliver(acme, provider_message_id="B", msisdn="6591234567")
        for body, rows in (
            ({"phoneNumber": f"+{INDIA}"}, 1), ({"countries": ["in", "SG"]}, 2), ({"countries": ["AQ"]}, 0),
            ({"channelUserId": "IN.7"}, 0), ({}, 2),
        ):  # fmt: skip
            ask(JOBS, {"from": "2026-10-01", "to": "2026-11-01", **body})
            work.work()
            assert Export.objects.latest("id").rows == rows
