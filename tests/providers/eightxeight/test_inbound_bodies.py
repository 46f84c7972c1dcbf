"""Inbound messages of every provider in 8x8's format."""

import pytest

from providers.eightxeight.inbound_bodies import inbound_body

DATA = {
    "umid": "0c8e7c62-6d1f-4bb0-9c4d-3a6a3d2d1f00", "subaccount_id": "acme_shop", "channel_id": "1", "msisdn": "",
    "user_id": "", "at": "2026-10-15T12:00:00+00:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("message", "kind", "content"),
    [
        ({"type": "text", "text": {"body": "Hi"}}, "Text", {"text": "Hi"}),
        ({"type": "button", "button": {"text": "Yes", "payload": "y"}}, "Text", {"text": "Yes", "payload": "y"}),
        ({"type": "document", "document": {"id": "7", "caption": "Bill"}}, "File", {"text": "Bill"}),
        (
            {"type": "location", "location": {"latitude": 1.3, "longitude": 103.8, "name": "Here"}},
            "Location",
            {"location": {"latitude": 1.3, "longitude": 103.8}},
        ),
        (
            {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "a", "title": "A"}}},
            "Interactive",
            {"interactive": {"type": "button_reply", "button_reply": {"id": "a", "title": "A"}}},
        ),
        (
            {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}},
            "Interactive",
            {"interactive": {"type": "nfmReply", "nfmReply": {"responseJson": "{}"}}},
        ),
        ({"type": "reaction", "reaction": {"emoji": "x"}}, "None", {}),
        ({"type": "text", "text": "broken"}, "Text", {"text": None}),
    ],
)
def test_what_meta_received_in_8x8s_words(message, kind, content):
    payload = inbound_body({**DATA, "provider": "meta", "content": message})["payload"]
    assert (payload["type"], payload["content"]) == (kind, content)


def test_what_8x8_received_stays_as_it_was():
    message = {"type": "Image", "url": "https://media.example/1", "profile_name": "Jane"}
    payload = inbound_body({**DATA, "provider": "8x8", "content": message})["payload"]
    assert (payload["type"], payload["content"]) == ("Image", {"url": "https://media.example/1"})
    assert payload["user"] == {"name": "Jane"}
