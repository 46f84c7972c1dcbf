"""The cost report: rated lines summed by what the reader asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, Max, Min, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts.models import Account, Subaccount, Waba
from billing.enums import ChargeState
from billing.models import Bucket, DirtyBucket, MarketCountry, RatedLine
from billing.selectors.names import naming
from portal.core.money import ZERO

GROUPS = (
    "day", "month", "subaccount", "waba", "provider", "channel", "template", "country", "market", "category", "tier",
)  # fmt: skip


class TemplateKey(NamedTuple):
    """A template in a report, whichever WABA's it is."""

    name: str
    language: str


class TierKey(NamedTuple):
    """A volume tier in a report: messages `start` to `end` (None: open) of those counted together.

    Not `end_known`: lower prices may follow, but nobody knows from where. `anchored`: positions counted with volume
    at other providers.
    """

    number: int
    start: int
    end: int | None
    end_known: bool
    anchored: bool


@dataclass
class Resale:
    """What a row's messages bring in the account's own prices. `amount` covers the priced ones of those that have sell
    terms, `cost` is what the provider charges for these; `unrated` counts those that lack either price.
    """

    amount: Decimal = ZERO
    cost: Decimal = ZERO
    unrated: int = 0

    @property
    def margin(self) -> Decimal | None:
        """Amount minus cost; None while a message lacks either."""
        return None if self.unrated else self.amount - self.cost


@dataclass
class CostRow:
    """One row of a report. `amount` covers the priced messages; `unrated` counts those without a price. `resale` is
    None where the account has no sell terms.
    """

    keys: dict[str, Any]
    currency: str
    delivered: int = 0
    charged: int = 0
    free: int = 0
    unrated: int = 0
    amount: Decimal = ZERO
    resale: Resale | None = None

    @property
    def priced(self) -> bool:
        """Whether the amount is a price: something was charged, or all of it is known to be free."""
        return bool(self.charged) or (bool(self.free) and not self.unrated)


@dataclass(frozen=True)
class CostFilter:
    """Which messages a report counts; None or empty means all. `subaccount_ids` are those the asker may see; the others
    are what they ask for: a subaccount's code, a channel's id at its provider, a template's name, words of the report.
    """

    subaccount_ids: Sequence[int] | None = None
    subaccount: str = ""
    channel: str = ""
    template: str = ""
    country: str = ""
    market: str = ""
    category: str = ""
    state: str = ""


EVERYTHING = CostFilter()


@dataclass(frozen=True)
class CostReport:
    """Cost by group. Days are inclusive and in the time zone of each message's WABA; currencies are never mixed.

    Every delivery recorded until `data_as_of` is in.
    """

    start: date
    end: date
    time_zone: str
    data_as_of: datetime
    group_by: tuple[str, ...]
    rows: list[CostRow] = field(repr=False)
    totals: list[CostRow]

    @property
    def resold(self) -> bool:
        """Whether any of it is resold."""
        return any(row.resale for row in self.totals)


def cost_report(
    account: Account, *, start: date, end: date, group_by: Sequence[str], chosen: CostFilter = EVERYTHING
) -> CostReport:
    """Sum the rated lines of an account. Raises ValueError naming an unknown group."""
    for group in group_by:
        if group not in GROUPS:
            raise ValueError(f"cannot group by {group!r}: choose from {', '.join(GROUPS)}")
    groups = tuple(dict.fromkeys(group_by))
    rows = _rows(account, lines_of(account, start, end, chosen), groups)
    return CostReport(
        start=start,
        end=end,
        time_zone=billing_zone(account),
        data_as_of=data_as_of(account, start, end),
        group_by=groups,
        rows=rows,
        totals=_totals(rows),
    )


def cost_totals(account: Account, start: date, end: date, chosen: CostFilter = EVERYTHING) -> list[CostRow]:
    """One row for each currency."""
    return _rows(account, lines_of(account, start, end, chosen), ())


def lines_of(account: Account, start: date, end: date, chosen: CostFilter) -> QuerySet[RatedLine]:
    """The rated lines of these days."""
    lines = RatedLine.objects.filter(account=account, day__range=(start, end))
    if chosen.subaccount_ids is not None:
        lines = lines.filter(kind__subaccount_id__in=chosen.subaccount_ids)
    if chosen.subaccount:
        own = Subaccount.objects.filter(account=account, code=chosen.subaccount)
        lines = lines.filter(kind__subaccount_id__in=own.values("pk"))
    if chosen.channel:
        lines = lines.filter(kind__phone_number_id__in=naming("channel").ids(account, chosen.channel))
    if chosen.template:
        lines = lines.filter(kind__template_id__in=naming("template").ids(account, chosen.template))
    plain = {"kind__country": chosen.country, "kind__market": chosen.market, "kind__category": chosen.category,
             "state": chosen.state}  # fmt: skip
    return lines.filter(**{name: value for name, value in plain.items() if value})


def has_costs(account: Account) -> bool:
    """Whether anything was ever rated for the account."""
    return RatedLine.objects.filter(account=account).exists()


def market_names() -> list[str]:
    """Every market a country was ever in, by the table in force."""
    rows = MarketCountry.objects.filter(table__is_active=True)
    return list(rows.order_by("market").values_list("market", flat=True).distinct())


def billing_zone(account: Account) -> str:
    """The time zone of the account's WABAs, or all of them when they differ."""
    zones = Waba.objects.filter(account=account).order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return ", ".join(zones) or account.time_zone


def today_in(zones: str) -> date:
    """Today in the first of the WABAs' zones (see billing_zone): it decides which day it is when they differ."""
    return timezone.localdate(timezone=ZoneInfo(zones.partition(",")[0]))


def data_as_of(account: Account, start: date, end: date) -> datetime:
    """Until when deliveries are certainly in the figures of these days.

    Buckets with news that are not rated yet, or cannot be, stand as they were last rated; all others are complete.
    """
    waiting = Exists(DirtyBucket.objects.filter(bucket=OuterRef("pk")))
    found = Bucket.objects.filter(account=account, month__range=(start.replace(day=1), end)).aggregate(
        behind=Min("rated_at", filter=waiting), latest=Max("rated_at")
    )
    return found["behind"] or found["latest"] or timezone.now()


Namer = Callable[[Account, set[int]], Mapping[int, Any]]


@dataclass(frozen=True)
class _Group:
    """Columns to group by, and how a row's values of them become keys. `names` is asked once, for all ids found."""

    columns: dict[str, Any]
    keys: Callable[[tuple[Any, ...], Mapping[int, Any]], dict[str, Any]]
    names: Namer = lambda account, ids: {}


def _plain(name: str, column: Any) -> _Group:
    return _Group({f"key_{name}": column}, lambda values, _: {name: values[0]})


def _named(name: str, column: str, names: Namer) -> _Group:
    """An id, as its code and its name."""

    def keys(values: tuple[Any, ...], found: Mapping[int, Any]) -> dict[str, Any]:
        code, label = found.get(values[0], ("", ""))
        return {name: code, f"{name}_name": label}

    return _Group({f"key_{name}": F(column)}, keys, names)


def _subaccounts(account: Account, ids: set[int]) -> Mapping[int, tuple[str, str]]:
    rows = Subaccount.objects.filter(account=account, pk__in=ids).values_list("pk", "code", "name")
    return {pk: (code, name) for pk, code, name in rows}


def _wabas(account: Account, ids: set[int]) -> Mapping[int, tuple[str, str]]:
    rows = Waba.objects.filter(account=account, pk__in=ids).values_list("pk", "waba_id", "name")
    return {pk: (waba_id, name) for pk, waba_id, name in rows}


def _template_key(values: tuple[Any, ...], found: Mapping[int, Any]) -> dict[str, Any]:
    name = found.get(values[0])
    return {"template": TemplateKey(*name) if name else None}


def _tier_key(values: tuple[Any, ...], _: Mapping[int, Any]) -> dict[str, Any]:
    number, above, *rest = values
    return {"tier": None if number is None else TierKey(number, above + 1, *rest)}


_COLUMNS = {
    "day": _plain("day", F("day")),
    "month": _plain("month", TruncMonth("day")),
    "subaccount": _named("subaccount", "kind__subaccount_id", _subaccounts),
    "waba": _named("waba", "kind__waba_id", _wabas),
    "provider": _plain("provider", F("kind__provider")),
    "channel": _named("channel", "kind__phone_number_id", lambda *asked: naming("channel").names(*asked)),
    "template": _Group(
        {"key_template": F("kind__template_id")}, _template_key, lambda *asked: naming("template").names(*asked)
    ),
    "country": _plain("country", F("kind__country")),
    "market": _plain("market", F("kind__market")),
    "category": _plain("category", F("kind__category")),
    "tier": _Group(
        {
            "key_tier": F("rate__tier"), "key_above": F("rate__above"), "key_up_to": F("rate__up_to"),
            "key_end_known": F("rate__end_known"), "key_anchored": F("anchored"),
        },
        _tier_key,
    ),
}  # fmt: skip


def _rows(account: Account, lines: QuerySet[RatedLine], group_by: tuple[str, ...]) -> list[CostRow]:
    """Sum in one statement, then name what is ids there. Ids of one name (a template in two WABAs) are one row."""
    groups = [_COLUMNS[group] for group in group_by]
    columns = {name: column for group in groups for name, column in group.columns.items()}
    sums = list(
        lines.annotate(**columns)
        .values_list(*columns, "kind__currency", "state", "sell_state")
        .annotate(n=Sum("n"), cost=Sum("amount"), sold=Sum("sell_amount"))
        .order_by()
    )
    parts = list(_parts(account, groups, sums))
    rows: dict[tuple[Any, ...], CostRow] = {}
    for values in sums:
        currency, *figures = values[len(columns) :]
        keys: dict[str, Any] = {}
        for group, part, names in parts:
            keys |= group.keys(values[part], names)
        _add(rows.setdefault((*keys.values(), currency), CostRow(keys, currency)), *figures)
    return [rows[key] for key in sorted(rows, key=_sortable)]


def _parts(
    account: Account, groups: Iterable[_Group], sums: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[_Group, slice, Mapping[int, Any]]]:
    """Each group, where its columns stand, and the names of the ids there."""
    start = 0
    for group in groups:
        part = slice(start, start + len(group.columns))
        yield group, part, group.names(account, {values[start] for values in sums})
        start = part.stop


def _add(  # noqa: PLR0917 - a row of the statement
    row: CostRow, state: str, sell_state: str, n: int, cost: Decimal | None, sold: Decimal | None
) -> None:
    """Count n messages of one state."""
    row.delivered += n
    row.charged += n if state == ChargeState.CHARGED else 0
    row.free += n if state == ChargeState.FREE else 0
    row.unrated += n if state == ChargeState.UNRATED else 0
    row.amount += cost or ZERO
    if sell_state:
        row.resale = row.resale or Resale()
        row.resale.amount += sold or ZERO
        row.resale.cost += cost or ZERO
        row.resale.unrated += n if ChargeState.UNRATED in {state, sell_state} else 0


def _totals(rows: Iterable[CostRow]) -> list[CostRow]:
    """The rows of each currency as one."""
    totals: dict[str, CostRow] = {}
    for row in rows:
        total = totals.setdefault(row.currency, CostRow({}, row.currency))
        for name in ("delivered", "charged", "free", "unrated", "amount"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
        if row.resale:
            total.resale = total.resale or Resale()
            for name in ("amount", "cost", "unrated"):
                setattr(total.resale, name, getattr(total.resale, name) + getattr(row.resale, name))
    return [totals[currency] for currency in sorted(totals)]


def _sortable(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """A key in which nothing sorts behind everything."""
    return tuple((part is None, _sortable(part) if isinstance(part, tuple) else part) for part in key)
