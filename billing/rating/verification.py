"""Whether the engine is right: its lines against the window rater's, against pricing.py, and kinds against the tables.

The window rater (SQL over all facts, no blocks) tells whether blocks and cuts lost or moved a message. pricing.py
(Python, no SQL) tells whether both have the rules right.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from billing.accrual import Accruals
from billing.enums import Book, SellBase, UnratedReason
from billing.models import Bucket, Rate, RateCard, RatedLine, SellTerms, UsageBlock, UsageFact, UsageKind
from billing.pricing import Anchor, Card, Fact, Terms, Tier, price_category, rate_bucket
from billing.rating.engine import IN_FORCE
from billing.rating.placement import key_of, said_of
from billing.rating.sql.blocks import BLOCKS_AND_DELTAS
from billing.rating.sql.lines import DUE, LINE_COLUMNS
from billing.rating.sql.positions import POSITIONS_BY_WINDOW
from billing.rating.sql.terms import AS_RECORDED, PRICES

REFERENCE_UP_TO = 200_000  # messages; about 150 MB
_BY_WINDOW = f"""WITH {BLOCKS_AND_DELTAS},{AS_RECORDED},{PRICES},{POSITIONS_BY_WINDOW},{DUE}
SELECT {LINE_COLUMNS} FROM due WHERE group_id = %(bucket)s"""  # noqa: S608 - put together from constants
_LINE = (
    "account_id", "day", "kind_id", "state", "reason", "above", "rate_id", "anchored", "n", "unit_price", "amount",
    "sell_state", "sell_reason", "sell_above", "sell_rate_id", "sell_price", "sell_amount",
)  # fmt: skip
_FACT = (
    "message_key", "billed_at", "day", "kind__country", "kind__market", "kind__category", "kind__currency",
    "kind__free_reason", "kind__unrated_reason", "kind__provider",
)  # fmt: skip
# Day, country, category, state, reason, unit price, sell state, sell price.
Kind = tuple[date, str, str, str, str, Decimal | None, str, Decimal | None]


@dataclass(frozen=True)
class Difference:
    """A kind of message of which the engine counts another number than `by` does."""

    bucket: Bucket
    kind: tuple[Any, ...]
    in_lines: int
    due: int
    by: str

    def __str__(self) -> str:
        words = " ".join(str(part) for part in self.kind if part not in {"", None})
        return f"bucket {self.bucket.pk} ({self.bucket}): {words}: {self.in_lines} in lines, {self.due} by {self.by}"


def verify(buckets: Sequence[Bucket], *, reference_up_to: int = REFERENCE_UP_TO) -> Iterator[Difference]:
    """Every difference, bucket by bucket; none when the engine is right.

    pricing.py holds all messages of a bucket in memory: those with more than `reference_up_to` are left to the window
    rater. Buckets with facts or prices that are not rated yet differ too: rate them first. Needs every tenant's scope.
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
    bucket: Bucket, found: Counter[tuple[Any, ...]], due: Counter[tuple[Any, ...]], by: str
) -> Iterator[Difference]:
    for kind in sorted(found.keys() | due.keys(), key=str):
        if found[kind] != due[kind]:
            yield Difference(bucket, kind, found[kind], due[kind], by)


def _counted(rows: Iterable[tuple[Any, ...]], n: Callable[[tuple[Any, ...]], int]) -> Counter[tuple[Any, ...]]:
    counted: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        counted[row] += n(row)
    return counted


def lines_of(bucket: Bucket) -> Counter[tuple[Any, ...]]:
    """Whole lines, each once: n and amounts are part of what is compared."""
    return _counted(RatedLine.objects.filter(bucket=bucket).values_list(*_LINE), lambda _: 1)


def by_window(bucket: Bucket) -> Counter[tuple[Any, ...]]:
    """The lines that the window rater finds, reading nothing but facts."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_WINDOW, {"buckets": [bucket.pk], "bucket": bucket.pk, **IN_FORCE})
        return _counted(cursor.fetchall(), lambda _: 1)


def _kinds_of_lines(bucket: Bucket) -> Counter[tuple[Any, ...]]:
    counted: Counter[tuple[Any, ...]] = Counter()
    lines = RatedLine.objects.filter(bucket=bucket).values_list(
        "day", "kind__country", "kind__category", "state", "reason", "unit_price", "sell_state", "sell_price", "n"
    )
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
            str(charge.sale.state) if charge.sale else "", charge.sale.price if charge.sale else None,
        )
        for key, charge in charges.items()
    )  # fmt: skip


class PriceBook:
    """An account's cards and sell terms in force, each read once, as pricing.py asks for them."""

    def __init__(self, account_id: int) -> None:
        cards = RateCard.objects.filter(Q(account=None) | Q(account=account_id), is_active=True)
        self._cards = sorted(
            cards.order_by("-effective_from"), key=lambda card: (card.account_id is None, card.provider == "")
        )
        self._terms = list(SellTerms.objects.filter(account=account_id).order_by("-effective_from"))
        self._tiers: dict[tuple[int, str, str], list[Tier]] = {}

    def buy(self, fact: Fact) -> tuple[Card, Sequence[Tier]] | UnratedReason:
        """The provider's card of the fact's day and its tiers, or why there are none."""
        return self._priced(Book.BUY, fact)

    def sell(self, fact: Fact) -> tuple[Terms, tuple[Card, Sequence[Tier]] | UnratedReason] | None:
        """The account's terms of the fact's day and its own card's tiers; None when it does not resell."""
        for terms in self._terms:
            if terms.currency == fact.currency and terms.effective_from <= fact.day:
                pure = Terms(SellBase(terms.base), terms.markup_percent, terms.fee, terms.fee_on_free)
                return pure, self._priced(Book.SELL, fact)
        return None

    def _priced(self, book: Book, fact: Fact) -> tuple[Card, Sequence[Tier]] | UnratedReason:
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
            self._tiers[key] = [Tier(r.tier, r.above, r.up_to, r.unit_price, r.end_known) for r in rates]
        found = Card(card.name, card.currency, card.effective_from, card.revision, card.sha256)
        return (found, self._tiers[key]) if self._tiers[key] else UnratedReason.NO_RATE


def _misplaced(bucket: Bucket, accruals: Accruals) -> Iterator[Difference]:
    """Kinds that today's markets, rules and WABAs would put elsewhere: they wait for a re-rating."""
    found: Counter[tuple[date, int]] = Counter()
    for day, kind_id, n in UsageBlock.objects.filter(bucket=bucket).values_list("day", "kind_id", "n"):
        found[day, kind_id] += n
    kinds = UsageKind.objects.in_bulk({kind_id for _, kind_id in found})
    for (day, kind_id), n in found.items():
        now = key_of(kinds[kind_id])
        key, due = accruals.classify(said_of(kinds[kind_id]), day)
        place = (bucket.account_id, bucket.scope, bucket.scope_id, bucket.accrual_group, bucket.month)
        if due != now or key[:5] != place:
            yield Difference(bucket, (day, now.country, now.category, *due[9:]), n, 0, "today's markets and rules")
