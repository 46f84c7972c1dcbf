"""Meta's management webhooks to events: templates, phone numbers, WABAs and people's preferences.

Official samples sometimes misplace `field` (Meta's quality sample carries the name of the status field), so a value is
recognized by its keys. Sources: Meta webhook reference pages, 2025-12 to 2026-05.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from providers.events import ChangeEvent, ContactEvent
from providers.meta.people import contact_changes
from providers.reading import digits, items, mapping, template_id, template_name, text, unix_time_or, user_id
from providers.vocabulary import Subject

ManagementEvent = ChangeEvent | ContactEvent
Reader = Callable[[dict[str, Any], str, datetime | None], Iterator[ManagementEvent]]


def read_management(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent] | None:
    """The events of one change's value, or None for unknown keys."""
    for keys, reader in _READERS:
        if keys <= value.keys():
            return reader(value, waba_id, at)
    return None


def _template(value: dict[str, Any], waba_id: str, at: datetime | None, **more: Any) -> ChangeEvent:
    """An announcement about a template. Raises ValueError without its name."""
    return ChangeEvent(
        subject=Subject.TEMPLATE,
        waba_id=waba_id,
        at=at,
        template_id=template_id(value.get("message_template_id")),
        template_name=template_name(value.get("message_template_name")),
        template_language=text(value.get("message_template_language"), 16),
        template_category=text(value.get("message_template_category"), 32).upper(),
        template_source=text(value.get("source") or value.get("message_template_source"), 32).upper(),
        details=value,
        **more,
    )


def _template_quality(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    old, new = text(value.get("previous_quality_score"), 64), text(value.get("new_quality_score"), 64)
    yield _template(value, waba_id, at, field="quality", old=old.upper(), new=new.upper())


def _template_category(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    """A change, or its announcement 24 hours ahead, in which `new_category` is the present one."""
    previous, new = text(value.get("previous_category"), 64), text(value.get("new_category"), 64)
    correct = text(value.get("correct_category"), 64)
    if correct and not previous:
        yield _template(value, waba_id, at, field="coming_category", old=new.upper(), new=correct.upper())
    else:
        yield _template(value, waba_id, at, field="category", old=previous.upper(), new=new.upper())


def _template_status(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    yield _template(
        value, waba_id, at, field="status", new=text(value.get("event"), 64).upper(), reason=_status_reason(value)
    )


def _status_reason(value: dict[str, Any]) -> str:
    """The pause's title, or the reason, or Meta's words on a rejection."""
    title = text(mapping(value.get("other_info")).get("title"), 255)
    reason = text(value.get("reason"), 255)
    rejection = text(mapping(value.get("rejection_info")).get("reason"), 255)
    return title or rejection or ("" if reason == "NONE" else reason)


def _template_components(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    has_body = bool(text(value.get("message_template_element"), 4096))
    components = _components(value) if has_body else None
    yield _template(value, waba_id, at, field="components", new="EDITED", components=components)


def _components(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The announced texts and buttons as components; the announcement does not show a media header."""
    title, footer = text(value.get("message_template_title"), 1024), text(value.get("message_template_footer"), 1024)
    buttons = [
        {name: each for name in ("type", "text", "url", "phone_number")
         if (each := text(button.get(f"message_template_button_{name}"), 2048))}
        for button in items(value.get("message_template_buttons"))
    ]  # fmt: skip
    return [
        *([{"type": "HEADER", "format": "TEXT", "text": title}] if title else []),
        {"type": "BODY", "text": text(value.get("message_template_element"), 4096)},
        *([{"type": "FOOTER", "text": footer}] if footer else []),
        *([{"type": "BUTTONS", "buttons": buttons}] if buttons else []),
    ]


def _number(value: dict[str, Any], waba_id: str, at: datetime | None, **more: Any) -> ChangeEvent:
    return ChangeEvent(
        subject=Subject.PHONE_NUMBER,
        waba_id=waba_id,
        at=at,
        msisdn=digits(value.get("display_phone_number")),
        details=value,
        **more,
    )


def _number_quality(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    """`current_limit` until February 2026, `max_daily_conversations_per_business` since; some bodies have both."""
    event = text(value.get("event"), 64).upper()
    limit = text(value.get("max_daily_conversations_per_business") or value.get("current_limit"), 64).upper()
    reason = text(value.get("reason"), 255)
    yield _number(value, waba_id, at, field="event", new=event, reason=reason)
    if limit:
        old = text(value.get("old_limit"), 64).upper()
        yield _number(value, waba_id, at, field="messaging_limit", old=old, new=limit, reason=event)
    if event == "THROUGHPUT_UPGRADE":
        yield _number(value, waba_id, at, field="throughput", new="HIGH")
    if event in {"FLAGGED", "UNFLAGGED"}:
        yield _number(value, waba_id, at, field="flag", new=event, reason=reason)


def _number_name(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    decision, reason = text(value.get("decision"), 64).upper(), text(value.get("rejection_reason"), 255)
    yield _number(value, waba_id, at, field="display_name", new=decision, reason="" if reason == "NONE" else reason)


def _number_security(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    requester = text(value.get("requester"), 255)
    yield _number(value, waba_id, at, field="security", new=text(value.get("event"), 64).upper(), reason=requester)


def _waba(value: dict[str, Any], waba_id: str, at: datetime | None, **more: Any) -> ChangeEvent:
    return ChangeEvent(subject=Subject.WABA, waba_id=waba_id, at=at, details=value, **more)


def _review(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    yield _waba(value, waba_id, at, field="review", new=text(value.get("decision"), 64).upper())


def _alert(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    alert = mapping(value.get("alert_info"))
    kind, words = text(alert.get("alert_type"), 64).upper(), text(alert.get("alert_description"), 255)
    fields: dict[str, Any] = {"field": "alert", "new": kind, "reason": words}
    if text(value.get("entity_type"), 32).upper() == "PHONE_NUMBER":
        number_id = text(value.get("entity_id"), 64)
        yield ChangeEvent(
            subject=Subject.PHONE_NUMBER, waba_id=waba_id, number_id=number_id, at=at, details=value, **fields
        )
    else:
        yield _waba(value, waba_id, at, **fields)


_LIMIT_KEYS = ("max_daily_conversations_per_business", "max_daily_conversation_per_phone")


def _capability(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    """The limit is a word (TIER_2K) since v24, a number before and in the official sample; -1 means none."""
    raw_limit = next((value[key] for key in _LIMIT_KEYS if value.get(key) is not None), "")
    limit = text(raw_limit, 64).upper()
    yield _waba(value, waba_id, at, field="messaging_limit", new=_TIERS.get(limit, limit))


_TIERS = {"50": "TIER_50", "250": "TIER_250", "1000": "TIER_1K", "2000": "TIER_2K", "10000": "TIER_10K",
          "100000": "TIER_100K", "-1": "TIER_UNLIMITED"}  # fmt: skip


def _account(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    event = text(value.get("event"), 64).upper()
    volume = mapping(value.get("volume_tier_info"))
    if volume:
        _check_tier(volume)
    when = unix_time_or(volume.get("tier_update_time"), at)
    yield _waba(value, waba_id, when, field=f"account.{event.lower()}"[:64], new=event, reason=_account_reason(value))


_TIER, _MONTH = re.compile(r"(\d{1,15}):(\d{1,15}|MAX)", re.IGNORECASE), re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")


def _check_tier(volume: dict[str, Any]) -> None:
    """Raise ValueError for a tier that would be counted wrongly: it must have bounds, and its month must be one."""
    tier, month = text(volume.get("tier"), 64).strip(), text(volume.get("effective_month"), 16).strip()
    bounds = _TIER.fullmatch(tier)
    if bounds is None or (bounds[2].isdigit() and int(bounds[2]) < int(bounds[1])):
        raise ValueError(f"tier {tier!r} is not like 25000001:50000000")
    if month and not _MONTH.fullmatch(month):
        raise ValueError(f"effective_month {month!r} is not like 2026-10")


def _account_reason(value: dict[str, Any]) -> str:
    """Return the reason of an account update, from the object of its event."""
    restrictions = [text(item.get("restriction_type"), 64) for item in items(value.get("restriction_info"))]
    volume = mapping(value.get("volume_tier_info"))
    tier = " ".join(text(volume.get(key), 64) for key in ("region", "pricing_category", "tier", "effective_month"))
    words = (
        text(mapping(value.get("violation_info")).get("violation_type"), 255),
        ", ".join(restrictions),
        text(mapping(value.get("ban_info")).get("waba_ban_state"), 255),
        tier.strip(),
        text(mapping(value.get("disconnection_info")).get("reason"), 255),
        text(value.get("country"), 2),
    )
    return next((word for word in words if word), "")


def _preferences(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    number_id = text(mapping(value.get("metadata")).get("phone_number_id"), 64)
    for preference in items(value.get("user_preferences")):
        yield ContactEvent(
            field=text(preference.get("category"), 64).strip().lower() or "preference",
            new=text(preference.get("value"), 64),
            at=unix_time_or(preference.get("timestamp"), at),
            waba_id=waba_id,
            number_id=number_id,
            msisdn=digits(preference.get("wa_id")),
            user_id=user_id(preference.get("user_id")),
            details=preference,
            parent_user_id=user_id(preference.get("parent_user_id")),
        )


def _user_ids(value: dict[str, Any], waba_id: str, at: datetime | None) -> Iterator[ManagementEvent]:
    yield from contact_changes(value, "user_id_update", waba_id, at)


# The first reader whose keys are all present reads the value, so specific keys come before general ones.
_READERS: tuple[tuple[set[str], Reader], ...] = (
    ({"user_preferences"}, _preferences),
    ({"user_id_update"}, _user_ids),
    ({"user_id", "previous_user_id"}, _user_ids),
    ({"new_quality_score", "message_template_id"}, _template_quality),
    ({"new_category", "message_template_id"}, _template_category),
    ({"event", "message_template_id"}, _template_status),
    ({"message_template_element", "message_template_id"}, _template_components),
    ({"requested_verified_name", "decision"}, _number_name),
    ({"display_phone_number", "event", "requester"}, _number_security),
    ({"display_phone_number", "event"}, _number_quality),
    ({"alert_info"}, _alert),
    ({"max_daily_conversations_per_business"}, _capability),
    ({"max_daily_conversation_per_phone"}, _capability),
    ({"decision"}, _review),
    ({"event"}, _account),
)
