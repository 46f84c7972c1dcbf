"""The names of countries. The database stores their ISO 3166 codes."""

from functools import cache
from pathlib import Path

from django.utils.translation import get_language, gettext


@cache
def countries() -> dict[str, str]:
    """Code to English name, sorted by name."""
    lines = (Path(__file__).parent / "countries.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" ", 1) for line in lines)
    return dict(sorted(((code, name) for code, name in pairs), key=lambda pair: pair[1]))


def country_name(code: str) -> str:
    """The name of a country in the language of the page, or the code if it is unknown."""
    name = countries().get(code)
    return gettext(name) if name else code


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country, sorted by name in the language of the page."""
    return list(_choices(get_language()))


@cache
def _choices(language: str | None) -> list[tuple[str, str]]:
    """The names in the active language, which is `language`."""
    return sorted(((code, gettext(name)) for code, name in countries().items()), key=lambda pair: pair[1])
