"""The demo's webhooks of every kind: understood without a problem, the same for a seed; ids name the person."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from local.demo.special_traffic import template_webhooks, webhooks
from local.demo.templates import ANNOUNCED
from local.demo.world import ACME, OTHER
from providers.events import MessageEvent
from providers.meta.wamids import chats_in
from providers.registry import VENDORS

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
TEMPLATES = {part: (name, "1689556908000001") for part, name in ANNOUNCED.items()}


def posted(plan=ACME, seed=7):
    return [
        *webhooks(plan, seed=seed, until=UNTIL, rounds=1),
        *template_webhooks(plan, TEMPLATES, seed=seed, until=UNTIL),
    ]


@pytest.mark.parametrize("plan", [ACME, OTHER])
def test_every_body_is_understood(plan):
    problems = [VENDORS[each.provider].webhooks.parse(each.body).problems for each in posted(plan)]
    assert problems == [[]] * len(problems)


def test_the_same_seed_gives_the_same_webhooks_in_the_two_weeks_before_the_end():
    assert posted() == posted() != posted(seed=8)
    assert all(UNTIL - timedelta(days=14) <= each.at <= UNTIL for each in posted())


def test_ids_name_the_person_of_the_message_or_the_group():
    events = [event for each in posted() for event in VENDORS[each.provider].webhooks.parse(each.body).events]
    messages = [
        each for each in events if isinstance(each, MessageEvent) and each.provider_message_id.startswith("wamid.")
    ]
    strangers = [
        each for each in messages
        if each.msisdn and each.msisdn not in (chats := chats_in(each.provider_message_id))
        and not chats[0].startswith("120363")
    ]  # fmt: skip
    assert (len(messages) > 80, strangers) == (True, [])


def test_each_kind_is_there():
    text = b"\n".join(each.body for each in posted()).decode("utf-8", "surrogatepass")
    kinds = set(re.findall(r'"(?:type|field|eventType|channel|namespace|event|status|category)":"(\w+)"', text))
    assert kinds >= {
        "audio", "button", "calls", "connect", "contacts", "document", "edit", "external_app_message", "group_create",
        "group_lifecycle_update", "group_marketing", "group_service", "group_utility", "image", "interactive",
        "location", "order", "reaction", "revoke", "sms", "smb_message_echoes", "sticker", "system",
        "template_category_update", "terminate", "unsupported", "user_preferences", "video", "ACCEPTED", "COMPLETED",
        "FAILED", "RINGING", "REJECTED", "PAUSED", "DISABLED", "SMS", "whatsapp_preference",
    }  # fmt: skip
    assert all(word in text for word in ("ctwa_clid", "username", "\\ud83d", "STOP", "START", "auto_generated_"))
