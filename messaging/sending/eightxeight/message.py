"""Checks one message in 8x8's form."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import phonenumbers

from core.calling_codes import country_of
from core.spellings import is_valid, standard
from events.addresses import url_problem
from messaging.log.models import Message
from messaging.sending import restrictions
from messaging.sending.eightxeight import template
from messaging.sending.origin import read_origin
from messaging.sending.requests import Origin, SendRequest, SendSummary
from messaging.sending.senders import Sender, TemplateDefinition, regions
from providers import reading as lenient
from providers.eightxeight.requests import direct_send, interactive
from providers.eightxeight.requests.reading import (
    INVALID,
    Refusal,
    integer,
    items,
    mapping,
    moment,
    number,
    one_of,
    optional,
    text,
    url,
)
from providers.registry import sending_of
from providers.vocabulary import Shape

# Without carousel and richCard: they are RCS's.
TYPES = ("text", "image", "video", "audio", "file", "location", "interactive", "template")
_MEDIA = ("image", "video", "audio", "file")
_LONGEST_TEXT, _LONGEST_CAPTION, _LONGEST_SMS = 4096, 1024, 35_000
_CHANNELS = ("SMS", "WhatsApp", "Facebook", "RCS", "Viber", "Line", "WeChat", "Zalo", "Instagram")
_NO_NUMBER = (
    "Invalid MSISDN format (not E.164 international number): give 'user.msisdn' as \"+6591234567\", or a national "
    "number with 'user.country'."
)
_LATE = timedelta(minutes=1)  # a client's clock may be behind


def read(
    body: Any, sender: Sender, origin: Origin, batch_id: UUID | None = None, client_batch_id: str = ""
) -> SendRequest:
    """Return the message that a body describes; raises `Refusal`. Needs the tenant's scope."""
    data = mapping(body, "body")
    msisdn, user_id = _read_recipient(data, sender)
    kind = one_of(data.get("type"), "type", TYPES, wrong=3010)
    content = mapping(data.get("content"), "content", missing=3004, wrong=3004)
    definition = _check_content(kind, content, sender)
    _check_fallback(data, content, sender)
    due_at, expires_at = _read_times(data)
    about = SendSummary(
        msisdn=msisdn,
        user_id=user_id,
        content_type=kind,
        template_name=definition.name if definition else "",
        template_language=definition.language if definition else "",
        parameter_names=definition.parameter_names if definition else {},
        category=direct_send.read(kind, content),
        client_message_id=optional(data.get("clientMessageId"), "clientMessageId", 50, long=3009),
        client_batch_id=client_batch_id,
        callback_url=_read_callback(data.get("dlrCallbackUrl")),
        scheduled=due_at is not None,
        is_marketing=definition is not None and definition.is_marketing,
        reply_to=_read_reply_to(data, sender),
        origin=read_origin(data.get("tollgate"), origin),
    )
    return SendRequest(
        shape=Shape.EIGHT_X_EIGHT, request=_with_language(data, definition), about=about, sender=sender, due_at=due_at,
        expires_at=expires_at, batch_id=batch_id,
    )  # fmt: skip


def _with_language(data: Mapping[str, Any], definition: TemplateDefinition | None) -> dict[str, Any]:
    """The request with its template's language in the registered spelling, which is the provider's."""
    if definition is None:
        return dict(data)
    template = {**data["content"]["template"], "language": definition.language}
    return {**data, "content": {**data["content"], "template": template}}


def summarize(body: Any, origin: Origin, client_batch_id: str = "") -> SendSummary:
    """The summary of a refused body, as far as it can be read."""
    data = lenient.mapping(body)
    user, template_data = (
        lenient.mapping(data.get("user")),
        lenient.mapping(lenient.mapping(data.get("content")).get("template")),
    )
    number_text, country = user.get("msisdn"), lenient.text(user.get("country"), 2).upper()
    msisdn = (e164(number_text, country) if isinstance(number_text, str) else "") or lenient.digits(number_text)
    return SendSummary(
        msisdn=msisdn,
        user_id="" if msisdn else lenient.user_id(user.get("channelUserId")),
        content_type=lenient.text(data.get("type"), 24).lower(),
        template_name=lenient.text(template_data.get("name"), 512),
        template_language=lenient.text(template_data.get("language"), 16),
        client_message_id=lenient.text(data.get("clientMessageId"), 50),
        client_batch_id=client_batch_id,
        origin=origin,
    )


# --- Recipient -------------------------------------------------------------------------------------------------------


def _read_recipient(data: Mapping[str, Any], sender: Sender) -> tuple[str, str]:
    """Return MSISDN and business-scoped user id, one of them empty; the MSISDN takes precedence."""
    user = mapping(data.get("user"), "user", missing=3001, wrong=3001)
    country = optional(user.get("country"), "user.country", 2, long=3018, wrong=3018).upper()
    if country and country not in regions():
        raise Refusal(3018, "'user.country' must be a country of ISO 3166, as SG.")
    msisdn_text, user_id = user.get("msisdn"), user.get("channelUserId")
    if msisdn_text is None or msisdn_text == "":
        if user_id is None or user_id == "":
            raise Refusal(3002, "'user.msisdn' is required, or 'user.channelUserId': give a string.")
        if not isinstance(user_id, str) or not lenient.is_user_id(user_id):
            raise Refusal(3047, "'user.channelUserId' must be a WhatsApp user id, as US.13491208655302741918.")
        _check_country(country_of("", user_id))
        return "", user_id
    if not isinstance(msisdn_text, str):
        raise Refusal(3003, "'user.msisdn' must be a string, as \"+6591234567\".")
    msisdn = e164(msisdn_text, country)
    if not msisdn:
        raise Refusal(1002, _NO_NUMBER)
    if standard(msisdn) == standard(sender.msisdn):
        raise Refusal(1002, "'user.msisdn' is the number that sends: give another recipient.")
    _check_country(country_of(msisdn))
    return msisdn, ""


@lru_cache(maxsize=65_536)
def e164(number_text: str, country: str) -> str:
    """The digits of a phone number, empty when it is none; a national one needs its country.

    Either spelling of a mobile number in Brazil, Mexico or Argentina is kept: WhatsApp may know only the one given.
    """
    if len(number_text) > 32 or "\n" in number_text:
        return ""
    stripped = number_text.strip()
    text = stripped if stripped.startswith("+") or country else f"+{stripped}"
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    digits = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)).removeprefix("+")
    if number.extension or not (phonenumbers.is_valid_number(number) or is_valid(standard(digits))):
        return ""
    return digits


def _check_country(country: str) -> None:
    if restriction := restrictions.restriction_of(country, datetime.now(UTC).date()):
        problem = f"WhatsApp delivers nothing to {restriction.name} ({restriction.source}): leave this recipient out."
        raise Refusal(1009, f"'user.msisdn': {problem}")


# --- Content ---------------------------------------------------------------------------------------------------------


def _check_content(kind: str, content: Mapping[str, Any], sender: Sender) -> TemplateDefinition | None:
    if kind == "template":
        return template.check(content.get("template"), sender)
    if kind == "text":
        text(content.get("text"), "content.text", _LONGEST_TEXT, missing=3005, long=3006)
    elif kind in _MEDIA:
        url(content.get("url"), "content.url", missing=3007, wrong=3008)
        optional(content.get("text"), "content.text", _LONGEST_CAPTION, long=3006)
    elif kind == "location":
        check_location(content.get("location"), "content.location", 3021)
    else:
        interactive.check(content.get("interactive"))
    return None


def check_location(value: Any, field: str, code: int) -> None:
    """Check a location."""
    place = mapping(value, field, missing=code, wrong=code)
    number(place.get("latitude"), f"{field}.latitude", 90, wrong=code)
    number(place.get("longitude"), f"{field}.longitude", 180, wrong=code)
    for name in ("name", "address"):
        optional(place.get(name), f"{field}.{name}", 1000, long=code, wrong=code)


# --- Other fields ----------------------------------------------------------------------------------------------------


def _check_fallback(data: Mapping[str, Any], content: Mapping[str, Any], sender: Sender) -> None:
    """Check the channels to use when WhatsApp does not deliver, if the provider has others."""
    optional(content.get("fallbackText"), "content.fallbackText", _LONGEST_SMS, long=3017)
    if content.get("sms") is not None:
        sms = mapping(content.get("sms"), "content.sms")
        optional(sms.get("source"), "content.sms.source", 16, long=3011)
        if sms.get("encoding") is not None:
            one_of(sms.get("encoding"), "content.sms.encoding", ("AUTO", "GSM7", "UCS2"), wrong=1003)
    for at, entry in enumerate(items(data.get("channels"), "channels", 3022)):
        field = f"channels[{at}]"
        channel = mapping(entry, field, wrong=3022, missing=3022)
        name = one_of(channel.get("channel"), f"{field}.channel", _CHANNELS, wrong=3022)
        if channel.get("fallbackAfter") is not None:
            integer(channel.get("fallbackAfter"), f"{field}.fallbackAfter", 10, 86_400, wrong=3023)
        if channel.get("successStatus") is not None:
            statuses = ("Accepted", "Sent", "Delivered", "Read")
            one_of(channel.get("successStatus"), f"{field}.successStatus", statuses, wrong=3024)
        if name != "WhatsApp" and not _has_other_channels(sender):
            raise Refusal(3027, f"'{field}.channel': the subaccount's number has WhatsApp alone; leave {name} out.")


def _has_other_channels(sender: Sender) -> bool:
    sending = sending_of(sender.provider)
    return sending is not None and sending.has_other_channels


def _read_times(data: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    now = datetime.now(UTC)
    scheduled = moment(data.get("scheduled"), "scheduled", wrong=1011)
    if scheduled is not None and scheduled < now - _LATE:
        raise Refusal(1011, "'scheduled' is in the past: give a later time, or leave it out to send now.")
    expiry = moment(data.get("expiry"), "expiry", wrong=1006)
    if expiry is not None and expiry <= max(now, scheduled or now):
        raise Refusal(1006, "'expiry' must be later than now and than 'scheduled'.")
    return scheduled, expiry


def _read_callback(value: Any) -> str:
    if value is None or value == "":
        return ""
    address = url(value, "dlrCallbackUrl", missing=3020, wrong=3020)
    if problem := url_problem(address):
        raise Refusal(3020, f"'dlrCallbackUrl' {problem}")
    return address


def _read_reply_to(data: Mapping[str, Any], sender: Sender) -> str:
    """The provider's id of the message that this one answers."""
    if data.get("context") is None:
        return ""
    umid_text = text(mapping(data["context"], "context").get("umid"), "context.umid", 64, missing=3029)
    try:
        umid = UUID(umid_text)
    except ValueError:
        raise Refusal(INVALID, "Invalid umid: 'context.umid' must be a UUID.") from None
    rows = Message.objects.filter(account=sender.account_id, umid=umid, phone_number=sender.phone_number_id)
    provider_message_id = rows.values_list("provider_message_id", flat=True).first()
    if not provider_message_id:
        raise Refusal(1008, "'context.umid' is not a message of this number: give one that is, or leave 'context' out.")
    return str(provider_message_id)
