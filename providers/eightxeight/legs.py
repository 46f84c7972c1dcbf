"""Messages on other channels than WhatsApp in 8x8's webhooks.

Source: 8x8 developer documentation of 2026-07-23 (delivery-receipts-for-outbound-sms, inbound-sms, line/lon-webhook).
SMS has `source`, `destination`, `price`, `smsCount` and, inbound, `body`; the others have the fields of WhatsApp.
"""

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from providers.events import LegEvent, MessageEvent
from providers.reading import digits, integer, mapping, text
from providers.vocabulary import Direction, OtherChannel

_BY_NUMBER = frozenset({  # others have ids of their own
    OtherChannel.SMS, OtherChannel.VIBER, OtherChannel.RCS, OtherChannel.ZALO_NOTIFICATION,
    OtherChannel.LINE_NOTIFICATION,
})  # fmt: skip
_HIGHEST, _MAX_DECIMALS = Decimal(10) ** 9, 12


def leg_event(channel: str, message: MessageEvent, payload: dict[str, Any], notes: list[str]) -> LegEvent:
    """The leg of a message that was read as WhatsApp's; adds a note about a price that is none."""
    price, currency = _price(payload.get("price"), notes)
    outbound = message.direction == Direction.OUTBOUND
    person, business = ("destination", "source") if outbound else ("source", "destination")
    msisdn, user_id = _person(channel, payload.get(person), mapping(payload.get("user")))
    recipient = mapping(payload.get("recipient"))
    return LegEvent(
        channel,
        replace(message, number_id="", msisdn=msisdn, user_id=user_id, content=_content(message, payload)),
        business_address=text(payload.get(business), 64) or text(recipient.get("channelId"), 64),
        price=price,
        currency=currency,
        segments=integer(payload.get("smsCount")),
    )


def _person(channel: str, address: Any, user: dict[str, Any]) -> tuple[str, str]:
    """MSISDN, and the person's id on the channel; each empty if unknown."""
    channel_user = text(user.get("channelUserId"), 140)
    msisdn = digits(address) or digits(user.get("msisdn")) or (digits(channel_user) if channel in _BY_NUMBER else "")
    is_number = bool(msisdn) and digits(channel_user) == msisdn
    return msisdn, ("" if is_number else channel_user) or ("" if msisdn else text(address, 140))


def _content(message: MessageEvent, payload: dict[str, Any]) -> dict[str, Any] | None:
    """The content; of an inbound SMS its text and encoding."""
    if message.direction == Direction.OUTBOUND or payload.get("body") is None:
        return message.content
    return {"text": text(payload.get("body"), 65_536), "encoding": text(payload.get("encoding"), 16)}


def _price(raw: Any, notes: list[str]) -> tuple[Decimal | None, str]:
    """The total price and its currency; none if either is missing or not valid."""
    if raw is None or raw == {}:
        return None, ""
    total, currency = mapping(raw).get("total", raw), text(mapping(raw).get("currency"), 8).strip().upper()
    price = _amount(total)
    if price is None or not re.fullmatch("[A-Z]{3}", currency):
        notes.append(f"The price {text(total, 40)!r} {currency!r} is left out: it is no amount in a currency.")
        return None, ""
    return price, currency


def _amount(raw: Any) -> Decimal | None:
    """An exact amount from a number or its digits; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        # A float has 15 exact digits: a sum of floats comes as 0.30000000000000004.
        amount = Decimal(f"{raw:.15g}" if isinstance(raw, float) else str(raw).strip())
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < _HIGHEST:
        return None
    exponent = amount.normalize().as_tuple().exponent
    return amount if isinstance(exponent, int) and -exponent <= _MAX_DECIMALS else None
