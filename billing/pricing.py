"""The pricing rules as pure functions: no database, no clock. The reference that the engine (rating.py) must equal.

A message is billed once, at the first proof of delivery, by category × market of the recipient × currency of the WABA
× volume tier, at the card in force on that day in the WABA's time zone. Tiers are graduated and count charged messages
only, in the order of (billed at, message key). Sources: Meta pricing page updated 2026-09-30, 8x8 usage API.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from billing.enums import AccrualScope, ChargeState, FreeReason, UnratedReason
from portal.core.money import ZERO

SERVICE_CHARGED_FROM = date(2026, 10, 1)  # Meta: "Pricing for non-template messages"
SERVICE_ALLOWANCE = 1_000  # free service messages per phone number and calendar month, from that day
OTHER_MARKET = "Other"


@dataclass(frozen=True, slots=True)
class MarketPeriod:
    """A country belongs to a market from one day to another, both included; no last day: until today."""

    market: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Accrual:
    """How one delivered message is counted: with whom, and whether it is free or unrated from the start."""

    scope: AccrualScope
    group: str
    allowance: int = 0
    free_reason: str = ""
    unrated_reason: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """Positions `above` < p ≤ `up_to` cost `unit_price` each. `end_known` False: lower tiers may exist beyond."""

    number: int
    above: int
    up_to: int | None
    unit_price: Decimal
    end_known: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """The rate card a price was read from."""

    name: str
    currency: str
    effective_from: date
    revision: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One delivered message of a bucket, as billing knows it."""

    key: UUID
    billed_at: datetime
    day: date  # in the WABA's time zone
    country: str
    market: str
    category: str
    currency: str
    free_reason: str = ""
    unrated_reason: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one message costs and why. `amount` is None when nobody knows the price."""

    state: ChargeState
    reason: str
    amount: Decimal | None
    currency: str
    category: str
    market: str
    country: str
    billed_at: datetime
    billing_month: date
    position: int | None = None
    tier: Tier | None = None
    unit_price: Decimal | None = None
    card: Card | None = None


PriceBook = Callable[[Fact], tuple[Card, Sequence[Tier]] | UnratedReason]
"""Finds the card and tiers for a fact's currency, day, market and category, or says why there are none."""


def market_on(periods: Iterable[MarketPeriod], day: date) -> str:
    """The market of a country on a day. A country that Meta does not list is in `Other`."""
    for period in periods:
        if period.valid_from <= day and (period.valid_to is None or day <= period.valid_to):
            return period.market
    return OTHER_MARKET


def price_category(category: str) -> str:
    """The rate card's column for a category: group and lite variants use the plain category's list rate."""
    plain = category.removeprefix("group_")
    return "marketing" if plain == "marketing_lite" else plain


def accrual_group(category: str) -> str:
    """Which categories count together: authentication-international continues on authentication's counter."""
    plain = price_category(category)
    return "authentication" if plain == "authentication-international" else plain


@lru_cache(maxsize=4096)  # few combinations, asked for every delivery
def accrue(*, category: str, pricing_type: str, day: date, market: str) -> Accrual:
    """How a delivered message is counted.

    The provider's `pricing.type` decides between free and charged. Where a provider sends none (8x8), the rules of the
    day decide: service messages are free before 1 October 2026, and from then on after an allowance per phone number.
    """
    if not category:
        return _outside(UnratedReason.NO_CATEGORY)
    if not market:
        return _outside(UnratedReason.NO_COUNTRY)
    group = f"{market}/{accrual_group(category)}"
    if free := _free_reason(category, pricing_type, day):
        return Accrual(AccrualScope.PORTFOLIO, group, free_reason=free)
    if price_category(category) == "service" and not pricing_type:
        return Accrual(AccrualScope.PHONE_NUMBER, "service", allowance=SERVICE_ALLOWANCE)
    return Accrual(AccrualScope.PORTFOLIO, group)


def _outside(reason: UnratedReason) -> Accrual:
    return Accrual(AccrualScope.PORTFOLIO, "unrated", unrated_reason=reason)


def _free_reason(category: str, pricing_type: str, day: date) -> str:
    if pricing_type.startswith("free"):
        return pricing_type
    if category == "referral_conversion":
        return FreeReason.REFERRAL_CONVERSION
    if price_category(category) == "service" and day < SERVICE_CHARGED_FROM:
        return FreeReason.SERVICE_NOT_CHARGED
    return ""


def rate_bucket(facts: Iterable[Fact], prices: PriceBook, *, allowance: int = 0) -> dict[UUID, Charge]:
    """The charge of every message of one bucket.

    Free and unrated messages take no position. A message that is charged but has no price takes its position and
    stays unrated.
    """
    charges: dict[UUID, Charge] = {}
    position = 0
    for fact in sorted(facts, key=lambda fact: (fact.billed_at, fact.key)):
        if fact.unrated_reason:
            charges[fact.key] = charge(fact, ChargeState.UNRATED, fact.unrated_reason)
        elif fact.free_reason:
            charges[fact.key] = charge(fact, ChargeState.FREE, fact.free_reason)
        else:
            position += 1
            charges[fact.key] = _charge_at(fact, position, prices, allowance)
    return charges


def _charge_at(fact: Fact, position: int, prices: PriceBook, allowance: int) -> Charge:
    if position <= allowance:
        return charge(fact, ChargeState.FREE, FreeReason.SERVICE_ALLOWANCE, position=position)
    found = prices(fact)
    if isinstance(found, UnratedReason):
        return charge(fact, ChargeState.UNRATED, found, position=position)
    card, tiers = found
    tier = tier_at(tiers, position)
    return charge(fact, ChargeState.CHARGED, "", position=position, tier=tier, card=card)


def tier_at(tiers: Sequence[Tier], position: int) -> Tier:
    """The tier that holds a position (1 is the first message). Tiers are contiguous and the last is open."""
    return next(tier for tier in reversed(tiers) if position > tier.above)


def charge(
    fact: Fact, state: ChargeState, reason: str, *, position: int | None = None, tier: Tier | None = None,
    card: Card | None = None,
) -> Charge:  # fmt: skip
    """A Charge of a fact: priced by its tier, zero when free, None when unrated."""
    price = {ChargeState.FREE: ZERO, ChargeState.UNRATED: None}.get(state, tier.unit_price if tier else None)
    return Charge(
        state=state, reason=str(reason), amount=price, currency=fact.currency, category=fact.category,
        market=fact.market, country=fact.country, billed_at=fact.billed_at, billing_month=fact.day.replace(day=1),
        position=position, tier=tier, unit_price=price, card=card,
    )  # fmt: skip
