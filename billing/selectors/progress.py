"""The current month: its expected cost, and the distance of each count to its next price.

Both expect of each future day the average of its weekday in the last four weeks. The forecast needs a full week of
data, ignores holidays and leaves out unpriced messages.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max, Sum

from accounts.models import Account, BusinessPortfolio
from billing.dimensions import DIMENSIONS
from billing.enums import AccrualScope
from billing.models import ASSUMED, RatedLine, VolumeAnchor
from billing.rating.sql.terms import CARD_OF_DAY
from billing.selectors.sums import EVERYTHING, CostFilter, sums_of
from core.money import ZERO

LOOK_BACK = 28  # days: every weekday four times
MIN_DAYS = 7  # so that every weekday has data
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Forecast:
    """The cost of the current month in one currency. `expected` is for the whole month, to the cent; None with
    less than a week of data. `days` is the number of full days of data.
    """

    currency: str
    to_date: Decimal
    expected: Decimal | None
    days: int


@dataclass(frozen=True)
class NextPrice:
    """The price of the next message, and of those after the threshold (None: no known change). Unless `then_known`, a
    lower price may follow that no card states.
    """

    market: str
    category: str
    provider: str
    currency: str
    now: Decimal
    then: Decimal | None
    then_known: bool


@dataclass(frozen=True)
class TierProgress:
    """A count of the current month. `position` messages are counted, `external` of them sent through other providers.
    At `threshold` messages the price changes; None without a further change, or (unless `end_known`) without one that a
    card states. `expected_on` is None if the change is not expected this month or cannot be estimated.
    """

    scope: AccrualScope
    scope_name: str
    accrual_group: str
    position: int
    external: int
    start: int
    threshold: int | None
    end_known: bool
    expected_on: date | None
    prices: tuple[NextPrice, ...]

    @property
    def remaining(self) -> int | None:
        """Messages until the price changes."""
        return None if self.threshold is None else self.threshold - self.position


class WeekdayAverages(NamedTuple):
    """The averages by weekday, Monday first, and the number of days of data."""

    by_weekday: tuple[Decimal, ...]
    days: int

    def of(self, day: date) -> Decimal:
        """The average of the day's weekday."""
        return self.by_weekday[day.weekday()]


def weekday_averages(by_day: Mapping[date, Decimal], today: date) -> WeekdayAverages | None:
    """The averages by weekday of the full days since the first, at most four weeks; None with less than one week.

    Days without data count as zero.
    """
    first = max(min(by_day, default=today), today - timedelta(days=LOOK_BACK))
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    if len(days) < MIN_DAYS:
        return None
    sums, counts = [ZERO] * 7, [0] * 7
    for day in days:
        sums[day.weekday()] += by_day.get(day, ZERO)
        counts[day.weekday()] += 1
    return WeekdayAverages(tuple(total / n for total, n in zip(sums, counts, strict=True)), len(days))


def month_end(today: date) -> date:
    """The last day of the month."""
    return today.replace(day=monthrange(today.year, today.month)[1])


def expected_days(
    by_day: Mapping[date, Decimal], averages: WeekdayAverages, today: date
) -> Iterable[tuple[date, Decimal]]:
    """The expected value of each day until the end of the month; for today, the remainder of the average."""
    yield today, max(ZERO, averages.of(today) - by_day.get(today, ZERO))
    for n in range(1, (month_end(today) - today).days + 1):
        day = today + timedelta(days=n)
        yield day, averages.of(day)


def forecast(account: Account, today: date, cost_filter: CostFilter = EVERYTHING) -> list[Forecast]:
    """The forecast of the current month's cost, one per currency, from the rated lines of each day."""
    by_day: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for (day,), sums in sums_of(account, _since(today), today, ["day"], cost_filter):
        if sums.cost is not None:
            by_day[sums.currency][day] += sums.cost
    return [_forecast(currency, by_day[currency], today) for currency in sorted(by_day)]


def _since(today: date) -> date:
    return min(today.replace(day=1), today - timedelta(days=LOOK_BACK))


def _forecast(currency: str, by_day: Mapping[date, Decimal], today: date) -> Forecast:
    to_date = sum((amount for day, amount in by_day.items() if day >= today.replace(day=1)), ZERO)
    averages = weekday_averages(by_day, today)
    if averages is None:
        return Forecast(currency, to_date, None, 0)
    remaining = sum((amount for _, amount in expected_days(by_day, averages, today)), ZERO)
    return Forecast(currency, to_date, (to_date + remaining).quantize(_CENT, ROUND_HALF_EVEN), averages.days)


class _Count(NamedTuple):
    """A count that continues over months: a bucket without its month."""

    scope: str
    scope_id: int
    accrual_group: str


class _PriceKey(NamedTuple):
    """The key of a price."""

    provider: str
    currency: str
    market: str
    category: str


class _CardTier(NamedTuple):
    """A tier of a card."""

    above: int
    up_to: int | None
    price: Decimal
    end_known: bool
    assumed: bool


@dataclass
class _Bucket:
    """A bucket of the current month, summed from its lines."""

    pk: int
    count: _Count
    allowance: int
    n: int
    pairs: set[_PriceKey]


def tier_progress(account: Account, today: date) -> list[TierProgress]:
    """Every count of the current month whose price depends on its volume, nearest to the next price first.

    Positions include the volume that the provider announced.
    """
    buckets, history = _counted(account, today)
    external = VolumeAnchor.objects.filter(bucket__in=buckets).values_list("bucket").annotate(most=Max("external"))
    month = _Month(
        today=today,
        history=history,
        external=dict(external),
        cards=_cards(account, today, {pair for bucket in buckets.values() for pair in bucket.pairs}),
        names=_scope_names(account, [bucket.count for bucket in buckets.values()]),
    )
    progress = (_progress(bucket, month) for bucket in buckets.values())
    return sorted((count for count in progress if count), key=_sort_key)


@dataclass(frozen=True)
class _Month:
    """The data of all counts of the current month."""

    today: date
    history: Mapping[_Count, Mapping[date, Decimal]]
    external: Mapping[int, int]
    cards: Mapping[_PriceKey, list[_CardTier]]
    names: Mapping[tuple[str, int], str]


def _sort_key(count: TierProgress) -> tuple[Any, ...]:
    share = count.position / count.threshold if count.threshold else -1
    return -share, -count.position, count.accrual_group, count.scope_name


def _counted(account: Account, today: date) -> tuple[dict[int, _Bucket], dict[_Count, dict[date, Decimal]]]:
    """The current month's buckets with their counts, and each count's messages by day."""
    buckets: dict[int, _Bucket] = {}
    history: dict[_Count, dict[date, Decimal]] = defaultdict(dict)
    rows = (
        RatedLine.objects.filter(
            account=account, day__range=(_since(today), today), kind__free_reason="", kind__unrated_reason=""
        )
        .values_list(
            "bucket", "bucket__month", "bucket__allowance", "bucket__scope", "bucket__scope_id",
            "bucket__accrual_group", "day", "kind__provider", "kind__currency", "kind__market",
            "kind__price_category",
        )
        .annotate(n=Sum("n"))
    )  # fmt: skip
    for pk, month, allowance, scope, scope_id, group, day, *pair, n in rows:
        count = _Count(scope, scope_id, group)
        history[count][day] = history[count].get(day, ZERO) + n
        if month == today.replace(day=1):
            bucket = buckets.setdefault(pk, _Bucket(pk, count, allowance, 0, set()))
            bucket.n += n
            bucket.pairs.add(_PriceKey(*pair))
    return buckets, history


# The tiers in force today of all prices that depend on volume.
_TIERS = f"""
SELECT d.provider, d.currency, d.market, d.category, r.above, r.up_to, r.unit_price, r.end_known,
    r.source = %(assumed)s
FROM unnest(%(providers)s::text[], %(currencies)s::text[], %(markets)s::text[], %(categories)s::text[])
        AS g (provider, currency, market, category)
CROSS JOIN LATERAL (SELECT %(account)s AS account_id, %(day)s::date AS day, g.*) d
CROSS JOIN LATERAL ({CARD_OF_DAY.format(book="buy")}) card
JOIN billing_rate r ON r.card_id = card.id AND r.market = d.market AND r.category = d.category
ORDER BY r.above
"""  # noqa: S608 - every name is a constant of this module


def _cards(account: Account, day: date, pairs: set[_PriceKey]) -> dict[_PriceKey, list[_CardTier]]:
    if not pairs:
        return {}
    providers, currencies, markets, categories = (list(column) for column in zip(*pairs, strict=True))
    tiers: dict[_PriceKey, list[_CardTier]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TIERS, {
            "account": account.pk, "day": day, "providers": providers, "currencies": currencies, "markets": markets,
            "categories": categories, "assumed": ASSUMED, "forced": [], "with": [], "without": [],
        })  # fmt: skip
        for row in cursor.fetchall():
            tiers[_PriceKey(*row[:4])].append(_CardTier(*row[4:]))
    return dict(tiers)


def _scope_names(account: Account, counts: Sequence[_Count]) -> dict[tuple[str, int], str]:
    """The names of portfolios and phone numbers."""
    portfolios = [count.scope_id for count in counts if count.scope == AccrualScope.PORTFOLIO]
    numbers = [count.scope_id for count in counts if count.scope == AccrualScope.PHONE_NUMBER]
    rows = BusinessPortfolio.objects.filter(account=account, pk__in=portfolios).values_list("pk", "name")
    names: dict[tuple[str, int], str] = {(AccrualScope.PORTFOLIO.value, pk): name for pk, name in rows}
    if numbers:
        for pk, (code, name) in DIMENSIONS["channel"].names.of(account, numbers).items():
            names[AccrualScope.PHONE_NUMBER.value, pk] = name or code
    return names


def _progress(bucket: _Bucket, month: _Month) -> TierProgress | None:
    """None if the price does not depend on the volume."""
    external = month.external.get(bucket.pk, 0)
    position = bucket.n + external
    priced = {pair: month.cards[pair] for pair in sorted(bucket.pairs) if pair in month.cards}
    allowed = position < bucket.allowance
    if not allowed and all(len(tiers) == 1 and tiers[0].end_known for tiers in priced.values()):
        return None
    bounds = {0, bucket.allowance, *(tier.above for tiers in priced.values() for tier in tiers)}
    threshold = min((bound for bound in bounds if bound > position), default=None)
    return TierProgress(
        scope=AccrualScope(bucket.count.scope),
        scope_name=month.names.get((bucket.count.scope, bucket.count.scope_id), ""),
        accrual_group=bucket.count.accrual_group,
        position=position,
        external=external,
        start=max(bound for bound in bounds if bound <= position),
        threshold=threshold,
        end_known=all(_tier_at(tiers, position).end_known for tiers in priced.values()),
        expected_on=None if threshold is None else _expected_on(bucket.count, month, threshold - position),
        prices=tuple(_next_price(pair, tiers, position, threshold, bucket.allowance) for pair, tiers in priced.items()),
    )


def _tier_at(tiers: Sequence[_CardTier], position: int) -> _CardTier:
    """The tier of the message after this position."""
    return max((tier for tier in tiers if tier.above <= position), key=attrgetter("above"))


def _next_price(
    pair: _PriceKey, tiers: Sequence[_CardTier], position: int, threshold: int | None, allowance: int
) -> NextPrice:
    current = _tier_at(tiers, position)
    following = None if threshold is None else _tier_at(tiers, threshold)
    assumed = following is not None and following.above == threshold and following.assumed
    return NextPrice(
        market=pair.market,
        category=pair.category,
        provider=pair.provider,
        currency=pair.currency,
        now=ZERO if position < allowance else current.price,
        then=None if following is None or assumed else following.price,
        then_known=not assumed,
    )


def _expected_on(count: _Count, month: _Month, remaining: int) -> date | None:
    """The day on which the expected messages exceed the remaining ones."""
    by_day = month.history[count]
    averages = weekday_averages(by_day, month.today)
    missing = Decimal(remaining)
    for day, n in expected_days(by_day, averages, month.today) if averages else ():
        missing -= n
        if missing <= 0:
            return day
    return None
