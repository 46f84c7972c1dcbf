"""Names of countries for people; ISO 3166 codes are what is stored."""

from functools import cache
from pathlib import Path


@cache
def countries() -> dict[str, str]:
    """Code to English name, sorted by name."""
    lines = (Path(__file__).parent / "countries.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" ", 1) for line in lines)
    return dict(sorted(((code, name) for code, name in pairs), key=lambda pair: pair[1]))


def country_name(code: str) -> str:
    """The name of a country, or its code when we do not know it."""
    return countries().get(code, code)
