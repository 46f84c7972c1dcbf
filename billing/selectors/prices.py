"""Rate cards, markets and rules: in force, upcoming and past."""

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


class RevisionState(TextChoices):
    """The state of a revision on a day."""

    IN_FORCE = "in force", _("In force")
    COMING = "coming", _("Upcoming")
    PAST = "past", _("Past")
    SUPERSEDED = "superseded", _("Superseded")
    DRAFT = "draft", _("Not in force yet")


@dataclass(frozen=True)
class CardRow:
    """A rate card with its state, the number of its prices and its gaps."""

    card: RateCard
    state: RevisionState
    rates: int
    missing_markets: tuple[str, ...]
    open_pairs: int

    @property
    def lacks(self) -> str:
        """The gaps in a few words; empty if there are none."""
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
    """The cards with their states, by currency, newest first. Two queries."""
    pair = Concat("rates__market", Value("/"), "rates__category")
    annotated = cards.annotate(
        rate_count=Count("rates", distinct=True),
        open_pairs=Count(pair, distinct=True, filter=Q(rates__end_known=False)),
        markets=ArrayAgg("rates__market", distinct=True, default=[]),
    ).order_by("currency", "account_id", "book", "provider", "-effective_from", "-revision")
    expected = set(MarketCountry.objects.filter(table__is_active=True, valid_to=None).values_list("market", flat=True))
    rows, in_force = [], set()
    for card in annotated:
        scope = (card.currency, card.account_id, card.book, card.provider)
        state = _state(card, today, latest=scope not in in_force)
        if state == RevisionState.IN_FORCE:
            in_force.add(scope)
        rows.append(CardRow(card, state, card.rate_count, tuple(sorted(expected - set(card.markets))), card.open_pairs))
    return rows


def _state(revision: RateCard | RuleSet | MarketTable, today: date, *, latest: bool) -> RevisionState:
    if revision.is_draft:
        return RevisionState.DRAFT
    if not revision.is_active:
        return RevisionState.SUPERSEDED
    if isinstance(revision, MarketTable):
        return RevisionState.IN_FORCE
    if revision.effective_from > today:
        return RevisionState.COMING
    return RevisionState.IN_FORCE if latest else RevisionState.PAST


@dataclass(frozen=True)
class PriceCell:
    """The list price of a market and category, the number of further known tiers, and whether all are known."""

    price: Decimal
    more: int
    all_known: bool = True


def price_list(card: RateCard) -> tuple[list[str], list[tuple[str, list[PriceCell | None]]]]:
    """The card's categories, and for each market a cell per category; None without a rate."""
    tiers: dict[tuple[str, str], list[Rate]] = defaultdict(list)
    for rate in card.rates.order_by("market", "category", "tier"):
        tiers[rate.market, rate.category].append(rate)
    priced = {category for _, category in tiers}
    standard = card_columns()
    categories = [name for name in standard if name in priced] + sorted(priced.difference(standard))
    return categories, [
        (market, [_cell(tiers.get((market, category))) for category in categories])
        for market in sorted({market for market, _ in tiers})
    ]


def _cell(tiers: list[Rate] | None) -> PriceCell | None:
    if not tiers:
        return None
    more = sum(not rate.is_assumed for rate in tiers[1:])
    return PriceCell(tiers[0].unit_price, more, all_known=all(rate.end_known for rate in tiers))


def rates_of(card: RateCard, market: str, category: str) -> list[Rate]:
    """Every tier of a market, a category or both, with its source."""
    filters = {name: value for name, value in (("market", market), ("category", category)) if value}
    return list(card.rates.filter(**filters).order_by("market", "category", "tier"))


@dataclass(frozen=True)
class MarketRegion:
    """A market that is not a single country of the same name; with `others` it includes all unlisted countries."""

    name: str
    countries: list[str]
    others: bool


@dataclass(frozen=True)
class MarketMove:
    """A country's move from one market to another on a day."""

    country: str
    before: str
    after: str
    day: date
    source: str


@dataclass(frozen=True)
class MarketOverview:
    """A market table on a day: single-country markets, regions, and the moves of countries."""

    table: MarketTable
    single: list[str]
    regions: list[MarketRegion]
    moves: list[MarketMove]

    @property
    def count(self) -> int:
        """The number of markets on that day."""
        return len(self.single) + len(self.regions)


def market_overview(table: MarketTable, today: date) -> MarketOverview:
    """The markets of today, and all moves, newest first."""
    rows = list(table.countries.order_by("country", "calling_code", "valid_from"))
    by_market: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.valid_from <= today and (row.valid_to is None or today <= row.valid_to):
            by_market[row.market].append(row.country)
    countries = {name: sorted(set(codes) - {"*"}, key=country_name) for name, codes in by_market.items()}
    single = {name: codes[0] for name, codes in countries.items() if len(codes) == 1 and "*" not in by_market[name]}
    return MarketOverview(
        table=table,
        single=sorted(single.values(), key=country_name),
        regions=[
            MarketRegion(name, codes, "*" in by_market[name])
            for name, codes in sorted(countries.items()) if name not in single
        ],
        moves=_moves(rows),
    )  # fmt: skip


def _moves(rows: list[MarketCountry]) -> list[MarketMove]:
    """One move per country and day, even for a country with several calling codes."""
    moves = {
        (after.country, after.valid_from): MarketMove(
            after.country, before.market, after.market, after.valid_from, after.source
        )
        for before, after in pairwise(rows)
        if (before.country, before.calling_code) == (after.country, after.calling_code)
    }
    return sorted(moves.values(), key=lambda move: (-move.day.toordinal(), country_name(move.country)))


@dataclass(frozen=True)
class RuleSetRow:
    """A rule set and its state."""

    rules: RuleSet
    state: RevisionState


def rule_sets(sets: QuerySet[RuleSet], today: date) -> list[RuleSetRow]:
    """Rule sets with their rules and states, newest first."""
    rows, in_force = [], False
    for rules in sets.prefetch_related("rules").order_by("-effective_from", "-revision"):
        state = _state(rules, today, latest=not in_force)
        in_force = in_force or state == RevisionState.IN_FORCE
        rows.append(RuleSetRow(rules, state))
    return rows


def rated_months(account: Account | None) -> list[date]:
    """The months with delivered messages, newest first; of every account if none is given."""
    buckets = Bucket.objects.filter(account=account) if account else Bucket.objects.all()
    return list(buckets.order_by("-month").values_list("month", flat=True).distinct())


def waiting_buckets(account: Account | None, most: int = 1_000) -> int:
    """The number of buckets that wait to be rated, counted up to `most` + 1."""
    dirty = DirtyBucket.objects.filter(bucket__account=account) if account else DirtyBucket.objects.all()
    return dirty.values("bucket_id").distinct()[: most + 1].count()


def currencies_of(account: Account) -> list[str]:
    """The billing currencies of the account's WABAs."""
    return list(Waba.objects.filter(account=account).order_by("currency").values_list("currency", flat=True).distinct())


def sell_terms(account: Account, today: date) -> list[tuple[SellTerms, RevisionState]]:
    """The account's own prices by currency, newest first, with their states."""
    rows, in_force = [], set()
    for terms in SellTerms.objects.filter(account=account).order_by("currency", "-effective_from"):
        state = RevisionState.COMING
        if terms.effective_from <= today:
            state = RevisionState.PAST if terms.currency in in_force else RevisionState.IN_FORCE
            in_force.add(terms.currency)
        rows.append((terms, state))
    return rows
