"""Markets: the market of a country on a day, and the tables that define it."""

import re
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from phonenumbers import country_code_for_region

from billing.models import BUNDLED, MarketCountry, MarketTable
from billing.prices.files import file_error, parse_market, records_of, sha256_of
from billing.pricing import MarketPeriod, market_on
from core.periods import YEARS, years_problem

# Meta decides by calling code. Countries of different markets share +1, and each that is not `Other` is listed.
_SPLIT_CODES = {1}
COLUMNS = ("market", "country_iso2", "calling_code", "valid_from", "valid_to", "source")


class MarketMap:
    """A market table, read once with a single query. Defaults to the table in force."""

    def __init__(self, table: MarketTable | None = None) -> None:
        self._by_country: dict[str, list[MarketPeriod]] = defaultdict(list)
        self._by_code: dict[str, list[MarketPeriod]] = defaultdict(list)
        self._cache: dict[tuple[str, date], str] = {}
        rows = (
            MarketCountry.objects.filter(table=table) if table else MarketCountry.objects.filter(table__is_active=True)
        )
        for country, code, market, start, end in rows.values_list(
            "country", "calling_code", "market", "valid_from", "valid_to"
        ):
            period = MarketPeriod(market, start, end)
            self._by_country[country].append(period)
            self._by_code[code].append(period)

    def market(self, country: str, day: date) -> str:
        """The market of an ISO country; empty for an unknown one.

        A territory that Meta does not list (Guernsey, +44) belongs to the market of the country with its calling code.
        """
        if (market := self._cache.get((country, day))) is None:
            market = self._cache[country, day] = self._look_up(country, day)
        return market

    def spelling(self, market: str) -> str | None:
        """The table's spelling of a market, ignoring case; None for an unknown market."""
        names = {period.market.lower(): period.market for periods in self._by_country.values() for period in periods}
        return names.get(market.strip().lower())

    def _look_up(self, country: str, day: date) -> str:
        if not country:
            return ""
        periods = self._by_country.get(country)
        if periods is None:
            code = country_code_for_region(country)
            periods = [] if code in _SPLIT_CODES else self._by_code.get(str(code), [])
        return market_on(periods, day)


@transaction.atomic
def market_spellings() -> dict[str, str]:
    """The names of markets as the market table spells them, by their lower case."""
    return {name.lower(): name for name in MarketCountry.objects.values_list("market", flat=True).distinct()}


def load_market_file(path: Path) -> MarketTable | None:
    """Put a market file in force as a new revision; None if the same file was loaded before."""
    if MarketTable.objects.filter(sha256=sha256_of(path)).exists():
        return None
    table = import_market_file(path)
    table.activate(by=BUNDLED)
    return table


@transaction.atomic
def import_market_file(path: Path) -> MarketTable:
    """Create a draft of the market table from a file (`COLUMNS`). Raises UserError."""
    latest = MarketTable.objects.order_by("-revision").first()
    table = MarketTable.objects.create(
        revision=latest.revision + 1 if latest else 1, name="Markets", sha256=sha256_of(path), is_active=False
    )
    rows = [_country(table, number, row) for number, row in records_of(path, COLUMNS)]
    if not rows:
        raise file_error(_("The file has no countries: add one row for each country and period."))
    _check_overlaps(rows)
    MarketCountry.objects.bulk_create(rows)
    return table


def _country(table: MarketTable, number: int, row: dict[str, str]) -> MarketCountry:
    # * stands for all unlisted countries; the source uses it for `Other`, which needs no row.
    wildcard = row["country_iso2"] == row["calling_code"] == "*"
    country = re.fullmatch("[A-Za-z]{2}", row["country_iso2"]) and re.fullmatch("[0-9]{1,8}", row["calling_code"])
    if not (wildcard or country):
        raise file_error(_("Row %(number)s: enter a country such as IN and a calling code such as 91."), number=number)
    start = _day(number, "valid_from", row["valid_from"])
    end = _day(number, "valid_to", row["valid_to"]) if row["valid_to"] else None
    if end and end < start:
        raise file_error(
            _("Row %(number)s: valid_to (%(end)s) is before valid_from (%(start)s)."),
            number=number,
            end=end,
            start=start,
        )
    return MarketCountry(
        table=table, country=row["country_iso2"].upper(), calling_code=row["calling_code"],
        market=parse_market(row["market"], number), valid_from=start, valid_to=end, source=row["source"],
    )  # fmt: skip


def _day(number: int, column: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise file_error(
            _("Row %(number)s: enter %(column)s as 2026-10-01, not %(text)s."),
            number=number,
            column=column,
            text=repr(text[:80]),
        ) from None
    if day.year not in YEARS:
        raise file_error(
            _("Row %(number)s: %(column)s: %(problem)s"), number=number, column=column, problem=years_problem()
        )
    return day


def _check_overlaps(rows: list[MarketCountry]) -> None:
    """Raise UserError if a country is in two markets on one day."""
    by_country: dict[tuple[str, str], list[MarketCountry]] = defaultdict(list)
    for row in rows:
        by_country[row.country, row.calling_code].append(row)
    for (country, _code), periods in by_country.items():
        periods.sort(key=lambda row: row.valid_from)
        for former, later in pairwise(periods):
            if former.valid_to is None or former.valid_to >= later.valid_from:
                raise file_error(
                    _(
                        "%(country)s is in %(market)s and in %(other)s on %(valid_from)s: "
                        "end the former the day before (valid_to)."
                    ),
                    country=country,
                    market=former.market,
                    other=later.market,
                    valid_from=later.valid_from,
                )
