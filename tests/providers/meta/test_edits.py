"""Edits and deletions in Meta's webhooks are events of their original."""

import json

import pytest

from providers.meta.parse import parse
from providers.pruning import parsed, without_messages

NUMBER = {"phone_number_id": "1", "display_phone_number": "15550783881"}
EDIT = {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "the text"}}}


def body(field="messages", **value):
    change = {"field": field, "value": {"metadata": NUMBER, **value}}
    return json.dumps({"entry": [{"id": "2", "changes": [change]}]}).encode()


def inbound(kind, wamid="wamid.E", sender="919812340022", **more):
    return {"from": sender, "id": wamid, "timestamp": "1792065600", "type": kind, **more}


@pytest.mark.parametrize(
    ("message", "state", "content"),
    [
        (inbound("edit", edit=EDIT), "edited", {"type": "text", "text": {"body": "the text"}}),
        (inbound("EDIT", edit=EDIT), "edited", {"type": "text", "text": {"body": "the text"}}),
        (
            inbound("edit", edit={"original_message_id": "wamid.A", "message": {"image": {"caption": "new"}}}),
            "edited", {"type": "image", "image": {"caption": "new"}},
        ),
        (
            inbound("edit", edit={"original_message_id": "wamid.A", "text": {"body": "b"}}),
            "edited", {"type": "text", "text": {"body": "b"}},
        ),
        (inbound("edit", edit={"original_message_id": "wamid.A"}), "edited", None),
        (inbound("revoke", revoke={"original_message_id": "wamid.A"}), "revoked", None),
        (inbound("revoke", context={"id": "wamid.A"}), "revoked", None),
    ],
)  # fmt: skip
def test_an_edit_is_an_event_of_its_original(message, state, content):
    (event,) = parse(body(messages=[message])).events
    assert (event.provider_message_id, event.edit_id, event.state) == ("wamid.A", "wamid.E", state)
    assert (event.content, event.content_type, event.msisdn) == (content, "", "919812340022")


def test_the_business_edits_what_it_sent_from_its_app():
    echo = {"from": "15550783881", "to": "919812340022", "id": "wamid.E", "timestamp": "1792065600"}
    edit, revoke = {**echo, "type": "edit", "edit": EDIT}, {**echo, "type": "revoke", "revoke": EDIT}
    events = parse(body("smb_message_echoes", message_echoes=[edit, revoke])).events
    assert [(each.state, each.direction, each.msisdn) for each in events] == [
        ("edited", "outbound", "919812340022"), ("revoked", "outbound", "919812340022"),
    ]  # fmt: skip
    assert {(each.category, each.pricing_type) for each in events} == {("", "")}


def test_a_deleted_status_deletes_its_message():
    (event,) = parse(body(statuses=[{"id": "wamid.A", "status": "deleted", "timestamp": "1792065600"}])).events
    assert (event.provider_message_id, event.state) == ("wamid.A", "revoked")


def test_an_edit_of_nothing_is_refused_alone():
    result = parse(body(messages=[inbound("revoke", revoke={}), inbound("text", text={"body": "Hi"})]))
    assert result.problems == ["The message 'wamid.E' cannot be used: its revoke.original_message_id is missing."]
    assert [event.state for event in result.events] == ["received"]


def test_a_deleted_original_takes_its_edits_along():
    kept = inbound("text", "wamid.B", text={"body": "kept"})
    raw = body(messages=[inbound("edit", edit=EDIT), kept])
    pruned = json.loads(without_messages(raw, parsed("meta", raw), {"wamid.A"}))
    assert pruned["entry"][0]["changes"][0]["value"]["messages"] == [kept]
