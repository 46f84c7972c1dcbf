"""The business at Meta: its app, calls, groups, Direct Send, and announcements about templates."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from providers.meta.scenarios.ids import inbound_id, outbound_id
from providers.meta.simulated_webhooks import (
    Call,
    Part,
    change,
    echo,
    errors,
    group_status,
    inbound,
    message,
    price,
    status,
    statuses,
    template,
)
from providers.meta.wamids import group_id, group_number, wacid
from providers.scenarios import Context, Person, Webhooks


def an_echo(context: Context) -> Webhooks:
    """Somebody answers from the WhatsApp Business app."""
    person, at = context.person, context.begin
    message_id = outbound_id(context, person)
    content = echo(context.sender, person, message_id, at, "We keep it for you until six.")
    yield at, change(context.sender, "smb_message_echoes", content)
    delivered = status(person, message_id, at + 4, "delivered")
    yield at + 4, change(context.sender, "messages", statuses([delivered], person))


def a_call(context: Context, *, by_person: bool, seconds: int) -> Webhooks:
    """A call of so many seconds; of none if nobody answers."""
    call_id = wacid(context.person.msisdn, context.key(32), context.sender.msisdn, inbound=by_person)
    call, at = Call(call_id, context.person, context.sender, by_person), context.begin
    yield at, change(context.sender, "calls", call.event("connect", at))
    if not by_person:
        yield at + 1, change(context.sender, "calls", call.state("RINGING", at + 1))
        word = "ACCEPTED" if seconds else "REJECTED"
        yield at + 8, change(context.sender, "calls", call.state(word, at + 8))
    end = call.end(at + 8, seconds, completed=bool(seconds))
    yield at + 8 + seconds, change(context.sender, "calls", end)


def calls(context: Context) -> Webhooks:
    """Calls in both directions, some of which nobody answers."""
    yield from a_call(context, by_person=True, seconds=context.rng.randrange(20, 400))
    for by_person, seconds in ((True, 0), (False, context.rng.randrange(20, 200)), (False, 0)):
        begin = context.begin + context.rng.randrange(600, 40_000)
        other = replace(context, begin=begin, person=context.another())
        yield from a_call(other, by_person=by_person, seconds=seconds)


def a_group(context: Context) -> Webhooks:
    """A group is created, three persons join, the business writes a template and a text, one person answers."""
    at, number = context.begin, f"120363{context.rng.randrange(10**11, 10**12)}"
    group = group_id(context.sender.msisdn, number)
    members = (context.person, context.another(), context.another(hides_number=True))
    subject = context.rng.choice(("VIP customers", "Store openings", "Order 4711"))
    made = {
        "subject": subject, "invite_link": "https://chat.whatsapp.com/" + context.key(22),
        "join_approval_mode": "auto_approve", "request_id": context.key(32),
    }  # fmt: skip
    yield at, _group_change(context, "group_lifecycle_update", group, at, "group_create", **made)
    joined = [
        {name: value for name, value in (("wa_id", each.shown_msisdn), ("user_id", each.user_id)) if value}
        for each in members
    ]
    added = {"reason": "invite_link", "added_participants": joined}
    yield (
        at + 600,
        _group_change(context, "group_participants_update", group, at + 600, "group_participants_add", **added),
    )
    yield from _group_message(context, group, members, 3600, price("group_utility"))
    question = message(
        members[1], inbound_id(context, members[1], group=number), at + 4000, "text", {"body": "Thanks! Until when?"},
        group_id=group,
    )  # fmt: skip
    yield at + 4000, change(context.sender, "messages", inbound(members[1], question))
    yield from _group_message(context, group, members, 4300, price("group_service", "free_group_customer_service"))
    yield from _group_message(context, group, members, 20_000, price("group_marketing"), failing=True)
    renamed = {"request_id": context.key(32), "group_subject": {"text": f"{subject} 2026", "update_successful": True}}
    yield (
        at + 30_000,
        _group_change(context, "group_settings_update", group, at + 30_000, "group_settings_update", **renamed),
    )


def _group_change(context: Context, field: str, group: str, at: int, kind: str, **more: object) -> bytes:
    part = {"timestamp": str(at), "group_id": group, "type": kind, **more}
    return change(context.sender, field, {"groups": [part]})


def _group_message(
    context: Context, group: str, members: tuple[Person, ...], after: int, charge: Part, *, failing: bool = False
) -> Webhooks:
    """A message of the business: sent, delivered to all (with `failing`, but the first), read by the last."""
    at, pricing = context.begin + after, {"pricing": charge}
    message_id = outbound_id(context, context.person, group=group_number(group))
    sent = {"id": message_id, "status": "sent", "timestamp": str(at), "recipient_id": group, "recipient_type": "group"}
    yield at, change(context.sender, "messages", statuses([sent | pricing]))
    reached = members[1:] if failing else members
    delivered = [group_status(group, each, message_id, at + 3, "delivered", **pricing) for each in reached]
    yield at + 3, change(context.sender, "messages", statuses(delivered, *reached))
    if failing:
        failed = group_status(group, members[0], message_id, at + 4, "failed", **errors(131026))
        yield at + 4, change(context.sender, "messages", statuses([failed]))
    read = group_status(group, members[-1], message_id, at + 200, "read")
    yield at + 200, change(context.sender, "messages", statuses([read], members[-1]))


def direct_send(context: Context) -> Webhooks:
    """Meta makes a template of a text with `category: utility`; statuses name the template."""
    person, at, template_id = context.person, context.begin, str(context.rng.randrange(10**15, 10**16))
    name = f"auto_generated_text_{context.key(12).lower()}"
    yield at, change(context.sender, "message_template_status_update", template(
        template_id, name, event="APPROVED", reason="NONE", message_template_category="UTILITY",
        source="AUTO_GENERATED",
    ), at)  # fmt: skip
    yield at + 5, change(context.sender, "message_template_components_update", template(
        template_id, name, message_template_element="Hi {{1}}, your order is ready.",
    ), at + 5)  # fmt: skip
    message_id = outbound_id(context, person)
    for seconds, state in ((10, "sent"), (12, "delivered"), (900, "read")):
        priced = {"pricing": price("utility")} if state != "read" else {}
        part = status(person, message_id, at + seconds, state, template_id=template_id, **priced)
        yield at + seconds, change(context.sender, "messages", statuses([part], person))


# the demo's part for a template: field, content of the announcement
_ANNOUNCEMENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("rejected", "message_template_status_update", {
        "event": "REJECTED", "reason": "INVALID_FORMAT", "message_template_category": "MARKETING",
        "rejection_info": {"reason": "It promises money.", "recommendation": "Leave out the promise."}}),
    ("paused", "message_template_quality_update", {"previous_quality_score": "YELLOW", "new_quality_score": "RED"}),
    ("paused", "message_template_status_update", {
        "event": "PAUSED", "reason": "NONE", "message_template_category": "MARKETING",
        "other_info": {"title": "SECOND_PAUSE", "description": "Paused for 6 hours: people blocked or reported it."}}),
    ("disabled", "message_template_status_update", {
        "event": "DISABLED", "reason": "NONE", "message_template_category": "MARKETING",
        "disable_info": {"disable_date": "1795000000"}}),
    ("moving", "template_category_update", {"correct_category": "MARKETING", "new_category": "UTILITY"}),
)  # fmt: skip


def templates(context: Context, ids: Mapping[str, tuple[str, str]]) -> Webhooks:
    """Templates are rejected, paused and disabled, and one will change its category; `ids`: name and id by part."""
    for hour, (part, field, content) in enumerate(_ANNOUNCEMENTS):
        at = context.begin + 3600 * hour
        name, template_id = ids[part]
        more = {"category_update_timestamp": at + 86_400} if field == "template_category_update" else {}
        yield at, change(context.sender, field, template(template_id, name, **content, **more), at)
