"""The running month: what it will cost, and how far each count is from its next price.

Both look ahead in one way: a day to come will be as that weekday was on average in the last four weeks. It needs a
whole week behind it, knows of no holidays, and leaves out what is not priced.
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
LEAST = 7  # whole days, so that every weekday was seen
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Forecast:
    """Cost of the running month in one currency. `expected` for the whole month, to the cent; None with less than a
    week behind it. `days` is how many whole days it rests on.
    """

    currency: str
    to_date: Decimal
    expected: Decimal | None
    days: int


@dataclass(frozen=True)
class NextPrice:
    """What the next message costs, and what it will cost behind the threshold. None: free. `then_known` False: a lower
    price may follow, but no card says which.
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
    """A count of the running month. `position` messages are counted, `external` of them sent through others. At
    `threshold` messages the price changes; None: no further change, or (`end_known` False) none that a card names.
    `expected_on` is None when that is not expected this month, or not to be said.
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


class Usual(NamedTuple):
    """What the days of a week usually bring, Monday first, and how many days that rests on."""

    by_weekday: tuple[Decimal, ...]
    days: int

    def of(self, day: date) -> Decimal:
        """What a day usually brings."""
        return self.by_weekday[day.weekday()]


def usual(by_day: Mapping[date, Decimal], today: date) -> Usual | None:
    """Averages by weekday over the whole days since the first, at most four weeks; None with less than one week.

    Days on which nothing came count as zero.
    """
    first = max(min(by_day, default=today), today - timedelta(days=LOOK_BACK))
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    if len(days) < LEAST:
        return None
    sums, counts = [ZERO] * 7, [0] * 7
    for day in days:
        sums[day.weekday()] += by_day.get(day, ZERO)
        counts[day.weekday()] += 1
    return Usual(tuple(total / n for total, n in zip(sums, counts, strict=True)), len(days))


def month_end(today: date) -> date:
    """The last day of its month."""
    return today.replace(day=monthrange(today.year, today.month)[1])


def still_to_come(by_day: Mapping[date, Decimal], usually: Usual, today: date) -> Iterable[tuple[date, Decimal]]:
    """What each day until the end of the month is expected to bring: of today, what is missing from the usual."""
    yield today, max(ZERO, usually.of(today) - by_day.get(today, ZERO))
    for n in range(1, (month_end(today) - today).days + 1):
        day = today + timedelta(days=n)
        yield day, usually.of(day)


def forecast(account: Account, today: date, cost_filter: CostFilter = EVERYTHING) -> list[Forecast]:
    """The running month's cost, a row for each currency, by the rated lines of each day."""
    by_day: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for (day,), sums in sums_of(account, _since(today), today, ["day"], cost_filter):
        if sums.cost is not None:
            by_day[sums.currency][day] += sums.cost
    return [_forecast(currency, by_day[currency], today) for currency in sorted(by_day)]


def _since(today: date) -> date:
    return min(today.replace(day=1), today - timedelta(days=LOOK_BACK))


def _forecast(currency: str, by_day: Mapping[date, Decimal], today: date) -> Forecast:
    to_date = sum((amount for day, amount in by_day.items() if day >= today.replace(day=1)), ZERO)
    usually = usual(by_day, today)
    if usually is None:
        return Forecast(currency, to_date, None, 0)
    rest = sum((amount for _, amount in still_to_come(by_day, usually, today)), ZERO)
    return Forecast(currency, to_date, (to_date + rest).quantize(_CENT, ROUND_HALF_EVEN), usually.days)


class _Count(NamedTuple):
    """What goes on over months as one count: a bucket without its month."""

    scope: str
    scope_id: int
    accrual_group: str


class _Pair(NamedTuple):
    """What a price is looked up by."""

    provider: str
    currency: str
    market: str
    category: str


class _Step(NamedTuple):
    """A tier of a card."""

    above: int
    up_to: int | None
    price: Decimal
    end_known: bool
    assumed: bool


@dataclass
class _Bucket:
    """A bucket of the running month, put together from its lines."""

    pk: int
    count: _Count
    allowance: int
    n: int
    pairs: set[_Pair]


def tier_progress(account: Account, today: date) -> list[TierProgress]:
    """Every count of the running month whose price depends on its volume, the one nearest to its next price first.

    Positions are those that rating gave: they follow the volume announced by the provider where there is one.
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
    found = (_progress(bucket, month) for bucket in buckets.values())
    return sorted((each for each in found if each), key=_nearest)


@dataclass(frozen=True)
class _Month:
    """What is known of all counts of the running month."""

    today: date
    history: Mapping[_Count, Mapping[date, Decimal]]
    external: Mapping[int, int]
    cards: Mapping[_Pair, list[_Step]]
    names: Mapping[tuple[str, int], str]


def _nearest(each: TierProgress) -> tuple[Any, ...]:
    share = each.position / each.threshold if each.threshold else -1
    return -share, -each.position, each.accrual_group, each.scope_name


def _counted(account: Account, today: date) -> tuple[dict[int, _Bucket], dict[_Count, dict[date, Decimal]]]:
    """The running month's buckets with what is counted in them, and each count's messages by day."""
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
            bucket.pairs.add(_Pair(*pair))
    return buckets, history


# The tiers in force today of everything that is priced by volume.
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


def _cards(account: Account, day: date, pairs: set[_Pair]) -> dict[_Pair, list[_Step]]:
    if not pairs:
        return {}
    providers, currencies, markets, categories = (list(column) for column in zip(*pairs, strict=True))
    steps: dict[_Pair, list[_Step]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TIERS, {
            "account": account.pk, "day": day, "providers": providers, "currencies": currencies, "markets": markets,
            "categories": categories, "assumed": ASSUMED, "forced": [], "with": [], "without": [],
        })  # fmt: skip
        for row in cursor.fetchall():
            steps[_Pair(*row[:4])].append(_Step(*row[4:]))
    return dict(steps)


def _scope_names(account: Account, counts: Sequence[_Count]) -> dict[tuple[str, int], str]:
    """The names of portfolios and phone numbers."""
    portfolios = [count.scope_id for count in counts if count.scope == AccrualScope.PORTFOLIO]
    numbers = [count.scope_id for count in counts if count.scope == AccrualScope.PHONE_NUMBER]
    found = BusinessPortfolio.objects.filter(account=account, pk__in=portfolios).values_list("pk", "name")
    names: dict[tuple[str, int], str] = {(AccrualScope.PORTFOLIO.value, pk): name for pk, name in found}
    if numbers:
        for pk, (code, name) in DIMENSIONS["channel"].names.of(account, numbers).items():
            names[AccrualScope.PHONE_NUMBER.value, pk] = name or code
    return names


def _progress(bucket: _Bucket, month: _Month) -> TierProgress | None:
    """None when the price does not depend on the volume."""
    external = month.external.get(bucket.pk, 0)
    position = bucket.n + external
    priced = {pair: month.cards[pair] for pair in sorted(bucket.pairs) if pair in month.cards}
    allowed = position < bucket.allowance
    if not allowed and all(len(steps) == 1 and steps[0].end_known for steps in priced.values()):
        return None
    bounds = {0, bucket.allowance, *(step.above for steps in priced.values() for step in steps)}
    threshold = min((bound for bound in bounds if bound > position), default=None)
    return TierProgress(
        scope=AccrualScope(bucket.count.scope),
        scope_name=month.names.get((bucket.count.scope, bucket.count.scope_id), ""),
        accrual_group=bucket.count.accrual_group,
        position=position,
        external=external,
        start=max(bound for bound in bounds if bound <= position),
        threshold=threshold,
        end_known=all(_at(steps, position).end_known for steps in priced.values()),
        expected_on=None if threshold is None else _expected_on(bucket.count, month, threshold - position),
        prices=tuple(_next_price(pair, steps, position, threshold, bucket.allowance) for pair, steps in priced.items()),
    )


def _at(steps: Sequence[_Step], position: int) -> _Step:
    """The tier of the message after this position."""
    return max((step for step in steps if step.above <= position), key=attrgetter("above"))


def _next_price(pair: _Pair, steps: Sequence[_Step], position: int, threshold: int | None, allowance: int) -> NextPrice:
    here = _at(steps, position)
    there = None if threshold is None else _at(steps, threshold)
    assumed = there is not None and there.above == threshold and there.assumed
    return NextPrice(
        market=pair.market,
        category=pair.category,
        provider=pair.provider,
        currency=pair.currency,
        now=ZERO if position < allowance else here.price,
        then=None if there is None or assumed else there.price,
        then_known=not assumed,
    )


def _expected_on(count: _Count, month: _Month, remaining: int) -> date | None:
    """The day on which so many more messages will have come."""
    by_day = month.history[count]
    usually = usual(by_day, month.today)
    left = Decimal(remaining)
    for day, n in still_to_come(by_day, usually, month.today) if usually else ():
        left -= n
        if left <= 0:
            return day
    return None
