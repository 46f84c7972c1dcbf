"""Verifying the engine: its lines against the window rater and pricing.py, and its kinds against today's tables.

The window rater (SQL over all facts, without blocks) shows whether blocks and cuts lost or moved a message. pricing.py
(Python without SQL) shows whether both implement the rules correctly.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from billing.accrual import Accruals, KindKey
from billing.enums import Book, SellBase, UnratedReason
from billing.models import Bucket, Rate, RateCard, RatedLine, SellTerms, UsageBlock, UsageFact, UsageKind
from billing.pricing import Anchor, Card, Fact, Terms, Tier, price_category, rate_bucket
from billing.rating.engine import IN_FORCE
from billing.rating.placement import facts_of, key_of
from billing.rating.sql.blocks import BLOCKS_AND_DELTAS
from billing.rating.sql.lines import DUE, LINE_COLUMNS
from billing.rating.sql.positions import POSITIONS_BY_WINDOW
from billing.rating.sql.terms import AS_RECORDED, PRICES

REFERENCE_UP_TO = 200_000  # messages; about 150 MB
_BY_WINDOW = f"""WITH {BLOCKS_AND_DELTAS},{AS_RECORDED},{PRICES},{POSITIONS_BY_WINDOW},{DUE}
SELECT {LINE_COLUMNS} FROM due WHERE group_id = %(bucket)s"""  # noqa: S608 - put together from constants
_LINE = (
    "account_id", "day", "kind_id", "state", "reason", "above", "rate_id", "anchored", "n", "unit_price", "amount",
    "price_source", "sell_state", "sell_reason", "sell_above", "sell_rate_id", "sell_price", "sell_amount",
)  # fmt: skip
_FACT = (
    "message_key", "billed_at", "day", "kind__country", "kind__market", "kind__category", "kind__currency",
    "kind__free_reason", "kind__unrated_reason", "kind__provider", "kind__price_source",
)  # fmt: skip
# Day, country, category, state, reason, unit price, price source, sell state, sell price.
Kind = tuple[date, str, str, str, str, Decimal | None, str, str, Decimal | None]


@dataclass(frozen=True)
class RatingDifference:
    """A kind of message that the engine and another rater (`by`) count differently."""

    bucket: Bucket
    kind: tuple[Any, ...]
    in_lines: int
    expected: int
    by: str

    def __str__(self) -> str:
        words = " ".join(str(part) for part in self.kind if part not in {"", None})
        return (
            f"bucket {self.bucket.pk} ({self.bucket}): {words}: {self.in_lines} in lines, {self.expected} by {self.by}"
        )


def verify(buckets: Sequence[Bucket], *, reference_up_to: int = REFERENCE_UP_TO) -> Iterator[RatingDifference]:
    """Every difference, bucket by bucket; none if the engine is correct.

    pricing.py holds all messages of a bucket in memory, so only the window rater checks buckets with more than
    `reference_up_to` messages. Dirty buckets differ, too: rate them first. Needs every tenant's scope.
    """
    books: dict[int, PriceBook] = {}
    accruals = Accruals({bucket.account_id for bucket in buckets})
    for bucket in buckets:
        book = books.setdefault(bucket.account_id, PriceBook(bucket.account_id))
        yield from _compare(bucket, lines_of(bucket), by_window(bucket), "the window rater")
        messages = UsageBlock.objects.filter(bucket=bucket).aggregate(n=Sum("n", default=0))["n"]
        if messages <= reference_up_to:
            yield from _compare(bucket, _kinds_of_lines(bucket), _by_reference(bucket, book), "the reference")
        yield from _misplaced(bucket, accruals)


def _compare(
    bucket: Bucket, actual: Counter[tuple[Any, ...]], expected: Counter[tuple[Any, ...]], by: str
) -> Iterator[RatingDifference]:
    for kind in sorted(actual.keys() | expected.keys(), key=str):
        if actual[kind] != expected[kind]:
            yield RatingDifference(bucket, kind, actual[kind], expected[kind], by)


def _count(rows: Iterable[tuple[Any, ...]], n: Callable[[tuple[Any, ...]], int]) -> Counter[tuple[Any, ...]]:
    counted: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        counted[row] += n(row)
    return counted


def lines_of(bucket: Bucket) -> Counter[tuple[Any, ...]]:
    """The complete lines, each counted once: the comparison includes n and amounts."""
    return _count(RatedLine.objects.filter(bucket=bucket).values_list(*_LINE), lambda _: 1)


def by_window(bucket: Bucket) -> Counter[tuple[Any, ...]]:
    """The lines of the window rater, which reads only facts."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_WINDOW, {"buckets": [bucket.pk], "bucket": bucket.pk, **IN_FORCE})
        return _count(cursor.fetchall(), lambda _: 1)


def _kinds_of_lines(bucket: Bucket) -> Counter[tuple[Any, ...]]:
    counted: Counter[tuple[Any, ...]] = Counter()
    lines = RatedLine.objects.filter(bucket=bucket).values_list(
        "day", "kind__country", "kind__category", "state", "reason", "unit_price", "price_source", "sell_state",
        "sell_price", "n",
    )  # fmt: skip
    for *kind, n in lines:
        counted[tuple(kind)] += n
    return counted


def _by_reference(bucket: Bucket, book: "PriceBook") -> Counter[tuple[Any, ...]]:
    rows = UsageFact.objects.filter(bucket=bucket).values_list(*_FACT).iterator(chunk_size=10_000)
    facts = {fact.key: fact for fact in (Fact(*row) for row in rows)}
    anchors = [Anchor(*row) for row in bucket.anchors.values_list("reached_at", "above")]
    charges = rate_bucket(facts.values(), book.buy, allowance=bucket.allowance, anchors=anchors, sells=book.sell)
    return Counter(
        (
            facts[key].day, charge.country, charge.category, str(charge.state), charge.reason, charge.unit_price,
            str(charge.price_source), str(charge.sale.state) if charge.sale else "",
            charge.sale.price if charge.sale else None,
        )
        for key, charge in charges.items()
    )  # fmt: skip


class PriceBook:
    """An account's cards and sell terms in force, each read once, in the form of pricing.py."""

    def __init__(self, account_id: int) -> None:
        cards = RateCard.objects.filter(Q(account=None) | Q(account=account_id), is_active=True)
        self._cards = sorted(
            cards.order_by("-effective_from"), key=lambda card: (card.account_id is None, card.provider == "")
        )
        self._terms = list(SellTerms.objects.filter(account=account_id).order_by("-effective_from"))
        self._tiers: dict[tuple[int, str, str], list[Tier]] = {}

    def buy(self, fact: Fact) -> tuple[Card, Sequence[Tier]] | UnratedReason:
        """The provider's card of the fact's day and its tiers, or the reason that there are none."""
        return self._card_and_tiers(Book.BUY, fact)

    def sell(self, fact: Fact) -> tuple[Terms, tuple[Card, Sequence[Tier]] | UnratedReason] | None:
        """The account's terms of the fact's day and its own card's tiers; None without resale."""
        for terms in self._terms:
            if terms.currency == fact.currency and terms.effective_from <= fact.day:
                sell_terms = Terms(SellBase(terms.base), terms.markup_percent, terms.fee, terms.fee_on_free)
                return sell_terms, self._card_and_tiers(Book.SELL, fact)
        return None

    def _card_and_tiers(self, book: Book, fact: Fact) -> tuple[Card, Sequence[Tier]] | UnratedReason:
        card = next(
            (
                c for c in self._cards
                if c.book == book and c.currency == fact.currency and c.effective_from <= fact.day
                and c.provider in {"", fact.provider}
            ),
            None,
        )  # fmt: skip
        if card is None:
            return UnratedReason.NO_CARD
        key = (card.pk, fact.market, price_category(fact.category))
        if key not in self._tiers:
            rates = Rate.objects.filter(card=card, market=key[1], category=key[2]).order_by("tier")
            self._tiers[key] = [Tier(r.tier, r.above, r.up_to, r.unit_price, r.end_known, r.is_derived) for r in rates]
        pricing_card = Card(card.name, card.currency, card.effective_from, card.revision, card.sha256)
        return (pricing_card, self._tiers[key]) if self._tiers[key] else UnratedReason.NO_RATE


def _misplaced(bucket: Bucket, accruals: Accruals) -> Iterator[RatingDifference]:
    """Kinds that today's markets, rules and WABAs classify differently, until they are rated again."""
    counts: Counter[tuple[date, int]] = Counter()
    for day, kind_id, n in UsageBlock.objects.filter(bucket=bucket).values_list("day", "kind_id", "n"):
        counts[day, kind_id] += n
    kinds = UsageKind.objects.in_bulk({kind_id for _, kind_id in counts})
    for (day, kind_id), n in counts.items():
        present = key_of(kinds[kind_id])
        key, expected = accruals.classify(facts_of(kinds[kind_id]), day)
        bucket_key = (bucket.account_id, bucket.scope, bucket.scope_id, bucket.accrual_group, bucket.month)
        if expected != present or key[:5] != bucket_key:
            derived = expected[KindKey._fields.index("currency") :]
            kind = (day, present.country, present.category, *derived)
            yield RatingDifference(bucket, kind, n, 0, "today's markets and rules")
