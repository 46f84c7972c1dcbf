"""Edits and deletions through the inbox, in any order: they change their original and count nothing."""

import json
from itertools import permutations

import pytest

from messaging.inbound import inbox
from messaging.inbound.awaiting import FOREIGN_NOTE, NOTE
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.lifecycle.traffic import fold
from messaging.log.models import Message, MessageAnchor, MessagePayload, StatusEvent, TrafficSlot

AT = 1_792_065_600  # 2026-10-15 12:00 UTC
ORIGINAL = {"id": "wamid.A", "timestamp": AT, "type": "text", "text": {"body": "teh text"}}
EDIT = {
    "id": "wamid.E", "timestamp": AT + 30, "type": "edit",
    "edit": {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "the text"}}},
}  # fmt: skip
REVOKE = {"id": "wamid.R", "timestamp": AT + 60, "type": "revoke", "revoke": {"original_message_id": "wamid.A"}}


@pytest.fixture
def take(acme):
    """Store one body with these messages, echoes if they are `to` somebody, and process it; the stored webhook."""
    endpoint = WebhookEndpoint.objects.get(account=acme, provider="meta")

    def run(*messages):
        value = {
            "metadata": {"phone_number_id": "106540352242922"},
            "messages": [{"from": "919812340022", **message} for message in messages if "to" not in message],
            "message_echoes": [{**message, "from": "15550783881"} for message in messages if "to" in message],
        }
        body = {"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
        inbox.store(acme.pk, endpoint.pk, "meta", {}, json.dumps(body).encode())
        inbox.drain()
        return InboxItem.objects.latest("id")

    return run


@pytest.mark.parametrize("order", list(permutations([ORIGINAL, EDIT, REVOKE])))
def test_any_order_ends_in_one_received_message(take, order):
    for message in order:
        take(message)
    take(EDIT)  # a duplicate
    message = Message.objects.get()
    assert (message.status, message.direction, message.content_type) == ("received", "inbound", "text")
    history = StatusEvent.objects.filter(message_id=message.pk).order_by("at")
    assert list(history.values_list("state", flat=True)) == ["received", "edited", "revoked"]
    payloads = MessagePayload.objects.filter(message_id=message.pk).order_by("created_at")
    assert [(each.kind, each.body["text"]["body"]) for each in payloads] == [
        ("content", "teh text"), ("edit", "the text"),
    ]  # fmt: skip
    assert set(InboxItem.objects.values_list("state", "awaits")) == {("done", None)}
    fold()
    assert list(TrafficSlot.objects.values_list("status", "n")) == [("received", 1)]


@pytest.mark.parametrize("order", list(permutations("EFG")))
def test_edits_of_one_second_are_all_kept(take, order):
    """Meta's times are whole seconds."""
    take(ORIGINAL)
    for name in (*order, *order):
        content = {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": name}}}
        take({**EDIT, "id": f"wamid.{name}", "edit": content})
    payloads = MessagePayload.objects.filter(kind="edit").order_by("created_at")
    assert [each.body["text"]["body"] for each in payloads] == ["F", "G", "E"]
    history = StatusEvent.objects.order_by("at").values_list("state", flat=True)
    assert list(history) == ["received", "edited", "edited", "edited"]


def test_all_in_one_body(take):
    take(REVOKE, EDIT, ORIGINAL)
    assert Message.objects.get().status == "received"
    assert StatusEvent.objects.count() == 3


def test_an_edit_of_a_message_that_never_comes_is_no_message(take):
    item = take(EDIT)
    assert (item.state, item.reason, len(item.awaits)) == ("done", NOTE, 1)
    assert not Message.objects.exists()
    assert not MessageAnchor.objects.exists()
    assert not MessagePayload.objects.exists()
    take({**ORIGINAL, "id": "wamid.OTHER"})
    item.refresh_from_db()
    assert (item.state, item.reason) == ("done", NOTE)


def test_an_edit_is_not_shared_between_accounts(take, other):
    """Another account's message of the same id is not the original."""
    take(EDIT)
    endpoint = WebhookEndpoint.objects.get(account=other, provider="meta")
    value = {"metadata": {"phone_number_id": "106540352249999"}, "messages": [{"from": "919812340022", **ORIGINAL}]}
    body = {"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
    inbox.store(other.pk, endpoint.pk, "meta", {}, json.dumps(body).encode())
    inbox.drain()
    assert list(MessagePayload.objects.values_list("kind", flat=True)) == ["content"]


def test_replaying_changes_nothing(take):
    take(ORIGINAL)
    take(EDIT)
    before = (StatusEvent.objects.count(), MessagePayload.objects.count())
    inbox.replay_all(InboxItem.objects.all())
    inbox.drain()
    assert (StatusEvent.objects.count(), MessagePayload.objects.count()) == before


BY_OTHERS = [
    ({}, {"from": "6591230022"}),
    ({"from_user_id": "IN.1"}, {"from": "6591230022", "from_user_id": "SG.2"}),
    ({"from": "", "from_user_id": "IN.1"}, {"from": "", "from_user_id": "SG.2"}),
    ({"from": "", "from_user_id": "IN.1"}, {"to": "919812340022"}),
    ({"to": "919812340022"}, {}),
    ({"to": "919812340022"}, {"from": "6591230022"}),
]


@pytest.mark.parametrize("batches", [1, 3])
@pytest.mark.parametrize(
    ("original", "other", "order"), [*((*each, (1, 0, 2)) for each in BY_OTHERS), (*BY_OTHERS[0], (0, 1, 2))]
)
def test_an_edit_by_somebody_else_changes_nothing(take, original, other, order, batches):
    parts = [{**ORIGINAL, **original}, {**EDIT, **other, "timestamp": AT - 30}, {**REVOKE, **other}]
    if batches == 1:
        take(*(parts[index] for index in order))
    else:
        for index in order:
            take(parts[index])
    message = Message.objects.get()
    assert message.created_at.timestamp() == AT
    assert StatusEvent.objects.count() == 1
    assert list(MessagePayload.objects.values_list("kind", flat=True)) == ["content"]
    reasons = set(InboxItem.objects.values_list("state", "reason", "awaits"))
    assert reasons == {("done", FOREIGN_NOTE, None)} | ({("done", "", None)} if batches == 3 else set())


@pytest.mark.parametrize(
    ("original", "edit"),
    [
        ({}, {"from": "", "from_user_id": "IN.1"}),
        ({"from": "", "from_user_id": "IN.1"}, {}),
        ({"from_user_id": "IN.1"}, {"from": "6591230022", "from_user_id": "IN.1"}),
        ({"from_user_id": "IN.1"}, {"from_user_id": "IN.2"}),
        ({"from": "551187654321"}, {"from": "5511987654321"}),
        ({"to": "919812340022"}, {"to": "6591230022"}),
    ],
)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_edit_by_the_sender_under_another_name_counts(take, original, edit, order):
    parts = [{**ORIGINAL, **original}, {**EDIT, **edit}]
    for index in order:
        take(parts[index])
    assert MessagePayload.objects.get(kind="edit").body["text"] == {"body": "the text"}


def test_the_edits_of_the_sender_beside_one_by_somebody_else_count(take):
    take(REVOKE, {**EDIT, "from": "6591230022"}, ORIGINAL, {**EDIT, "id": "wamid.F"})
    history = StatusEvent.objects.order_by("at").values_list("state", flat=True)
    assert list(history) == ["received", "edited", "revoked"]
