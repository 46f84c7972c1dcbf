"""The fields of an event that the batch copies."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from messaging.log.directory import Directory, Placement
from messaging.log.lifecycle.columns import EVENT_COLUMNS
from messaging.log.lifecycle.provider_ids import reference
from messaging.log.lifecycle.reports import EventReport, event_row, resolve
from messaging.log.models.message_key import key_digits
from providers.events import MessageEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acme")]
AT, UMID = datetime(2026, 10, 15, 8, 0, tzinfo=UTC), UUID(int=7)
EVENT = MessageEvent(
    provider_message_id="wamid.A", state="failed", at=AT, msisdn="919876543210", user_id="IN.1", detail="undeliverable",
    content_type="text", category="marketing", pricing_type="regular", client_message_id="order 7",
    error_source="meta", error_code=131049, error_title="Not delivered", provider_error_code=3,
    content={"text": {"body": "Hello"}},
)  # fmt: skip


def row(event, **report):
    report = {"account_id": 7, "provider": "meta", "placement": Placement(2, 3, 4), **report}
    values = event_row(resolve(EventReport(event=event, **report), Directory([])))
    return dict(zip((column.name for column in EVENT_COLUMNS), values, strict=True))


def test_every_column_has_its_value():
    key = key_digits(7, "meta", "wamid.A")
    assert row(EVENT, webhook_id=5, received_at=AT) == {
        "account_id": 7, "provider": "meta", "provider_message_id": "wamid.A", "message_key": key, "umid": key,
        "direction": "outbound", "state": "failed", "at": AT, "subaccount_id": 2, "phone_number_id": 3, "waba_id": 4,
        "msisdn": "919876543210", "user_id": "IN.1", "country": "IN", "group_id": "",
        "content_type": "text", "template_id": None, "template_name": "", "template_language": "",
        "client_message_id": "order 7", "category_rank": 1, "category": "marketing", "pricing_type": "regular",
        "detail": "undeliverable", "error_source": "meta", "error_code": 131049, "error_title": "Not delivered",
        "provider_error_code": 3, "webhook_id": 5, "webhook_received_at": AT, "content": '{"text":{"body":"Hello"}}',
    }  # fmt: skip


def test_a_category_that_comes_with_the_delivery_is_proven():
    assert [row(replace(EVENT, state=state))["category_rank"] for state in ("sent", "delivered", "read")] == [1, 0, 0]


def test_a_template_that_is_not_registered_is_kept_by_its_name():
    values = row(replace(EVENT, template_name="spring_drop", template_language="EN-us"))
    assert [values[f"template_{part}"] for part in ("id", "name", "language")] == [None, "spring_drop", "en_US"]
    assert row(replace(EVENT, template_language="en"))["template_language"] == ""


def test_a_participant_and_who_edits_a_message_are_not_its_person():
    group = replace(EVENT, group_id="GRP_1")
    for event in (group, replace(EVENT, state="edited", direction="inbound")):
        assert [row(event)[name] for name in ("msisdn", "user_id", "country")] == ["", "", ""]
    assert row(replace(group, direction="inbound", state="received"))["msisdn"] == EVENT.msisdn


def test_our_reference_is_no_id_of_the_client_s():
    assert row(replace(EVENT, client_message_id=reference(str(UMID))))["client_message_id"] == ""
    assert row(replace(EVENT, client_message_id="tollgate:7"))["client_message_id"] == "tollgate:7"


def test_a_message_has_our_umid_else_8x8_s_else_the_key():
    assert row(EVENT, umid=UMID.hex)["umid"] == UMID.hex
    assert row(replace(EVENT, provider_message_id=str(UMID)), provider="8x8")["umid"] == UMID.hex
    assert row(EVENT, provider="8x8")["umid"] == key_digits(7, "8x8", "wamid.A")
