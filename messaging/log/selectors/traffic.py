"""The counts of the dashboard, from slots and unfolded deltas, never from the log."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.db.models.functions import TruncDate

from accounts.models import Account
from core.extracts import inline_params
from core.periods import Period
from messaging.log.enums import ARRIVED, LOST, ON_THE_WAY, Status
from messaging.log.models import TrafficDay, TrafficDelta, TrafficDetail, TrafficSlot, TrafficZone
from providers.vocabulary import Direction


@dataclass(frozen=True)
class TrafficFilter:
    """The filters of the counts; None or empty means all."""

    subaccount_ids: Sequence[int] | None = None
    phone_number_id: int | None = None
    direction: str = ""
    statuses: Sequence[str] = ()
    category: str = ""
    country: str = ""
    template_ids: Sequence[int] | None = None
    error_code: int | None = None


@dataclass
class Counts:
    """Messages by status."""

    by_status: dict[str, int] = field(default_factory=dict)
    received: int = 0

    def add(self, direction: str, status: str, n: int) -> None:
        """Count n more."""
        if direction == Direction.INBOUND:
            self.received += n
        else:
            self.by_status[status] = self.by_status.get(status, 0) + n

    def of(self, *statuses: str) -> int:
        """Outbound messages that have one of the statuses."""
        return sum(self.by_status.get(status, 0) for status in statuses)

    @property
    def outbound(self) -> int:
        """All outbound messages."""
        return sum(self.by_status.values())

    @property
    def messages(self) -> int:
        """All messages, inbound and outbound."""
        return self.outbound + self.received

    @property
    def delivered(self) -> int:
        """Delivered, read or not."""
        return self.of(*ARRIVED)

    @property
    def read(self) -> int:
        """Delivered and read."""
        return self.of(Status.READ)

    @property
    def lost(self) -> int:
        """Undelivered, rejected or expired."""
        return self.of(*LOST)

    @property
    def settled(self) -> int:
        """Messages with an outcome: delivered or lost."""
        return self.delivered + self.lost

    @property
    def rate(self) -> float | None:
        """Delivered messages among those with an outcome; None while there is none."""
        return self.delivered / self.settled if self.settled else None

    @property
    def on_the_way(self) -> int:
        """Queued or sent, without an outcome yet."""
        return self.of(*ON_THE_WAY)

    @property
    def read_rate(self) -> float | None:
        """Read messages among the delivered ones; None while there is none."""
        return self.read / self.delivered if self.delivered else None


@dataclass
class CategoryCount:
    """Delivered messages of one pricing category."""

    category: str
    charged: int = 0
    free: int = 0

    @property
    def total(self) -> int:
        """Charged and free."""
        return self.charged + self.free


class Failure(NamedTuple):
    """A reason for messages that were not delivered: status, code and its source; 0 without a code."""

    status: str
    error_source: str
    error_code: int


@dataclass(frozen=True)
class Traffic:
    """The dashboard's counts: each day of the period, its total, the total of the period before, and categories and
    failures, the most frequent first.
    """

    days: dict[date, Counts]
    total: Counts
    previous: Counts
    categories: list[CategoryCount]
    failures: list[tuple[Failure, int]]


def traffic(account: Account, period: Period, zone: ZoneInfo, criteria: TrafficFilter) -> Traffic:
    """Count the messages created in the period, by days of the zone. One statement, so folding cannot count twice."""
    days = {day: Counts() for day in period.days}
    before = period.before
    total, previous = Counts(), Counts()
    categories: dict[str, CategoryCount] = {}
    failures: Counter[Failure] = Counter()
    for day, direction, status, category, free, error_source, error_code, n in _rows(account, period, zone, criteria):
        if day not in days:
            if day <= before.end:
                previous.add(direction, status, n)
            continue
        days[day].add(direction, status, n)
        total.add(direction, status, n)
        if direction == Direction.OUTBOUND and status in ARRIVED:
            count = categories.setdefault(category, CategoryCount(category))
            count.free += n if free else 0
            count.charged += 0 if free else n
        elif direction == Direction.OUTBOUND and status in LOST:
            failures[Failure(status, error_source, error_code)] += n
    return Traffic(
        days,
        total,
        previous,
        sorted(categories.values(), key=lambda count: -count.total),
        sorted(failures.items(), key=lambda entry: (-entry[1], entry[0])),
    )


def counts(account: Account, start: datetime, end: datetime, criteria: TrafficFilter) -> Counts:
    """The messages created from `start` until before `end`, which are edges of quarter hours. One statement."""
    keys = ("direction", "status")

    def summed(model: Any) -> Any:
        rows = model.objects.filter(account=account, slot__gte=start, slot__lt=end).filter(counts_condition(criteria))
        return rows.values(*keys).annotate(total=Sum("n")).values_list(*keys, "total")

    result = Counts()
    for direction, status, n in summed(counts_model(criteria)).union(summed(TrafficDelta), all=True):
        result.add(direction, status, n)
    return result


def has_traffic(account: Account) -> bool:
    """Whether the account has any messages."""
    return TrafficSlot.objects.filter(account=account).exists() or TrafficDelta.objects.filter(account=account).exists()


def counts_model(criteria: TrafficFilter, *, detailed: bool = False) -> type[TrafficSlot | TrafficDetail]:
    """Return the smallest table of counts that has all criteria; the `detailed` one has country and template."""
    return TrafficDetail if detailed or criteria.country or criteria.template_ids is not None else TrafficSlot


def counted_rows(account: Account, criteria: TrafficFilter, span: tuple[datetime, datetime]) -> list[str]:
    """The counts of a span, slots and deltas, as complete SQL statements for exports."""
    models: tuple[Any, ...] = (counts_model(criteria), TrafficDelta)
    rows = (model.objects.filter(account=account, slot__gte=span[0], slot__lt=span[1]) for model in models)
    return [
        inline_params(*counted.filter(counts_condition(criteria)).values().query.sql_with_params()) for counted in rows
    ]


def counts_condition(criteria: TrafficFilter) -> Q:
    """The filter as a condition on counts."""
    lookups = {
        "subaccount_id__in": criteria.subaccount_ids,
        "phone_number_id": criteria.phone_number_id,
        "direction": criteria.direction or None,
        "status__in": criteria.statuses or None,
        "category": criteria.category or None,
        "country": criteria.country or None,
        "template_id__in": criteria.template_ids,
        "error_code": criteria.error_code,
    }
    return Q(**{name: value for name, value in lookups.items() if value is not None})


def _rows(account: Account, period: Period, zone: ZoneInfo, criteria: TrafficFilter) -> Iterable[tuple[Any, ...]]:
    """(day, direction, status, category, free, error_source, error_code, n), for the period and the one before it; days
    may repeat.
    """
    start, end = period.before.moments(zone)[0], period.moments(zone)[1]
    keys = ("day", "direction", "status", "category", "free", "error_source", "error_code")

    def summed(rows: Any) -> Any:
        return (
            rows.filter(counts_condition(criteria)).values(*keys).annotate(total=Sum("n")).values_list(*keys, "total")
        )

    def slots(model: Any) -> Any:
        rows = model.objects.filter(account=account, slot__gte=start, slot__lt=end)
        return summed(rows.annotate(day=TruncDate("slot", tzinfo=zone)))

    counts_of = counts_model(criteria)
    if counts_of is TrafficSlot and TrafficZone.objects.filter(account=account, zone=zone.key).exists():
        days = TrafficDay.objects.filter(account=account, zone=zone.key, day__range=(period.before.start, period.end))
        by_day: Iterable[tuple[Any, ...]] = summed(days).union(slots(TrafficDelta), all=True)
        return by_day
    rows: Iterable[tuple[Any, ...]] = slots(counts_of).union(slots(TrafficDelta), all=True)
    return rows
