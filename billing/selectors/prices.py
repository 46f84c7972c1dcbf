"""What prices there are: cards, markets and rules, in force, to come and before."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, QuerySet, TextChoices, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Account, Waba
from billing.models import Bucket, DirtyBucket, MarketCountry, MarketTable, Rate, RateCard, RuleSet, SellTerms
from core.countries import country_name
from providers.vocabulary import card_columns


class State(TextChoices):
    """Where a revision stands on a day."""

    IN_FORCE = "in force", _("In force")
    COMING = "coming", _("Upcoming")
    PAST = "past", _("Past")
    SUPERSEDED = "superseded", _("Superseded")
    DRAFT = "draft", _("Not in force yet")


@dataclass(frozen=True)
class CardRow:
    """A rate card with its state, how many prices it has, and what it lacks."""

    card: RateCard
    state: State
    rates: int
    missing_markets: tuple[str, ...]
    open_pairs: int

    @property
    def lacks(self) -> str:
        """In a few words; empty when nothing is known to be missing."""
        parts = []
        if self.missing_markets:
            missing = len(self.missing_markets)
            parts.append(ngettext("%(n)d market", "%(n)d markets", missing) % {"n": missing})
        if self.open_pairs:
            parts.append(
                ngettext("tiers of %(n)d pair", "tiers of %(n)d pairs", self.open_pairs) % {"n": self.open_pairs}
            )
        return ", ".join(parts)


def card_rows(cards: QuerySet[RateCard], today: date) -> list[CardRow]:
    """The cards with their states, by currency, the latest first. Two queries."""
    pair = Concat("rates__market", Value("/"), "rates__category")
    found = cards.annotate(
        rate_count=Count("rates", distinct=True),
        open_pairs=Count(pair, distinct=True, filter=Q(rates__end_known=False)),
        markets=ArrayAgg("rates__market", distinct=True, default=[]),
    ).order_by("currency", "account_id", "book", "provider", "-effective_from", "-revision")
    known = set(MarketCountry.objects.filter(table__is_active=True, valid_to=None).values_list("market", flat=True))
    rows, decided = [], set()
    for card in found:
        scope = (card.currency, card.account_id, card.book, card.provider)
        state = _state(card, today, latest=scope not in decided)
        if state == State.IN_FORCE:
            decided.add(scope)
        rows.append(CardRow(card, state, card.rate_count, tuple(sorted(known - set(card.markets))), card.open_pairs))
    return rows


def _state(revision: RateCard | RuleSet | MarketTable, today: date, *, latest: bool) -> State:
    if revision.is_draft:
        return State.DRAFT
    if not revision.is_active:
        return State.SUPERSEDED
    if isinstance(revision, MarketTable):
        return State.IN_FORCE
    if revision.effective_from > today:
        return State.COMING
    return State.IN_FORCE if latest else State.PAST


@dataclass(frozen=True)
class Cell:
    """The list price of a market and category, and how many further tiers are known."""

    price: Decimal
    more: int


def price_list(card: RateCard) -> tuple[list[str], list[tuple[str, list[Cell | None]]]]:
    """The card's categories, and by market a cell for each: None where it has no rate."""
    tiers: dict[tuple[str, str], list[Rate]] = defaultdict(list)
    for rate in card.rates.order_by("market", "category", "tier"):
        tiers[rate.market, rate.category].append(rate)
    named = {category for _, category in tiers}
    usual = card_columns()
    categories = [each for each in usual if each in named] + sorted(named.difference(usual))
    return categories, [
        (market, [_cell(tiers.get((market, category))) for category in categories])
        for market in sorted({market for market, _ in tiers})
    ]


def _cell(tiers: list[Rate] | None) -> Cell | None:
    if not tiers:
        return None
    return Cell(tiers[0].unit_price, sum(not rate.is_assumed for rate in tiers[1:]))


def rates_of(card: RateCard, market: str, category: str) -> list[Rate]:
    """Every tier of a market, a category or both, with its source."""
    chosen = {name: value for name, value in (("market", market), ("category", category)) if value}
    return list(card.rates.filter(**chosen).order_by("market", "category", "tier"))


@dataclass(frozen=True)
class Region:
    """A market of several countries, or of one that has another name; `others`: and all that no market names."""

    name: str
    countries: list[str]
    others: bool


@dataclass(frozen=True)
class Move:
    """A country that goes from one market to another on a day."""

    country: str
    before: str
    after: str
    day: date
    source: str


@dataclass(frozen=True)
class Markets:
    """A market table on a day: countries that are markets of their own, regions, and every country that moves."""

    table: MarketTable
    single: list[str]
    regions: list[Region]
    moves: list[Move]

    @property
    def count(self) -> int:
        """How many markets there are that day."""
        return len(self.single) + len(self.regions)


def markets_of(table: MarketTable, today: date) -> Markets:
    """What the table says today, and who moves on which day, the latest move first."""
    rows = list(table.countries.order_by("country", "calling_code", "valid_from"))
    by_market: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.valid_from <= today and (row.valid_to is None or today <= row.valid_to):
            by_market[row.market].append(row.country)
    countries = {name: sorted(set(found) - {"*"}, key=country_name) for name, found in by_market.items()}
    single = {name: found[0] for name, found in countries.items() if len(found) == 1 and "*" not in by_market[name]}
    return Markets(
        table=table,
        single=sorted(single.values(), key=country_name),
        regions=[
            Region(name, found, "*" in by_market[name])
            for name, found in sorted(countries.items()) if name not in single
        ],
        moves=_moves(rows),
    )  # fmt: skip


def _moves(rows: list[MarketCountry]) -> list[Move]:
    """One for each country and day, though it may have several calling codes."""
    found = {
        (after.country, after.valid_from): Move(
            after.country, before.market, after.market, after.valid_from, after.source
        )
        for before, after in pairwise(rows)
        if (before.country, before.calling_code) == (after.country, after.calling_code)
    }
    return sorted(found.values(), key=lambda move: (-move.day.toordinal(), country_name(move.country)))


@dataclass(frozen=True)
class Rules:
    """A rule set and where it stands."""

    rules: RuleSet
    state: State


def rule_sets(found: QuerySet[RuleSet], today: date) -> list[Rules]:
    """Rule sets with their rules, the latest first: those that wait, come or are in force before the past ones."""
    rows, decided = [], False
    for rules in found.prefetch_related("rules").order_by("-effective_from", "-revision"):
        state = _state(rules, today, latest=not decided)
        decided = decided or state == State.IN_FORCE
        rows.append(Rules(rules, state))
    return rows


def rated_months(account: Account | None) -> list[date]:
    """The months with delivered messages, the latest first; of every account when none is named."""
    buckets = Bucket.objects.filter(account=account) if account else Bucket.objects.all()
    return list(buckets.order_by("-month").values_list("month", flat=True).distinct())


def waiting_buckets(account: Account | None, most: int = 1_000) -> int:
    """How many groups of messages wait to be rated again, counted to `most` + 1 at the furthest."""
    dirty = DirtyBucket.objects.filter(bucket__account=account) if account else DirtyBucket.objects.all()
    return dirty.values("bucket_id").distinct()[: most + 1].count()


def currencies_of(account: Account) -> list[str]:
    """The currencies that the account's WABAs are billed in."""
    return list(Waba.objects.filter(account=account).order_by("currency").values_list("currency", flat=True).distinct())


def sell_terms(account: Account, today: date) -> list[tuple[SellTerms, State]]:
    """The account's own prices by currency, the latest first, and where each stands."""
    rows, decided = [], set()
    for terms in SellTerms.objects.filter(account=account).order_by("currency", "-effective_from"):
        state = State.COMING
        if terms.effective_from <= today:
            state = State.PAST if terms.currency in decided else State.IN_FORCE
            decided.add(terms.currency)
        rows.append((terms, state))
    return rows
