"""The charges of single messages, with explanations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch
from django.utils.translation import gettext

from accounts.models import Account
from billing.enums import (
    ESTIMATES,
    WEAKEST_FIRST,
    AccrualScope,
    ChargeState,
    FreeReason,
    PriceSource,
    SellBase,
    UnratedReason,
    reason_words,
)
from billing.models import Exemption, Rate, Rule, RuleSet, SellTerms
from billing.pricing import Card, Charge, Fact, RuleChoice, Terms, Tier, charge, choose_rule, sale
from billing.rating.sql.terms import CARD_OF_DAY, IS_DERIVED, TERMS_OF_DAY
from billing.selectors.unrated import Unrated
from core.money import ZERO

# The highest threshold at or below the message decides its tier, so no position needs to be counted.
_CHARGES = f"""
WITH fact AS (
    SELECT f.message_key, f.bucket_id, f.billed_at, f.day, k.* FROM billing_usagefact f
    JOIN billing_usagekind k ON k.id = f.kind_id
    WHERE f.account_id = %(account)s AND f.message_key = ANY(%(keys)s)
), book AS (
    SELECT d.*, buy.id AS card_id, s.base, s.markup_percent, s.fee, s.fee_on_free, sell.id AS sell_card_id
    FROM (SELECT DISTINCT account_id, provider, currency, day FROM fact) d
    LEFT JOIN LATERAL ({CARD_OF_DAY.format(book="buy")}) buy ON true
    LEFT JOIN LATERAL ({TERMS_OF_DAY}) s ON true
    LEFT JOIN LATERAL ({CARD_OF_DAY.format(book="sell")}) sell ON s.base = 'card'
)
SELECT f.message_key, f.billed_at, f.day, f.country, f.market, f.category, f.currency, f.free_reason, f.unrated_reason,
    f.provider, f.price_source, coalesce(passed.above, 0) < b.allowance AS allowed,
    k.id, k.name, k.currency, k.effective_from, k.revision, k.sha256,
    r.tier, r.above, r.up_to, r.unit_price, r.end_known, {IS_DERIVED},
    c.base, c.markup_percent, c.fee, c.fee_on_free, c.sell_card_id, own.unit_price
FROM fact f
JOIN billing_bucket b ON b.id = f.bucket_id
JOIN book c ON (c.account_id, c.provider, c.currency, c.day) = (f.account_id, f.provider, f.currency, f.day)
LEFT JOIN LATERAL (
    SELECT max(t.above) AS above FROM billing_tiercut t
    WHERE t.bucket_id = f.bucket_id AND (t.billed_at, t.message_key) <= (f.billed_at, f.message_key)
) passed ON true
LEFT JOIN billing_ratecard k ON k.id = c.card_id
LEFT JOIN LATERAL (
    SELECT * FROM billing_rate r
    WHERE r.card_id = c.card_id AND r.market = f.market AND r.category = f.price_category
        AND r.above <= coalesce(passed.above, 0)
    ORDER BY r.above DESC LIMIT 1
) r ON true
LEFT JOIN LATERAL (
    SELECT unit_price FROM billing_rate r
    WHERE r.card_id = c.sell_card_id AND r.market = f.market AND r.category = f.price_category
        AND r.above <= coalesce(passed.above, 0)
    ORDER BY r.above DESC LIMIT 1
) own ON true
"""  # noqa: S608 - every name is a constant of this module


def charges_of(account: Account, keys: Iterable[UUID]) -> dict[UUID, Charge]:
    """The charges of messages by message key. Undelivered messages have none."""
    keys = list(keys)
    return {row[0]: _charge_of(row) for row in _rows(account, keys)} if keys else {}


def sum_charges(charges: Sequence[Charge]) -> Charge:
    """The charge of a message to a group: the sum of its participants', at least one.

    Unrated, without an amount, if any of them is; free if all are. Market, country and tier are those of a single one.
    """
    if len(charges) == 1:
        return charges[0]
    order = (ChargeState.UNRATED, ChargeState.CHARGED, ChargeState.FREE)
    total = min(charges, key=lambda one: order.index(one.state))
    amounts = [one.amount for one in charges if one.amount is not None]
    amount = None if total.state == ChargeState.UNRATED else sum(amounts, ZERO)
    sources = [PriceSource(one.price_source) for one in charges if one.price_source and amount is not None]
    source = min(sources, key=WEAKEST_FIRST.index, default="")
    return replace(
        total, amount=amount, market="", country="", tier=None, unit_price=None, card=None, sale=None,
        price_source=source,
    )  # fmt: skip


def _rows(account: Account, keys: list[UUID]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_CHARGES, {"account": account.pk, "keys": keys, "forced": [], "with": [], "without": []})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _charge_of(row: tuple[Any, ...]) -> Charge:
    fact = Fact(*row[:11])
    cost = _cost(fact, allowed=row[11], card=row[12:18], rate=row[18:24])
    base, markup, fee, fee_on_free, sell_card, own = row[24:]
    if base is None:
        return cost
    reason = UnratedReason.NO_CARD if sell_card is None else UnratedReason.NO_RATE
    terms = Terms(SellBase(base), markup, fee, fee_on_free)
    return replace(cost, sale=sale(fact, cost, terms, own if own is not None else reason))


def _cost(fact: Fact, *, allowed: bool, card: tuple[Any, ...], rate: tuple[Any, ...]) -> Charge:
    if fact.unrated_reason:
        return charge(fact, ChargeState.UNRATED, fact.unrated_reason)
    if fact.free_reason:
        return charge(fact, ChargeState.FREE, fact.free_reason)
    if allowed:
        return charge(fact, ChargeState.FREE, FreeReason.SERVICE_ALLOWANCE)
    if card[0] is None:
        return charge(fact, ChargeState.UNRATED, UnratedReason.NO_CARD)
    if rate[0] is None:
        return charge(fact, ChargeState.UNRATED, UnratedReason.NO_RATE)
    return charge(fact, ChargeState.CHARGED, "", tier=Tier(*rate), card=Card(*card[1:]))


# Counts full hours from the blocks and the pending deltas, and the message's own hour from the facts.
_POSITION = """
WITH fact AS (
    SELECT f.*, floor(extract(epoch FROM f.billed_at) / 3600)::int AS hour,
        k.free_reason = '' AND k.unrated_reason = '' AS counted, k.price_category, k.pricing_type,
        k.open_window, k.waba_id
    FROM billing_usagefact f JOIN billing_usagekind k ON k.id = f.kind_id
    WHERE f.account_id = %(account)s AND f.message_key = %(key)s
), earlier AS (
    SELECT u.n, u.kind_id FROM fact f JOIN billing_usageblock u ON u.bucket_id = f.bucket_id AND u.hour < f.hour
    UNION ALL
    SELECT u.n, u.kind_id FROM fact f JOIN billing_blockdelta u ON u.bucket_id = f.bucket_id AND u.hour < f.hour
)
SELECT f.webhook_id, f.price_category, f.pricing_type, b.id, b.scope, b.accrual_group, b.allowance, f.counted, (
        SELECT coalesce(sum(e.n), 0)::bigint FROM earlier e JOIN billing_usagekind k ON k.id = e.kind_id
        WHERE k.free_reason = '' AND k.unrated_reason = ''
    ) + (
        SELECT count(*) FROM billing_usagefact e JOIN billing_usagekind k ON k.id = e.kind_id
        WHERE e.bucket_id = f.bucket_id AND k.free_reason = '' AND k.unrated_reason = ''
            AND e.billed_at >= to_timestamp(f.hour * 3600.0)
            AND (e.billed_at, e.message_key) <= (f.billed_at, f.message_key)
    ), (
        SELECT coalesce(max(v.external), 0) FROM billing_volumeanchor v
        WHERE v.bucket_id = f.bucket_id AND v.reached_at <= f.billed_at
    ), r.id, r.rated_at, m.name, m.revision, f.open_window, x.id, x.kind, x.first_day, x.last_day, x.source
FROM fact f
JOIN billing_bucket b ON b.id = f.bucket_id
LEFT JOIN LATERAL (
    SELECT id, rated_at FROM billing_ratingrun WHERE bucket_id = b.id ORDER BY first_at DESC, id DESC LIMIT 1
) r ON true
LEFT JOIN billing_markettable m ON m.is_active
LEFT JOIN billing_exemption x ON x.account_id = f.account_id AND x.waba_id = f.waba_id AND x.first_day <= f.day
    AND f.day <= coalesce(x.last_day, 'infinity')
"""
_EXEMPTION = ("id", "kind", "first_day", "last_day", "source")
_INSTEAD_OF_RULES = {FreeReason.EXEMPT, UnratedReason.OWN_POLICY}


@dataclass(frozen=True)
class AppliedRule:
    """The rule that decided whether a message is free and how it is counted."""

    rule_set: str
    revision: int
    sha256: str
    scope: str
    accrual_group: str
    allowance: int
    source: str


@dataclass(frozen=True)
class Explanation:
    """One message's charge and its sources.

    `day` is its day in the WABA's time zone; `card_id` the card of the price and `figure_source` the source of the
    figure; `rule` the rule that decided, None if an exemption did instead; `exemption` the one that decided, or that
    selected the rules of an earlier day; `resale` the sell terms in words, empty without any; `external` the volume at
    other providers that precedes the message's own rank; `market_table` the revision that assigns its country to its
    market; `run_id` and `rated_at` the rating that last covered its bucket (None before the first rating);
    `webhook_id` the stored webhook that proves the delivery.
    """

    day: date
    charge: Charge
    card_id: int | None
    figure_source: str
    resale: str
    bucket_id: int
    rule: AppliedRule | None
    exemption: Exemption | None
    market_table: str
    external: int
    run_id: int | None
    rated_at: datetime | None
    webhook_id: int | None

    @property
    def meaning(self) -> str:
        """The reason and remedy of a free or unrated message in plain words; empty for a charged message."""
        charge = self.charge
        if charge.state == ChargeState.FREE:
            return f"{reason_words(charge.reason)}."
        if charge.state != ChargeState.UNRATED:
            return ""
        return Unrated(
            charge.reason, charge.market, charge.category, charge.currency, [charge.country], 1, self.day, self.day
        ).sentences  # fmt: skip

    @property
    def estimate(self) -> PriceSource | None:
        """The source of a charge that may differ from the invoice; None if the provider and a card decide it."""
        source = self.charge.price_source
        return PriceSource(source) if source in ESTIMATES else None

    @property
    def margin(self) -> Decimal | None:
        """The margin of its sale; None without a sale or with an unknown price."""
        price = self.charge.sale.price if self.charge.sale else None
        return None if price is None or self.charge.amount is None else price - self.charge.amount

    @property
    def rule_set(self) -> str:
        """The name and revision of the rule set; empty if none applies."""
        return _revision(self.rule.rule_set, self.rule.revision) if self.rule else ""


def _revision(name: str, revision: int) -> str:
    return gettext("%(name)s, revision %(revision)d") % {"name": name, "revision": revision}


def explain(account: Account, key: UUID) -> Explanation | None:
    """The explanation of a message's charge; None if it was never delivered."""
    row = next(iter(_rows(account, [key])), None)
    if row is None:
        return None
    charge, card_id, base = _charge_of(row), row[12], row[24]
    with connection.cursor() as cursor:
        cursor.execute(_POSITION, {"account": account.pk, "key": key})
        (
            webhook_id, category, pricing_type, bucket_id, scope, group, allowance, counted, rank, external, run_id,
            rated_at, table, table_revision, window, *exempt,
        ) = cursor.fetchone()  # fmt: skip
    exemption = Exemption(**dict(zip(_EXEMPTION, exempt, strict=True)))  # without one, all its values are None
    choice = choose_rule(charge.category, pricing_type, row[2], window=window, exemption=exemption.kind or "")
    is_instead = charge.reason in _INSTEAD_OF_RULES
    return Explanation(
        day=row[2],
        charge=replace(charge, position=rank + external if counted else None),
        card_id=card_id if charge.card else None,
        figure_source=_source_of(card_id, charge, category),
        resale=SellTerms(base=base, markup_percent=row[25], fee=row[26], fee_on_free=row[27]).words if base else "",
        bucket_id=bucket_id,
        rule=None if is_instead else _rule_of(choice, category, (scope, group, allowance)),
        exemption=exemption if is_instead or choice.day != row[2] else None,
        market_table=_revision(table, table_revision) if table else "",
        external=external if counted else 0,
        run_id=run_id,
        rated_at=rated_at,
        webhook_id=webhook_id,
    )


def _source_of(card_id: int | None, charge: Charge, category: str) -> str:
    if charge.tier is None:
        return ""
    tiers = Rate.objects.filter(card=card_id, market=charge.market, category=category, tier=charge.tier.number)
    return tiers.values_list("source", flat=True).first() or ""


def _rule_of(choice: RuleChoice, category: str, bucket: tuple[str, str, int]) -> AppliedRule | None:
    """The rule in force on the day; a rule for the pricing type or window takes precedence over the default rule."""
    matching = Rule.objects.filter(category=category, pricing_type__in=["", choice.pricing_type])
    rules = (
        RuleSet.objects.filter(is_active=True, effective_from__lte=choice.day)
        .prefetch_related(Prefetch("rules", matching.order_by("-pricing_type")))
        .first()
    )
    rule = next(iter(rules.rules.all()), None) if rules else None
    if rules is None or rule is None:
        return None
    scope, group, allowance = bucket
    return AppliedRule(
        rules.name, rules.revision, rules.sha256, str(AccrualScope(scope).label), group, allowance, rule.source
    )
