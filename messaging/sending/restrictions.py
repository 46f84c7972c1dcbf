"""Countries whose people cannot receive messages, as dated data (data/restricted_countries.csv).

Crimea, Donetsk and Luhansk are restricted too; no phone number tells them from the rest of Ukraine.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "restricted_countries.csv"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One country, from the first day to the last; None: it has none that is known."""

    name: str
    first: date | None
    last: date | None
    source: str


def restricted(country: str, day: date) -> Restriction | None:
    """What forbids sending to a country (ISO 3166) on a day."""
    for one in _restrictions().get(country, ()):
        if (one.first is None or one.first <= day) and (one.last is None or day <= one.last):
            return one
    return None


@lru_cache(maxsize=1)
def _restrictions() -> dict[str, list[Restriction]]:
    by_country: dict[str, list[Restriction]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one = Restriction(row["name"], _day(row["valid_from"]), _day(row["valid_to"]), row["source"])
            by_country.setdefault(row["country"], []).append(one)
    return by_country


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
