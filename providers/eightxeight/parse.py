"""8x8's webhook bodies to events: delivery receipts v8 and v9, inbound messages v2 and v3.

Source: 8x8 developer documentation of 2026-07-23 (delivery-receipts-for-outbound-chatapps, inbound-chatapps-message).
Letter case differs between its samples, so words are compared in lower case.
"""

from typing import Any

from core.masking import hide_numbers
from core.strict_json import Unparsable, load_repaired
from providers.eightxeight.legs import leg_event
from providers.eightxeight.management import read_management
from providers.events import MAX_NAME, MessageEvent, Parsed, Person
from providers.reading import category_of, digits, error_text, integer, iso_time, mapping, text, user_id, username
from providers.umids import canonical
from providers.vocabulary import BUSINESS_APP, BUSINESS_APP_DETAIL, Category, Direction, OtherChannel

_STATES = {
    "queued": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "error": "failed",
    "rejected": "rejected",
}


_WHATSAPP = frozenset({"", "chatapps", "whatsapp"})  # ChatApps is the namespace
_OTHER_CHANNELS = frozenset(OtherChannel.values)  # also as namespaces of other products


def parse(body: bytes) -> Parsed:
    """Turn one body into its one event. Raises Unparsable when it is not an envelope of 8x8.

    8x8 posts all channels to one address, and the legs of a fallback under one UMID. Only WhatsApp's are messages;
    those of other channels are legs.
    """
    data, notes = load_repaired(body)
    kind = text(data.get("eventType"), 64).lower()
    if not kind:
        raise Unparsable("The body has no `eventType`, so it is not a webhook of 8x8.")
    try:
        if reader := _MESSAGES.get(kind):
            payload = mapping(data.get("payload"))
            channel, message = _other_channel(data, payload), reader(payload)
            return Parsed(events=[leg_event(channel, message, payload, notes) if channel else message], notes=notes)
        events = read_management(kind, data)
    except ValueError as error:
        return Parsed(problems=[f"The {kind} cannot be used: {error}."], notes=notes)
    if not events:
        return Parsed(unknown=[f"Event type {kind!r} is not understood yet."], notes=notes)
    return Parsed(events=list(events), notes=notes)


def _other_channel(data: dict[str, Any], payload: dict[str, Any]) -> str:
    """The channel of a message that is not WhatsApp's, in lower case; empty for WhatsApp.

    Raises ValueError for what is no channel of 8x8's: it may be WhatsApp, or not.
    """
    parts = (payload, *(mapping(payload.get(name)) for name in ("recipient", "outboundContent", "status", "user")))
    named = [part["channel"] for part in parts if part.get("channel") is not None]
    named += [payload["recipient"]] if not isinstance(payload.get("recipient"), dict | None) else []
    named += [data["namespace"]] if data.get("namespace") is not None else []
    words = [text(word, 32).strip().lower() if isinstance(word, str) else repr(word)[:32] for word in named]
    if unknown := next((word for word in words if word not in _WHATSAPP | _OTHER_CHANNELS), ""):
        raise ValueError(f"{unknown} is no known channel")
    return next((word for word in words if word in _OTHER_CHANNELS), "")


def _required_id(payload: dict[str, Any]) -> str:
    umid = canonical(payload.get("umid"))
    if not umid:
        raise ValueError("payload.umid is missing")
    return umid


def _person(payload: dict[str, Any]) -> Person:
    """The identities and names of the person.

    v8 receipts and v2 inbound put the phone digits into channelUserId; a user id always has its country and a dot.
    """
    user = mapping(payload.get("user"))
    channel_user = user.get("channelUserId")
    return Person(
        digits(user.get("msisdn")) or digits(channel_user),
        user_id(channel_user),
        user_id(user.get("parentChannelUserId") or user.get("parentUserId")),
        username(user.get("username")),
        text(user.get("name"), MAX_NAME).strip(),
    )


def _receipt(payload: dict[str, Any]) -> MessageEvent:
    status = mapping(payload.get("status"))
    whatsapp = mapping(payload.get("whatsapp"))
    content = mapping(payload.get("outboundContent"))
    template = mapping(content.get("template"))
    word, detail = text(status.get("state"), 24).strip().lower() or "unknown", text(status.get("detail"), 64)
    return MessageEvent(
        provider_message_id=_required_id(payload),
        state=_state(word, detail),
        at=iso_time(status.get("timestamp")),
        subaccount_code=text(payload.get("subAccountId"), 50),
        **_person(payload)._asdict(),
        content_type=text(content.get("contentType"), 24).lower(),
        category=category_of(whatsapp.get("pricingCategory")),
        template_category=category_of(template.get("category")),
        template_name=text(template.get("name"), 512),
        template_language=text(template.get("language"), 16),
        client_message_id=text(payload.get("clientMessageId"), 512),
        detail=hide_numbers(detail),
        error_source="8x8" if status.get("errorCode") is not None else "",
        error_code=integer(status.get("errorCode")),
        error_title=error_text(status.get("errorMessage")),
        provider_error_code=integer(whatsapp.get("providerErrorCode")),
        content=content or None,
    )


_TO_OPERATOR = frozenset({"delivered_to_operator", "delivered_to_carrier"})  # the same, by 8x8's two documents


def _state(word: str, detail: str) -> str:
    """Our state for 8x8's.

    `delivered_to_operator` says that WhatsApp took the message from 8x8. That is `sent`: the person has nothing yet,
    a failure may follow, and Meta charges nothing.
    """
    if word == "delivered" and detail.strip().lower() in _TO_OPERATOR:
        return "sent"
    return _STATES.get(word, word)


def _echo(payload: dict[str, Any]) -> MessageEvent:
    """A message that the business sent from the WhatsApp Business app. Meta does not charge it."""
    return MessageEvent(
        provider_message_id=_required_id(payload),
        state="sent",
        at=iso_time(payload.get("timestamp")),
        subaccount_code=text(payload.get("subAccountId"), 50),
        **_person(payload)._asdict(),
        content_type=text(payload.get("type"), 24).lower(),
        category=Category.SERVICE,
        pricing_type=BUSINESS_APP,
        detail=BUSINESS_APP_DETAIL,
        content={"type": payload.get("type"), **content} if (content := mapping(payload.get("content"))) else None,
    )


def _inbound(payload: dict[str, Any]) -> MessageEvent:
    person = _person(payload)
    content = {"type": payload.get("type"), **mapping(payload.get("content"))}
    if referral := mapping(payload.get("referral")):
        content.setdefault("referral", referral)  # of the advertisement by which the person came
    if quoted := canonical(payload.get("replyToUmid")):
        content["replyToUmid"] = quoted
    return MessageEvent(
        provider_message_id=_required_id(payload),
        state="received",
        at=iso_time(payload.get("timestamp")),
        direction=Direction.INBOUND,
        number_id=text(mapping(payload.get("recipient")).get("channelId"), 64),
        subaccount_code=text(payload.get("subAccountId"), 50),
        content_type=text(payload.get("type"), 24).lower() or "unknown",
        **person._asdict(),
        content=content | person.names,
    )


_MESSAGES = {
    "outbound_message_status_changed": _receipt,
    "external_app_message": _echo,
    "inbound_message_received": _inbound,
}
