"""Reading rate card files: Tollgate's own layout and Meta's two layouts. Nothing here uses the database.

* own: market, category, currency, tier_from, tier_to, rate, source; `tier_to` is a number (inclusive), MAX, or empty
  if it is unknown
* Meta's rates: a few title rows, then Market, Currency, Marketing, Utility, Authentication, …; `n/a` is no rate
* Meta's volume tiers: 17 columns: market and currency, then From, To, Rate type, Rate and vs. List rate for each of
  utility, authentication and authentication-international; only the first row of a market names it, `--` is no end

Source of the layouts: files of Meta's pricing page as of 2026-07, which spell currencies in many ways.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from billing.prices.files import file_error, parse_count, parse_currency, parse_market, rows_of
from providers.vocabulary import card_columns

_TIERED = ("utility", "authentication", "authentication-international")
_TIER_COLUMNS = 2 + 5 * len(_TIERED)
_HIGHEST_PRICE = Decimal(100_000)
_MAX_DECIMALS = 9
# A currency may stand before a rate. Commas are between thousands only: 0,0118 is no rate, because it could be 118.
_RATE = re.compile(
    r"(?P<sign>-)?[^\W\d_]{0,3}[$€£¥₹₨₩₺₽]?\s*(?P<digits>(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?|\.\d+)"
)


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of a card: positions `above` < p ≤ `up_to` cost `price`; None if the source has no price."""

    market: str
    category: str
    currency: str
    above: int
    up_to: int | None
    end_known: bool
    price: Decimal | None
    source: str


def read_card_file(path: Path) -> list[RateRow]:
    """The rows of a file in any of the three layouts, of which at least one has a price. Raises UserError."""
    rates = list(_read(rows_of(path), path.name))
    if all(rate.price is None for rate in rates):
        raise file_error(_("The file has no prices: it needs at least one row with a rate below its header."))
    return rates


def _read(rows: list[list[str]], source: str) -> Iterator[RateRow]:
    for number, row in enumerate(rows):
        names = [cell.strip().lower() for cell in row]
        if {"market", "category"} <= set(names):
            return _own_rows(rows, number, names)
        if names[:1] == ["market"] and "marketing" in names:
            return _rate_rows(rows, number, names, source)
        if names.count("from") == len(_TIERED) and len(row) >= _TIER_COLUMNS:
            return _tier_rows(rows, number, source)
    if any(";" in row[0] for row in rows if row):
        raise file_error(
            _("The columns are separated by semicolons: save the file as CSV with commas, and rates with a point.")
        )
    raise file_error(
        _(
            "No header row found. It must begin with Market and name Marketing, or From and To three times, or have "
            "the columns market, category, currency, tier_from, tier_to, rate, source."
        )
    )


def _own_rows(rows: list[list[str]], header: int, names: list[str]) -> Iterator[RateRow]:
    missing = {"market", "category", "currency", "tier_from", "tier_to", "rate", "source"} - set(names)
    if missing:
        raise file_error(
            _("Row %(number)d is missing the column %(missing)s."),
            number=header + 1,
            missing=", ".join(sorted(missing)),
        )
    first: dict[tuple[str, ...], tuple[int, int]] = {}  # of each price: where its lowest tier begins, and the row
    for number, cells in _numbered_cells(rows, header):
        row = dict(zip(names, cells, strict=False))
        last = row["tier_to"].strip()
        rate = RateRow(
            market=parse_market(row["market"], number),
            category=_category(row["category"], number),
            currency=parse_currency(row["currency"], number),
            above=max(parse_count(row["tier_from"], number, "tier_from") - 1, 0),
            up_to=parse_count(last, number, "tier_to") if last not in {"", "MAX"} else None,
            end_known=bool(last),
            price=_price(row["rate"], number),
            source=row["source"],
        )
        tiers = (rate.market, rate.category, rate.currency)
        first[tiers] = min(first.get(tiers, (rate.above, number)), (rate.above, number))
        yield rate
    for above, number in first.values():
        if above:
            raise file_error(
                _("Row %(number)d: the first tier begins at %(first)d: set its tier_from to 0."),
                number=number,
                first=above + 1,
            )


def _rate_rows(rows: list[list[str]], header: int, names: list[str], source: str) -> Iterator[RateRow]:
    columns = [(names.index(category), category) for category in card_columns() if category in names]
    for number, cells in _numbered_cells(rows, header):
        market, currency = parse_market(cells[0], number), parse_currency(cells[names.index("currency")], number)
        for index, category in columns:
            price = _price(cells[index], number)
            # The file has no tiers, so the end of the list rate is unknown for categories with tiers.
            end_known = category not in _TIERED
            yield RateRow(market, category, currency, 0, None, end_known, price, f"FOUND: {source}, row {number}")


def _tier_rows(rows: list[list[str]], header: int, source: str) -> Iterator[RateRow]:
    market = currency = ""
    for number, cells in _numbered_cells(rows, header):
        market, currency = cells[0].strip() or market, cells[1].strip() or currency
        for group, category in enumerate(_TIERED):
            first, last, _, rate, *_rest = cells[2 + 5 * group : 7 + 5 * group]
            price = _price(rate, number)
            if price is None or not first.strip() or _is_absent(first):
                continue
            yield RateRow(
                market=parse_market(market, number),
                category=category,
                currency=parse_currency(currency, number),
                above=max(parse_count(first, number, "From") - 1, 0),
                up_to=None if last.strip() in {"--", ""} else parse_count(last, number, "To"),
                end_known=True,
                price=price,
                source=f"FOUND: {source}, row {number}",
            )


def _numbered_cells(rows: list[list[str]], header: int) -> Iterator[tuple[int, list[str]]]:
    """The row numbers that a spreadsheet shows, and the cells, as many as the header has."""
    width = len(rows[header])
    for number, cells in enumerate(rows[header + 1 :], start=header + 2):
        if any(cell.strip() for cell in cells):
            yield number, [cell.strip() for cell in cells] + [""] * (width - len(cells))


def _is_absent(text: str) -> bool:
    return text.strip().lower() in {"", "n/a", "na", "-", "--"}


def _price(text: str, number: int) -> Decimal | None:
    if _is_absent(text):
        return None
    match = _RATE.fullmatch(text.strip())
    if match is None:
        raise file_error(
            _("Row %(number)s: %(text)s is not a rate; enter it as 0.0118, or n/a."), number=number, text=repr(text)
        )
    digits = match["digits"].replace(",", "")
    price = Decimal(digits)
    if match["sign"] or price > _HIGHEST_PRICE:
        raise file_error(
            _("Row %(number)s: a rate of %(text)s is not between 0 and %(highest)s."),
            number=number,
            text=repr(text),
            highest=_HIGHEST_PRICE,
        )
    if len(digits.partition(".")[2].rstrip("0")) > _MAX_DECIMALS:
        raise file_error(
            _("Row %(number)s: a rate of %(text)s has more than %(most)d decimals."),
            number=number,
            text=repr(text),
            most=_MAX_DECIMALS,
        )
    return price


def _category(text: str, number: int) -> str:
    spelled = text.strip().lower().replace("_", "-")
    category = next((name for name in card_columns() if name.replace("_", "-") == spelled), None)
    if category is None:
        raise file_error(
            _("Row %(number)s: %(text)s is not a category; choose from %(categories)s."),
            number=number,
            text=repr(text),
            categories=", ".join(card_columns()),
        )
    return category
