"""The cost under other prices, rules or markets: the rating engine with proposed terms, without writing anything.

A correction is computed here before it is activated, and any month can be priced by any card or rule set. Cards and
rules only decide how kinds of messages are grouped and priced, so the hourly blocks suffice; facts are read only where
a tier begins within an hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from billing.accrual import Accruals, BucketKey
from billing.models import Bucket, MarketTable, RateCard, RuleSet, UsageKind
from billing.prices.markets import MarketMap
from billing.prices.rules import RuleBook
from billing.rating.engine import ONE_SNAPSHOT
from billing.rating.placement import facts_of
from billing.rating.sql.blocks import BLOCKS_AND_DELTAS
from billing.rating.sql.lines import DUE
from billing.rating.sql.positions import POSITIONS_BY_BLOCK
from billing.rating.sql.statements import PLAN
from billing.rating.sql.terms import AS_PROPOSED, AS_RECORDED, PRICES


@dataclass(frozen=True)
class Proposal:
    """Proposed revisions. Cards and rules apply from their own day and replace that day's revision in force.

    With `always` they apply on every day: October by January's card, or by earlier rules. An empty proposal
    reclassifies every message by today's tables.
    """

    cards: Sequence[RateCard] = ()
    markets: MarketTable | None = None
    rules: RuleSet | None = None
    always: bool = False

    @property
    def moves_messages(self) -> bool:
        """Whether messages may move to other buckets, not only change their price."""
        return self.markets is not None or self.rules is not None or not self.cards


@dataclass(frozen=True)
class ImpactRow:
    """The present and proposed cost of messages of one kind in one month. Amounts cover the priced ones."""

    account_id: int
    month: date
    subaccount_id: int
    country: str
    category: str
    currency: str
    messages: int
    unrated: int
    amount: Decimal
    unrated_then: int
    amount_then: Decimal
    sell_amount: Decimal
    sell_amount_then: Decimal

    @property
    def difference(self) -> Decimal:
        """The change of the provider's charges."""
        return self.amount_then - self.amount


@dataclass(frozen=True)
class Impact:
    """The impact of a proposal: the rows that differ, and the number of rated lines to rewrite."""

    lines: int
    rows: list[ImpactRow] = field(default_factory=list)

    def totals(self) -> dict[str, tuple[Decimal, Decimal]]:
        """The present and proposed amounts of the differing rows by currency."""
        sums: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
        for row in self.rows:
            now, then = sums[row.currency]
            sums[row.currency] = (now + row.amount, then + row.amount_then)
        return dict(sums)


_IMPACT = """
, currency_of AS (SELECT DISTINCT group_id, kind_id, day, currency FROM term),
compared AS (
    SELECT l.account_id, l.day, l.kind_id, k.currency, l.state, l.n, l.amount, l.sell_amount, 1 AS side
    FROM billing_ratedline l JOIN billing_usagekind k ON k.id = l.kind_id WHERE l.bucket_id = ANY(%(buckets)s)
    UNION ALL
    SELECT d.account_id, d.day, d.kind_id, c.currency, d.state, d.n, d.n * d.unit_price, d.n * d.sell_price, 2
    FROM due d JOIN currency_of c USING (group_id, kind_id, day)
),
change AS (
    SELECT c.account_id, date_trunc('month', c.day)::date, k.subaccount_id, k.country, k.category, c.currency,
        coalesce(sum(n) FILTER (WHERE side = 2), 0)::bigint AS messages,
        coalesce(sum(n) FILTER (WHERE side = 1 AND state = 'unrated'), 0)::bigint AS unrated,
        coalesce(sum(amount) FILTER (WHERE side = 1), 0) AS amount,
        coalesce(sum(n) FILTER (WHERE side = 2 AND state = 'unrated'), 0)::bigint AS unrated_then,
        coalesce(sum(amount) FILTER (WHERE side = 2), 0) AS amount_then,
        coalesce(sum(sell_amount) FILTER (WHERE side = 1), 0) AS sell_amount,
        coalesce(sum(sell_amount) FILTER (WHERE side = 2), 0) AS sell_amount_then
    FROM compared c JOIN billing_usagekind k ON k.id = c.kind_id
    GROUP BY 1, 2, 3, 4, 5, 6
)
"""
_LINE = "day, kind_id, state, reason, unit_price, price_source, n, sell_state, sell_reason, sell_price"
_ROWS = "SELECT * FROM change WHERE (unrated, amount, sell_amount) <> (unrated_then, amount_then, sell_amount_then)"
_COUNT = f"""
SELECT count(*) FROM (
    (SELECT {_LINE} FROM due EXCEPT ALL
        SELECT {_LINE} FROM billing_ratedline WHERE bucket_id = ANY(%(buckets)s))
    UNION ALL
    (SELECT {_LINE} FROM billing_ratedline WHERE bucket_id = ANY(%(buckets)s) EXCEPT ALL SELECT {_LINE} FROM due)
) l
"""  # noqa: S608 - constants
_ORDER = " ORDER BY 1, 2, 3, 4, 5, 6"
_CREATE = """
CREATE TEMPORARY TABLE proposed_term (
    group_id bigint, bucket_id bigint, kind_id bigint, day date, allowance int, account_id bigint, provider text,
    currency text, market text, price_category text, free_reason text, unrated_reason text,
    price_source text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE proposed_home (group_id bigint, bucket_id bigint) ON COMMIT DROP
"""
_KINDS = f"WITH {BLOCKS_AND_DELTAS} SELECT DISTINCT bucket_id, kind_id, day FROM block_of"  # noqa: S608 - constants


def impact(proposal: Proposal, buckets: Sequence[Bucket]) -> Impact:
    """The impact of a proposal on these buckets: all of an account and month, if messages may move between them.

    Compares with the present lines, so rate dirty buckets first. Needs every tenant's scope. Writes nothing.
    """
    params = {"buckets": [bucket.pk for bucket in buckets], **_cards(proposal)}
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:
            cursor.execute(ONE_SNAPSHOT)
        cursor.execute(PLAN)
        terms = AS_RECORDED
        if proposal.moves_messages:
            terms = AS_PROPOSED
            _fill_proposed_terms(cursor, proposal, buckets, params)
        engine = f"WITH {BLOCKS_AND_DELTAS},{terms},{PRICES},{POSITIONS_BY_BLOCK},{DUE}"
        cursor.execute(engine + _COUNT, params)
        (lines,) = cursor.fetchone()
        cursor.execute(engine + _IMPACT + _ROWS + _ORDER, params)
        return Impact(lines, [ImpactRow(*row) for row in cursor.fetchall()])


def affected(proposal: Proposal, *, account_ids: Iterable[int] | None = None) -> list[Bucket]:
    """The buckets that a proposal may affect, from its first month on; only of these accounts, if given."""
    buckets = Bucket.objects.order_by("id")
    days = [card.effective_from for card in proposal.cards]
    if proposal.rules:
        days.append(proposal.rules.effective_from)
    if days and proposal.markets is None and not proposal.always:
        buckets = buckets.filter(month__gte=min(days).replace(day=1))
    owners = {card.account_id for card in proposal.cards}
    if owners and None not in owners and not proposal.moves_messages:
        buckets = buckets.filter(account__in=owners)
    if account_ids is not None:
        buckets = buckets.filter(account__in=account_ids)
    return list(buckets)


def _cards(proposal: Proposal) -> dict[str, list[int]]:
    cards = [card.pk for card in proposal.cards]
    if proposal.always:
        return {"with": [], "without": [], "forced": cards}
    siblings = [pk for card in proposal.cards for pk in card.siblings().values_list("pk", flat=True)]
    return {"with": cards, "without": siblings, "forced": []}


def _fill_proposed_terms(cursor: Any, proposal: Proposal, buckets: Sequence[Bucket], params: dict[str, Any]) -> None:
    """Fill the tables of proposed terms: each kind and day with the group that would be its bucket."""
    rules = RuleBook(only=proposal.rules) if proposal.always and proposal.rules else RuleBook(instead=proposal.rules)
    accruals = Accruals({bucket.account_id for bucket in buckets}, markets=MarketMap(proposal.markets), rules=rules)
    groups: dict[BucketKey, int] = {}
    for bucket in buckets:
        key = _key_of(bucket)
        groups[key] = len(groups)
    homes = [(groups[_key_of(bucket)], bucket.pk) for bucket in buckets]
    cursor.execute(_KINDS, params)
    kind_days = cursor.fetchall()
    kinds = UsageKind.objects.in_bulk({kind_id for _, kind_id, _ in kind_days})
    cursor.execute(_CREATE)
    with cursor.copy("COPY proposed_home FROM STDIN") as copy:
        for home in homes:
            copy.write_row(home)
    with cursor.copy("COPY proposed_term FROM STDIN") as copy:
        for bucket_id, kind_id, day in kind_days:
            bucket_key, kind = accruals.classify(facts_of(kinds[kind_id]), day)
            group = groups.setdefault(bucket_key._replace(allowance=0), len(groups))
            copy.write_row((
                group, bucket_id, kind_id, day, bucket_key.allowance, kind.account_id, kind.provider, kind.currency,
                kind.market, kind.price_category, kind.free_reason, kind.unrated_reason, kind.price_source,
            ))  # fmt: skip
    cursor.execute("ANALYZE proposed_term")


def _key_of(bucket: Bucket) -> BucketKey:
    """The key of a bucket without its allowance, which rules may change."""
    return BucketKey(bucket.account_id, bucket.scope, bucket.scope_id, bucket.accrual_group, bucket.month, 0)
