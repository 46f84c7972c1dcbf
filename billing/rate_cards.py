"""Loading markets and rate cards from the project's own files (billing/data), each figure with its source.

Columns of a card: market, category, currency, tier_from, tier_to, rate, source. `tier_to` is a number (included), MAX
(no end) or empty (the end is not known). A row whose source starts with MISSING has no rate: such messages stay
unrated. Public copies rarely hold the tiers above the first; what lies above the last known one is rated at its
price, in a tier of its own that says so.
"""

import csv
import hashlib
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from billing.models import MarketCountry, Rate, RateCard

DATA = Path(__file__).parent / "data"
_ASSUMED = "ASSUMED: price of the tier below; the tiers here are not in the file"


def load_bundled() -> None:
    """Load the markets and every bundled card that is not loaded yet. Safe to repeat."""
    load_markets(DATA / "markets.csv")
    for path in sorted((DATA / "rate_cards").glob("*.csv")):
        load_card_file(path, date.fromisoformat(path.stem))


@transaction.atomic
def load_markets(path: Path) -> None:
    """Add the rows of the market file that are not there yet."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [
            MarketCountry(
                country=row["country_iso2"], calling_code=row["calling_code"], market=row["market"],
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None, source=row["source"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    MarketCountry.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def load_card_file(path: Path, effective_from: date) -> list[RateCard]:
    """Load one card per currency in the file, as a new revision in force; currencies already loaded are left alone.

    Raises KeyError for a missing column and decimal.InvalidOperation for a rate that is no number.
    """
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    by_currency: dict[str, list[dict[str, str]]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_currency[row["currency"]].append(row)
    loaded = set(RateCard.objects.filter(sha256=sha256).values_list("currency", flat=True))
    return [
        _load_card(currency, effective_from, sha256, rows)
        for currency, rows in sorted(by_currency.items())
        if currency not in loaded
    ]


def _load_card(currency: str, effective_from: date, sha256: str, rows: list[dict[str, str]]) -> RateCard:
    former = RateCard.objects.filter(currency=currency, effective_from=effective_from)
    revision = former.count() + 1
    former.update(is_active=False)
    card = RateCard.objects.create(
        currency=currency, effective_from=effective_from, revision=revision, sha256=sha256,
        name=f"Meta {currency} {effective_from}",
    )  # fmt: skip
    Rate.objects.bulk_create(_rates(card, rows))
    return card


def _rates(card: RateCard, rows: list[dict[str, str]]) -> list[Rate]:
    tiers: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        if row["rate"]:
            tiers[row["market"], row["category"]].append(row)
    return [rate for (market, category), steps in tiers.items() for rate in _tiers(card, market, category, steps)]


def _tiers(card: RateCard, market: str, category: str, steps: list[dict[str, str]]) -> list[Rate]:
    """Contiguous tiers from 0 to open end; a hole between known tiers gets a tier at the price below it."""
    rates: list[Rate] = []

    def add(above: int, up_to: int | None, price: Decimal, source: str, *, end_known: bool) -> None:
        rates.append(
            Rate(
                card=card, market=market, category=category, tier=len(rates) + 1, above=above, up_to=up_to,
                unit_price=price, source=source, end_known=end_known,
            )
        )  # fmt: skip

    for step in sorted(steps, key=lambda step: int(step["tier_from"])):
        above, last = max(int(step["tier_from"]) - 1, 0), step["tier_to"]
        if rates and rates[-1].up_to is not None and rates[-1].up_to < above:
            add(rates[-1].up_to, above, rates[-1].unit_price, _ASSUMED, end_known=False)
        up_to = int(last) if last.isdigit() else None
        add(above, up_to, Decimal(step["rate"]), step["source"], end_known=bool(last))
    if rates[-1].up_to is not None:
        add(rates[-1].up_to, None, rates[-1].unit_price, _ASSUMED, end_known=False)
    return rates
