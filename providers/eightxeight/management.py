"""8x8's Business Management events (webhook type CABM) to events.

They name the WABA (`businessAccountId`) and no subaccount. Source: 8x8 developer documentation of 2026-07-23.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from providers.events import ChangeEvent, ContactEvent
from providers.meta.management import read_management as read_meta
from providers.meta.people import contact_changes
from providers.reading import digits, iso_time, items, mapping, template_id, template_name, text
from providers.vocabulary import Subject

ManagementEvent = ChangeEvent | ContactEvent


def read_management(kind: str, data: dict[str, Any]) -> Iterable[ManagementEvent] | None:
    """The events of one body, or None for an unknown event type. Raises ValueError for a bad timestamp."""
    reader = _READERS.get(kind)
    if reader is None:
        return None
    at = iso_time(data.get("timestamp"))
    return list(reader(mapping(data.get("eventDetails")), text(data.get("businessAccountId"), 64), at))


def _template(details: dict[str, Any], waba_id: str, at: datetime, **more: Any) -> ChangeEvent:
    return ChangeEvent(
        subject=Subject.TEMPLATE,
        waba_id=waba_id,
        at=at,
        template_id=template_id(details.get("templateId")),
        template_name=template_name(details.get("templateName")),
        template_language=text(details.get("templateLanguage"), 16),
        template_source=text(details.get("source") or details.get("templateSource"), 32).upper(),
        details=details,
        **more,
    )


def _word(meta: dict[str, Any], key: str) -> str:
    return text(meta.get(key), 64).upper()


def _status(details: dict[str, Any], waba_id: str, at: datetime) -> Iterator[ManagementEvent]:
    meta = mapping(details.get("meta"))
    title, reason = _word(mapping(meta.get("otherInfo")), "title"), _word(meta, "reason")
    why = title or ("" if reason == "NONE" else reason)
    yield _template(details, waba_id, at, field="status", new=_word(meta, "status"), reason=why)


def _quality(details: dict[str, Any], waba_id: str, at: datetime) -> Iterator[ManagementEvent]:
    meta = mapping(details.get("meta"))
    old, new = _word(meta, "previousQualityScore"), _word(meta, "newQualityScore")
    yield _template(details, waba_id, at, field="quality", old=old, new=new)


def _category(details: dict[str, Any], waba_id: str, at: datetime) -> Iterator[ManagementEvent]:
    meta = mapping(details.get("meta"))
    old, new = _word(meta, "previousCategory"), _word(meta, "newCategory")
    yield _template(details, waba_id, at, field="category", old=old, new=new)


def _correct_category(details: dict[str, Any], waba_id: str, at: datetime) -> Iterator[ManagementEvent]:
    """Advice only: Meta thinks another category is right and has changed nothing."""
    meta = mapping(details.get("meta"))
    old, new = _word(meta, "category"), _word(meta, "correctCategory")
    yield _template(details, waba_id, at, field="advised_category", old=old, new=new)


def _number(details: dict[str, Any], waba_id: str, at: datetime) -> Iterator[ManagementEvent]:
    """The same object as Meta's, in camel case and one level deeper."""
    meta = mapping(details.get("meta"))
    meta_value = {
        "display_phone_number": details.get("displayPhoneNumber"),
        "event": meta.get("event"),
        "current_limit": meta.get("currentLimit"),
        "old_limit": meta.get("oldLimit"),
        "max_daily_conversations_per_business": meta.get("maxDailyConversationsPerBusiness"),
        "reason": meta.get("reason"),
    }
    yield from read_meta({key: value for key, value in meta_value.items() if value is not None}, waba_id, at) or ()


def _account(details: dict[str, Any], waba_id: str, at: datetime) -> Iterator[ManagementEvent]:
    event, msisdn = _word(details, "event"), digits(details.get("phoneNumber"))
    verification = mapping(details.get("businessVerificationInfo"))
    restrictions = ", ".join(text(item.get("restrictionType"), 64) for item in items(details.get("restrictionInfo")))
    violation = text(mapping(details.get("violationInfo")).get("violationType"), 255)
    yield ChangeEvent(
        subject=Subject.PHONE_NUMBER if msisdn else Subject.WABA,
        field=f"account.{event.lower()}"[:64],
        new=text(verification.get("verificationStatus"), 64).upper() or event,
        at=at,
        waba_id=waba_id,
        msisdn=msisdn,
        reason=violation or restrictions or _words(verification.get("rejectionReasons")),
        details=details,
    )


def _words(value: Any) -> str:
    return ", ".join(text(word, 64) for word in value)[:255] if isinstance(value, list) else ""


def _raw(details: dict[str, Any], waba_id: str, at: datetime) -> Iterator[ManagementEvent]:
    """Meta's own change object, passed on: preferences, contacts and user ids of people."""
    raw = mapping(details.get("rawEvent"))
    value = mapping(raw.get("value"))
    if events := read_meta(value, waba_id, at) if "user_preferences" in value else None:
        yield from events
        return
    yield from contact_changes(value, text(raw.get("field"), 64) or "contact", waba_id, at)


_READERS: dict[str, Callable[[dict[str, Any], str, datetime], Iterator[ManagementEvent]]] = {
    "template_status_update": _status,
    "template_quality_update": _quality,
    "template_category_update": _category,
    "template_correct_category_detection": _correct_category,
    "phone_number_quality_update": _number,
    "account_update": _account,
    "whatsapp_user_id_update": _raw,
    "whatsapp_contact": _raw,
    "whatsapp_preference": _raw,
    # The documentation's field table names the same three without the prefix.
    "user_id_update": _raw,
    "contacts": _raw,
    "user_preferences": _raw,
}
