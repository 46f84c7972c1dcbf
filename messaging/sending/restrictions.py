"""Countries whose people cannot receive messages, as dated data (data/restricted_countries.csv).

Crimea, Donetsk and Luhansk are restricted too; phone numbers do not distinguish them from the rest of Ukraine.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "restricted_countries.csv"


@dataclass(frozen=True, slots=True)
class Restriction:
    """The restriction of one country from its first to its last day; None where unknown."""

    name: str
    first: date | None
    last: date | None
    source: str


def restriction_of(country: str, day: date) -> Restriction | None:
    """The restriction of a country (ISO 3166) on a day; None when it has none."""
    for restriction in _restrictions().get(country, ()):
        if (restriction.first is None or restriction.first <= day) and (
            restriction.last is None or day <= restriction.last
        ):
            return restriction
    return None


@lru_cache(maxsize=1)
def _restrictions() -> dict[str, list[Restriction]]:
    by_country: dict[str, list[Restriction]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            restriction = Restriction(row["name"], _day(row["valid_from"]), _day(row["valid_to"]), row["source"])
            by_country.setdefault(row["country"], []).append(restriction)
    return by_country


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
