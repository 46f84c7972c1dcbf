"""The price of a call as a pure function: the reference for the SQL in charges.py.

A business pays for calls that it initiates: by the minutes called in the calendar month, market of the person, and
currency of the WABA, in pulses of six seconds, a begun one included. A call that crosses into another tier costs the
lower rate, that of the higher volume, for all of it. Sources: Meta's page "Calling API pricing", updated 2026-05-21.
Not documented there, and assumed here: the time at which a call ended places it in its month and among the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

PULSE = 6  # seconds; a begun one counts as one
PULSES_PER_MINUTE = 60 // PULSE


@dataclass(frozen=True, slots=True)
class CallTier:
    """The price of a minute after `above` minutes of the month, until `up_to`; None: no end."""

    above: int
    up_to: int | None
    minute_price: Decimal


@dataclass(frozen=True, slots=True)
class CallPrice:
    """What a call costs, and the tier that decides it."""

    tier: CallTier
    amount: Decimal


def price_call(tiers: Sequence[CallTier], before: int, pulses: int) -> CallPrice | None:
    """The price of a call after `before` pulses of the month; None if no tier covers it.

    The call's last pulse decides the tier.
    """
    position = before + pulses
    for tier in tiers:
        begun = position > tier.above * PULSES_PER_MINUTE
        if begun and (tier.up_to is None or position <= tier.up_to * PULSES_PER_MINUTE):
            return CallPrice(tier, tier.minute_price * pulses / PULSES_PER_MINUTE)
    return None
