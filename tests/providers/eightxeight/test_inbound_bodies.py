"""Inbound messages of every provider in 8x8's format."""

import pytest

from providers.eightxeight.inbound_bodies import echo_body, edit_body, inbound_body, quoted_id

DATA = {
    "umid": "0c8e7c62-6d1f-4bb0-9c4d-3a6a3d2d1f00", "subaccount_id": "acme_shop", "channel_id": "1", "msisdn": "",
    "user_id": "", "at": "2026-10-15T12:00:00+00:00",
}  # fmt: skip


IMAGE = {"id": "7", "mime_type": "image/jpeg", "sha256": "ab", "url": "https://lookaside.example/7", "caption": "Bill"}
REFERRAL = {"source_type": "ad", "source_id": "9", "source_url": "https://fb.me/9", "ctwa_clid": "ARAk"}
QUOTE = {"from": "15550783881", "id": "wamid.Q"}
ORDER = {"catalog_id": "1", "text": "2 please", "product_items": [{"product_retailer_id": "x", "quantity": 2}]}
CARDS = [{"name": {"formatted_name": "Jo"}, "phones": [{"phone": "+6591234567"}]}]
SYSTEM = {"body": "Jo changed", "wa_id": "6591234568", "type": "user_changed_number", "previous_user_id": "SG.1"}
UNSUPPORTED = {"unsupported": {"type": "poll_creation"}, "errors": [{"code": 131051, "title": "Message type unknown"}]}


def media(word, **part):
    return {"type": word, word: {"id": "7", "mime_type": "a/b", "sha256": "ab", "url": "https://u.example/7", **part}}


@pytest.mark.parametrize(
    ("message", "kind", "content"),
    [
        ({"type": "text", "text": {"body": "Hi"}}, "Text", {"text": "Hi"}),
        ({"type": "text", "text": "broken"}, "Text", {"text": None}),
        ({"type": "button", "button": {"text": "Yes", "payload": "y"}}, "Text", {"text": "Yes", "payload": "y"}),
        ({"type": "image", "image": IMAGE}, "Image", {"url": IMAGE["url"], "text": "Bill", "image": IMAGE}),
        *(
            (each, kind, {"url": "https://u.example/7", each["type"]: each[each["type"]]})
            for each, kind in (
                (media("audio", voice=True), "Audio"),
                (media("voice"), "Audio"),
                (media("video"), "Video"),
                (media("document", filename="a.pdf"), "File"),
                (media("sticker", animated=False), "Image"),
            )
        ),
        (
            {"type": "location", "location": {"latitude": 1.3, "longitude": 103.8, "name": "Here", "address": "There"}},
            "Location",
            {"location": {"latitude": 1.3, "longitude": 103.8, "name": "Here", "address": "There"}},
        ),
        *(
            ({"type": "interactive", "interactive": reply}, "Interactive", {"interactive": reply})
            for reply in (
                {"type": "button_reply", "button_reply": {"id": "a", "title": "A"}},
                {"type": "list_reply", "list_reply": {"id": "a", "title": "A", "description": "d"}},
            )
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "nfm_reply", "nfm_reply": {"response_json": "{}", "name": "flow", "body": "Sent"},
                },
            },
            "Interactive",
            {"interactive": {"type": "nfmReply", "nfmReply": {"responseJson": "{}", "name": "flow", "body": "Sent"}}},
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "call_permission_reply",
                    "call_permission_reply": {"response": "accept", "is_permanent": False, "response_source": "u"},
                },
            },
            "Interactive",
            {
                "interactive": {
                    "type": "callPermissionReply",
                    "callPermissionReply": {"response": "accept", "isPermanent": False, "responseSource": "u"},
                }
            },
        ),
        ({"type": "reaction", "reaction": {"message_id": "wamid.Q", "emoji": "x"}}, "None",
         {"reaction": {"message_id": "wamid.Q", "emoji": "x"}}),
        ({"type": "contacts", "contacts": CARDS}, "None", {"contacts": CARDS}),
        ({"type": "order", "order": ORDER}, "None", {"order": ORDER}),
        ({"type": "system", "system": SYSTEM}, "None", {"system": SYSTEM}),
        ({"type": "unsupported", **UNSUPPORTED}, "None", UNSUPPORTED),
        ({"type": "dance", "dance": [1]}, "None", {"dance": [1]}),
        ({"type": "text", "text": {"body": "Hi"}, "referral": REFERRAL, "context": QUOTE, "group_id": "g"}, "Text",
         {"text": "Hi", "referral": REFERRAL, "context": QUOTE, "group_id": "g"}),
    ],
)  # fmt: skip
def test_each_type_of_meta_is_complete_in_8x8s_form(message, kind, content):
    payload = inbound_body({**DATA, "provider": "meta", "content": message})["payload"]
    assert (payload["type"], payload["content"]) == (kind, content)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "Image", "url": "https://media.example/1", "text": "caption"},
        {"type": "Location", "location": {"latitude": 1.3, "longitude": 103.8}},
        {"type": "Interactive", "interactive": {"type": "nfmReply", "nfmReply": {"responseJson": "{}"}}},
        {"type": "Text", "text": "Yes", "payload": "y"},
        {"type": "File", "url": "https://media.example/1"},
    ],
)
def test_what_8x8_received_stays_as_it_was(message):
    about = {"profile_name": "Jane", "username": "jane", "replyToUmid": "theirs"}
    payload = inbound_body({**DATA, "provider": "8x8", "content": message | about, "reply_to": "ours"})["payload"]
    assert {"type": payload["type"], **payload["content"]} == message
    assert (payload["user"], payload["replyToUmid"]) == ({"name": "Jane", "username": "jane"}, "ours")


@pytest.mark.parametrize(
    ("content", "wamid"),
    [
        ({"context": QUOTE}, "wamid.Q"),
        ({"reaction": {"message_id": "wamid.R"}}, "wamid.R"),
        ({"replyToUmid": "u1"}, "u1"),
        ({"context": {"forwarded": True}}, ""),
        ({"context": "broken"}, ""),
    ],
)
def test_the_quoted_message(content, wamid):
    assert quoted_id(content) == wamid


@pytest.mark.parametrize(
    ("direction", "state", "kind"),
    [
        ("inbound", "edited", "inbound_message_edited"),
        ("inbound", "revoked", "inbound_message_deleted"),
        ("outbound", "edited", "outbound_message_edited"),
        ("outbound", "revoked", "outbound_message_deleted"),
    ],
)
def test_an_edit_is_none_of_8x8s_messages(direction, state, kind):
    content = {"type": "text", "text": {"body": "the text"}} if state == "edited" else {}
    body = edit_body({**DATA, "provider": "meta", "direction": direction, "state": state, "content": content})
    assert (body["eventType"], body["payload"]["umid"]) == (kind, DATA["umid"])
    assert body["payload"]["timestamp"] == "2026-10-15T12:00:00.00Z"
    assert body["payload"].get("content") == ({"text": "the text"} if state == "edited" else None)
    assert ("recipient" in body["payload"], "channel" in body["payload"]) == (
        direction == "inbound", direction == "outbound",
    )  # fmt: skip


def test_a_message_from_the_business_app():
    body = echo_body({**DATA, "provider": "meta", "msisdn": "6591234567", "content": {"type": "image", "image": IMAGE}})
    assert (body["eventType"], body["description"]) == ("external_app_message", "External App Message")
    assert body["payload"] == {
        "umid": DATA["umid"], "subAccountId": "acme_shop", "channel": "whatsapp", "user": {"msisdn": "+6591234567"},
        "timestamp": "2026-10-15T12:00:00.00Z", "type": "Image",
        "content": {"url": IMAGE["url"], "text": "Bill", "image": IMAGE},
    }  # fmt: skip
