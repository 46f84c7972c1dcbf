"""The pricing rules as pure functions, without database or clock: the reference implementation for rating/.

A message is billed once, at the first proof of delivery, by category × market of the recipient × currency of the WABA
× volume tier, at the card in force on that day in the WABA's time zone. Tiers are graduated and count only charged
messages, in the order of (billed at, message key). Sources: Meta pricing page updated 2026-09-30, 8x8 usage API.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from billing.enums import (
    AccrualScope,
    ChargeState,
    ExemptionKind,
    FreeReason,
    PriceSource,
    SellBase,
    UnratedReason,
    Window,
)
from core.money import ZERO
from providers.vocabulary import PER_CONVERSATION, Category

OTHER_MARKET = "Other"
SERVICE_WINDOW = timedelta(hours=24)
# AI providers have a policy of their own, so the change of that day does not apply to them (Meta pricing page, updated
# 2026-09-30).
AI_PROVIDERS_UNTIL = date(2026, 9, 30)


@dataclass(frozen=True, slots=True)
class MarketPeriod:
    """The days, inclusive, on which a country belongs to a market; without a last day, until today."""

    market: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Rule:
    """How messages of a price category are counted. `{market}` in `group` is replaced by the message's market."""

    scope: AccrualScope
    group: str
    free_reason: str = ""  # empty: charged
    allowance: int = 0


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules from a day on, by (price category, pricing type of the provider); an empty type is the default."""

    name: str
    effective_from: date
    rules: Mapping[tuple[str, str], Rule]


@dataclass(frozen=True, slots=True)
class Accrual:
    """How a delivered message is counted: its scope and group, and whether it is free or unrated by rule.

    `price_source` is that of its category and type; its price may be derived besides.
    """

    scope: AccrualScope
    group: str
    allowance: int = 0
    free_reason: str = ""
    unrated_reason: str = ""
    price_source: PriceSource = PriceSource.WEBHOOK


@dataclass(frozen=True, slots=True)
class Tier:
    """Positions `above` < p ≤ `up_to` cost `unit_price` each. Unless `end_known`, cheaper tiers may follow."""

    number: int
    above: int
    up_to: int | None
    unit_price: Decimal
    end_known: bool = True
    is_derived: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """The rate card of a price."""

    name: str
    currency: str
    effective_from: date
    revision: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One delivered message of a bucket."""

    key: UUID
    billed_at: datetime
    day: date  # in the WABA's time zone
    country: str
    market: str
    category: str
    currency: str
    free_reason: str = ""
    unrated_reason: str = ""
    provider: str = ""
    price_source: str = PriceSource.WEBHOOK


@dataclass(frozen=True, slots=True)
class Sale:
    """The price of one message for the account's customer; None if it is unknown."""

    state: ChargeState
    reason: str
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost of one message and its reason. `amount` is None if the price is unknown, and `price_source` empty."""

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
    sale: Sale | None = None
    price_source: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """An account's own prices: base × (1 + markup %) + fee."""

    base: SellBase
    markup_percent: Decimal
    fee: Decimal
    fee_on_free: bool


class Anchor(NamedTuple):
    """The provider's announcement that the volume exceeded `above` at a time, including messages sent elsewhere."""

    reached_at: datetime
    above: int


PriceBook = Callable[[Fact], tuple[Card, Sequence[Tier]] | UnratedReason]
"""Returns the card and tiers for a fact's currency, day, market and category, or the reason that there are none."""
SellBook = Callable[[Fact], tuple[Terms, tuple[Card, Sequence[Tier]] | UnratedReason] | None]
"""Returns the sell terms of a fact's day and the tiers of the account's own card; None without resale."""


def market_on(periods: Iterable[MarketPeriod], day: date) -> str:
    """The market of a country on a day; `Other` for a country that Meta does not list."""
    for period in periods:
        if period.valid_from <= day and (period.valid_to is None or day <= period.valid_to):
            return period.market
    return OTHER_MARKET


def open_window(
    at: datetime, received: Iterable[tuple[datetime, bool]], deliveries: Iterable[datetime], free_entry: timedelta
) -> str:
    """The window in which a delivery to a person is, from the messages received from the person and all deliveries.

    A received message opens the service window. If it came by way of an advertisement (true), the first answer within
    that window opens the free entry point, from that answer on, for `free_entry`.
    """
    received, deliveries = list(received), sorted(deliveries)
    for opened, is_entry in received:
        answer = next((each for each in deliveries if opened <= each < opened + SERVICE_WINDOW), None)
        if is_entry and answer and answer <= at < answer + free_entry:
            return Window.ENTRY_POINT
    is_open = any(opened <= at < opened + SERVICE_WINDOW for opened, _ in received)
    return Window.CUSTOMER_SERVICE if is_open else ""


def price_category(category: str) -> str:
    """The rate card's column for a category. Messages to groups use the rate of the plain category."""
    plain = category.removeprefix("group_")
    return (Category(plain).card_column or plain) if plain in Category.values else plain


def accrue(
    rule_sets: Sequence[RuleSet], *, category: str, pricing_type: str, day: date, market: str,
    category_assumed: bool = False, window: str = "", exemption: str = "",
) -> Accrual:  # fmt: skip
    """How a delivered message is counted by the rule set in force on the day.

    The provider's `pricing.type` decides between free and charged; without one (8x8), the window in which the log knows
    the message to be and the rule decide. A free message is free whatever else is unknown about it. `exemption` is the
    kind of the WABA's exemption on the day, which precedes a charge.
    """
    choice = choose_rule(category, pricing_type, day, window=window, exemption=exemption)
    accrual = _accrue(rule_sets, category, choice, market)
    source = _price_source(category, pricing_type, is_assumed=category_assumed, is_exempt=bool(choice.exempt))
    return replace(accrual, price_source=source)


class RuleChoice(NamedTuple):
    """What selects the rule of a message: its pricing type, or else its window, and the day of the rule set.

    `exempt` is the kind of the exemption that precedes a charge by that rule; empty without one.
    """

    pricing_type: str
    day: date
    exempt: str


def choose_rule(category: str, pricing_type: str, day: date, *, window: str, exemption: str) -> RuleChoice:
    """How the rule of a message delivered on a day is selected."""
    kind = pricing_type or (FreeReason.ENTRY_POINT if window == Window.ENTRY_POINT else window)
    exempt = exemption if price_category(category) == Category.SERVICE and not kind.startswith("free") else ""
    if exemption == ExemptionKind.AI_PROVIDER and price_category(category) in {Category.SERVICE, Category.UTILITY}:
        day = min(day, AI_PROVIDERS_UNTIL)
    return RuleChoice(kind, day, exempt)


def _price_source(category: str, pricing_type: str, *, is_assumed: bool, is_exempt: bool) -> PriceSource:
    """The list price of marketing lite is an upper bound, because the account may set a maximum price."""
    if category == Category.MARKETING_LITE:
        return PriceSource.PROVIDER
    return PriceSource.INFERRED if is_assumed or is_exempt or not pricing_type else PriceSource.WEBHOOK


def _accrue(rule_sets: Sequence[RuleSet], category: str, choice: RuleChoice, market: str) -> Accrual:
    pricing_type, day, exempt = choice
    if reason := _unrated_reason(category, pricing_type, market):
        is_free = pricing_type.startswith("free")
        return Accrual(AccrualScope.PORTFOLIO, "free", free_reason=pricing_type) if is_free else _unrated(reason)
    if exempt in {ExemptionKind.GOVERNMENT, ExemptionKind.NON_PROFIT}:
        return Accrual(AccrualScope.PORTFOLIO, "free", free_reason=FreeReason.EXEMPT)
    if exempt == ExemptionKind.AI_PROVIDER and pricing_type == "regular":
        return _unrated(UnratedReason.OWN_POLICY)
    rules = rules_on(rule_sets, day)
    plain = price_category(category)
    rule = (rules.rules.get((plain, pricing_type)) or rules.rules.get((plain, ""))) if rules else None
    if rule is None:
        if pricing_type.startswith("free"):
            return Accrual(AccrualScope.PORTFOLIO, f"{market}/{plain}", free_reason=pricing_type)
        return _unrated(UnratedReason.NO_RULE)
    free = pricing_type if pricing_type.startswith("free") else rule.free_reason
    return Accrual(rule.scope, rule.group.replace("{market}", market), rule.allowance, free_reason=free)


def _unrated_reason(category: str, pricing_type: str, market: str) -> UnratedReason | None:
    if pricing_type == PER_CONVERSATION:
        return UnratedReason.NOT_PER_MESSAGE
    if not category:
        return UnratedReason.NO_CATEGORY
    return None if market else UnratedReason.NO_COUNTRY


def rules_on(rule_sets: Sequence[RuleSet], day: date) -> RuleSet | None:
    """The rule set in force on a day."""
    started = [rules for rules in rule_sets if rules.effective_from <= day]
    return max(started, key=lambda rules: rules.effective_from, default=None)


def _unrated(reason: UnratedReason) -> Accrual:
    return Accrual(AccrualScope.PORTFOLIO, "unrated", unrated_reason=reason)


def rate_bucket(
    facts: Iterable[Fact], prices: PriceBook, *, allowance: int = 0, anchors: Iterable[Anchor] = (),
    sells: SellBook = lambda _: None,
) -> dict[UUID, Charge]:  # fmt: skip
    """The charge of every message of one bucket.

    Free and unrated messages get no position. A chargeable message without a price gets a position and stays unrated.
    """
    ordered = sorted(facts, key=lambda fact: (fact.billed_at, fact.key))
    counted = [fact for fact in ordered if not (fact.free_reason or fact.unrated_reason)]
    positions = dict(zip((fact.key for fact in counted), positions_of(counted, anchors), strict=True))
    charges: dict[UUID, Charge] = {}
    for fact in ordered:
        charge = _cost(fact, positions.get(fact.key), prices, allowance)
        charges[fact.key] = replace(charge, sale=_sale(fact, charge, sells(fact)))
    return charges


def positions_of(counted: Sequence[Fact], anchors: Iterable[Anchor]) -> list[int]:
    """The position of each charged message, in order: its rank plus the volume at other providers at that time.

    An anchor states a total volume at its time; the part that Tollgate did not deliver was sent elsewhere. That
    volume never shrinks.
    """
    elsewhere = sorted(
        (anchor.reached_at, max(0, anchor.above - sum(fact.billed_at < anchor.reached_at for fact in counted)))
        for anchor in anchors
    )
    return [
        rank + max((volume for since, volume in elsewhere if since <= fact.billed_at), default=0)
        for rank, fact in enumerate(counted, start=1)
    ]


def _cost(fact: Fact, position: int | None, prices: PriceBook, allowance: int) -> Charge:
    if fact.unrated_reason:
        return charge(fact, ChargeState.UNRATED, fact.unrated_reason)
    if fact.free_reason or position is None:
        return charge(fact, ChargeState.FREE, fact.free_reason)
    if position <= allowance:
        return charge(fact, ChargeState.FREE, FreeReason.SERVICE_ALLOWANCE, position=position)
    price = prices(fact)
    if isinstance(price, UnratedReason):
        return charge(fact, ChargeState.UNRATED, price, position=position)
    card, tiers = price
    return charge(fact, ChargeState.CHARGED, "", position=position, tier=tier_at(tiers, position), card=card)


def _sale(
    fact: Fact, cost: Charge, sell: tuple[Terms, tuple[Card, Sequence[Tier]] | UnratedReason] | None
) -> Sale | None:
    if sell is None:
        return None
    terms, own = sell
    price = own if isinstance(own, UnratedReason) else tier_at(own[1], cost.position or 1).unit_price
    return sale(fact, cost, terms, price)


def sale(fact: Fact, cost: Charge, terms: Terms, own_price: Decimal | UnratedReason) -> Sale | None:
    """The price of a message for the account's customer, from its cost and the price on the account's own card."""
    if terms.base == SellBase.NOTHING:
        return None
    if fact.unrated_reason:
        return Sale(ChargeState.UNRATED, fact.unrated_reason, None)
    if cost.state == ChargeState.FREE:
        if terms.fee_on_free and terms.fee:
            return Sale(ChargeState.CHARGED, "", terms.fee)
        return Sale(ChargeState.FREE, cost.reason, ZERO)
    base = cost.unit_price if terms.base == SellBase.COST else own_price
    if base is None or isinstance(base, UnratedReason):
        return Sale(ChargeState.UNRATED, str(base or cost.reason), None)
    return Sale(ChargeState.CHARGED, "", sell_price(terms, base))


def sell_price(terms: Terms, base: Decimal) -> Decimal:
    """The account's exact price of one message, with at most 15 decimals."""
    return base * (1 + terms.markup_percent.scaleb(-2)) + terms.fee


def tier_at(tiers: Sequence[Tier], position: int) -> Tier:
    """The tier that holds a position (1 is the first message). Tiers are contiguous and the last is open."""
    return next(tier for tier in reversed(tiers) if position > tier.above)


def charge(
    fact: Fact, state: ChargeState, reason: str, *, position: int | None = None, tier: Tier | None = None,
    card: Card | None = None,
) -> Charge:  # fmt: skip
    """The charge of a fact: the price of its tier, zero if free, None if unrated."""
    price = {ChargeState.FREE: ZERO, ChargeState.UNRATED: None}.get(state, tier.unit_price if tier else None)
    return Charge(
        state=state, reason=str(reason), amount=price, currency=fact.currency, category=fact.category,
        market=fact.market, country=fact.country, billed_at=fact.billed_at, billing_month=fact.day.replace(day=1),
        position=position, tier=tier, unit_price=price, card=card, price_source=source_of(fact, state, tier),
    )  # fmt: skip


def source_of(fact: Fact, state: ChargeState, tier: Tier | None) -> str:
    """What a charge rests on; empty if it is unrated. Only a charged message rests on its price too."""
    if state == ChargeState.UNRATED:
        return ""
    if state == ChargeState.FREE and fact.price_source == PriceSource.PROVIDER:
        return PriceSource.WEBHOOK
    is_derived = fact.price_source == PriceSource.WEBHOOK and tier is not None and tier.is_derived
    return PriceSource.DERIVED if is_derived else fact.price_source
