"""The part of a webhook about one message, without the others."""

import json

import pytest

from messaging.inbound.evidence import part_about


def status(wamid, person):
    return {"id": wamid, "status": "failed", "recipient_id": person, "errors": [{"code": 131026, "title": "No"}]}


def meta(*statuses, contacts=()):
    value = {"metadata": {"phone_number_id": "1"}, "contacts": list(contacts), "statuses": list(statuses)}
    return {"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": [{"value": value}]}]}


def test_of_a_batch_only_the_status_of_the_message_is_left_unchanged():
    body = meta(status("wamid.A", "1"), status("wamid.B", "2"), contacts=[{"wa_id": "2"}])
    assert part_about(json.dumps(body).encode(), "wamid.A") == meta(status("wamid.A", "1"))


def test_other_entries_of_a_delivery_are_removed():
    body = meta(status("wamid.A", "1"))
    body["entry"] += meta(status("wamid.B", "2"))["entry"]
    assert part_about(json.dumps(body).encode(), "wamid.A") == meta(status("wamid.A", "1"))


def test_an_8x8_receipt_is_shown_whole():
    body = {
        "eventType": "x",
        "payload": {"umid": "u", "user": {"msisdn": "+65"}, "outboundContent": {"cards": [{"a": 1}]}},
    }
    assert part_about(json.dumps(body).encode(), "u") == body


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": "wamid.B"}', b"\xff", b"[" * 100_000])
def test_what_does_not_name_the_message_shows_nothing(body):
    assert part_about(body, "wamid.A") is None


def test_a_bad_text_is_replaced():
    body = meta(status("wamid.A", "HALF"))
    raw = json.dumps(body).encode().replace(b"HALF", rb"\ud83d")
    assert part_about(raw, "wamid.A") == meta(status("wamid.A", "\ufffd"))


def test_an_id_may_be_a_number():
    body = meta({"id": 7, "status": "sent"}, {"id": 8, "status": "sent"})
    assert part_about(json.dumps(body).encode(), "7") == meta({"id": 7, "status": "sent"})
