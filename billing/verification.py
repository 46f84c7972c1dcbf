"""Checking the engine: every bucket's lines against what pricing.py makes of the same facts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from billing.enums import UnratedReason
from billing.models import Bucket, Rate, RateCard, RatedLine, UsageFact
from billing.pricing import Card, Fact, Tier, price_category, rate_bucket

_FACT = (
    "message_key", "billed_at", "day", "country", "market", "category", "currency", "free_reason", "unrated_reason",
)  # fmt: skip
# What a line and a charge have in common: day, country, category, state, reason, unit price.
Kind = tuple[date, str, str, str, str, Decimal | None]


@dataclass(frozen=True)
class Difference:
    """A kind of message of which the engine counts another number than the reference."""

    bucket: Bucket
    kind: Kind
    in_lines: int
    by_reference: int

    def __str__(self) -> str:
        day, country, category, state, reason, price = self.kind
        words = " ".join(str(part) for part in (day, country, category, state, reason, price) if part not in {"", None})
        return f"bucket {self.bucket.pk} ({self.bucket}): {words}: {self.in_lines} in lines, {self.by_reference} due"


class Prices:
    """An account's price book over the cards in force, each read once."""

    def __init__(self, account_id: int) -> None:
        cards = RateCard.objects.filter(Q(account=None) | Q(account=account_id), is_active=True)
        self._cards = sorted(cards.order_by("-effective_from"), key=lambda card: card.account_id is None)
        self._tiers: dict[tuple[int, str, str], list[Tier]] = {}

    def __call__(self, fact: Fact) -> tuple[Card, Sequence[Tier]] | UnratedReason:
        """The card of the fact's day and its tiers, or why there are none."""
        card = next((c for c in self._cards if c.currency == fact.currency and c.effective_from <= fact.day), None)
        if card is None:
            return UnratedReason.NO_CARD
        key = (card.pk, fact.market, price_category(fact.category))
        if key not in self._tiers:
            rates = Rate.objects.filter(card=key[0], market=key[1], category=key[2]).order_by("tier")
            self._tiers[key] = [Tier(r.tier, r.above, r.up_to, r.unit_price, r.end_known) for r in rates]
        tiers = self._tiers[key]
        found = Card(card.name, card.currency, card.effective_from, card.revision, card.sha256)
        return (found, tiers) if tiers else UnratedReason.NO_RATE


def verify(buckets: Sequence[Bucket]) -> Iterator[Difference]:
    """The differences between lines and reference, bucket by bucket; none when the engine is right.

    Buckets with facts that are not rated yet differ too: rate them first. Needs every tenant's scope.
    """
    books: dict[int, Prices] = {}
    for bucket in buckets:
        prices = books.setdefault(bucket.account_id, Prices(bucket.account_id))
        in_lines, due = _lines(bucket), _reference(bucket, prices)
        for kind in sorted(in_lines.keys() | due.keys(), key=str):
            if in_lines[kind] != due[kind]:
                yield Difference(bucket, kind, in_lines[kind], due[kind])


def _lines(bucket: Bucket) -> Counter[Kind]:
    counted: Counter[Kind] = Counter()
    lines = RatedLine.objects.filter(bucket=bucket)
    for *kind, n in lines.values_list("day", "country", "category", "state", "reason", "unit_price", "n"):
        counted[tuple(kind)] += n  # type: ignore[index] # the columns above, in order
    return counted


def _reference(bucket: Bucket, prices: Prices) -> Counter[Kind]:
    rows = UsageFact.objects.filter(bucket=bucket).values_list(*_FACT).iterator(chunk_size=10_000)
    facts = {fact.key: fact for fact in (Fact(*row) for row in rows)}
    charges = rate_bucket(facts.values(), prices, allowance=bucket.allowance)
    return Counter(
        (facts[key].day, charge.country, charge.category, str(charge.state), charge.reason, charge.unit_price)
        for key, charge in charges.items()
    )
