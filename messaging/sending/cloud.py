"""Checks messages in the Cloud API's form, with Meta's error codes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.calling_codes import country_of
from core.spellings import is_valid, national_numbers, standard
from messaging.sending import restrictions, senders
from messaging.sending.eightxeight import Refusal
from messaging.sending.origin import read_origin
from messaging.sending.requests import Origin, SendRequest, SendSummary
from messaging.sending.senders import Sender
from providers import reading as lenient
from providers.meta.refusals import INVALID, RESTRICTED, MetaRefusal
from providers.meta.requests import phone_digits, read_content, read_group, read_recipient
from providers.vocabulary import Shape


def read(body: Mapping[str, Any], sender: Sender, origin: Origin, shape: Shape) -> SendRequest:
    """Return the message that a body describes; raises `MetaRefusal`. Needs the tenant's scope."""
    msisdn, user_id = read_recipient(body)
    msisdn = _with_country_code(str(body.get("to")), msisdn, sender.country)
    _check_country(msisdn)
    content = read_content(body)
    definition = (
        senders.template(sender.account_id, sender.waba_id, content.template_name, content.template_language)
        if content.template_name
        else None
    )
    return SendRequest(
        shape=shape, request=dict(body), sender=sender,
        about=SendSummary(
            msisdn=msisdn, user_id=user_id, group_id=read_group(body), content_type=content.kind,
            template_name=content.template_name, template_language=content.template_language,
            category=content.category, client_message_id=content.reference, origin=_origin(body, origin),
            is_marketing=definition is not None and definition.is_marketing,
        ),
    )  # fmt: skip


def summarize(body: Any, origin: Origin) -> SendSummary:
    """The summary of a refused body, as far as it can be read."""
    data = lenient.mapping(body)
    template = lenient.mapping(data.get("template"))
    to = data.get("to")
    msisdn = phone_digits(to) or lenient.digits(to)
    user_id = "" if msisdn else lenient.user_id(to or data.get("recipient"))
    is_to_group = data.get("recipient_type") == "group" and not (msisdn or user_id)
    return SendSummary(
        msisdn=msisdn, user_id=user_id, group_id=lenient.text(to, 140) if is_to_group else "",
        content_type=lenient.text(data.get("type"), 24).lower(),
        template_name=lenient.text(template.get("name"), 512),
        template_language=lenient.text(lenient.mapping(template.get("language")).get("code"), 16),
        client_message_id=lenient.text(data.get("biz_opaque_callback_data"), 512), origin=origin,
    )  # fmt: skip


def _origin(body: Mapping[str, Any], default: Origin) -> Origin:
    try:
        return read_origin(body.get("tollgate"), default)
    except Refusal as refusal:
        raise MetaRefusal(INVALID, refusal.message) from None


def _with_country_code(text: str, msisdn: str, country: str) -> str:
    """The number to which WhatsApp sends: it takes one without a country code for one of the business's country."""
    if "+" in text or is_valid(msisdn):
        return msisdn
    numbers = national_numbers(text, [country]) if country else set()
    return standard(min(numbers)) if numbers else msisdn


def _check_country(msisdn: str) -> None:
    restriction = restrictions.restriction_of(country_of(msisdn), datetime.now(UTC).date()) if msisdn else None
    if restriction:
        raise MetaRefusal(RESTRICTED, f"WhatsApp delivers nothing to {restriction.name} ({restriction.source}).")
