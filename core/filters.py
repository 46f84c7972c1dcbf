"""The filter bar: what a page was asked for, as pills that can be taken away one by one; all of it lives in the URL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from django.http import QueryDict

from core.words import Text

NOTHING: Mapping[str, str] = MappingProxyType({})
PAGING = ("older", "newer")
BLANK = "Provide a value or omit the parameter."


@dataclass(frozen=True)
class Pill:
    """One chosen filter, by its parameter, and the URL query without it."""

    name: str
    label: Text
    value: Text
    without: str


def query(
    params: QueryDict, change: Mapping[str, str] = NOTHING, *, drop: Iterable[str] = (), same_page: bool = False
) -> str:
    """The query string with some parameters changed and others dropped, empty ones left out; it always starts with "?".

    It leads to the first page unless told to stay.
    """
    gone = {*drop, *change, *(() if same_page else PAGING)}
    kept = [(name, value) for name, values in params.lists() if name not in gone for value in values if value]
    # An empty subaccount is said, not left out: leaving it out means "the one chosen last".
    if "subaccount" in params and not params["subaccount"] and "subaccount" not in gone:
        kept.append(("subaccount", ""))
    return "?" + urlencode(kept + list(change.items()))


def pills(params: QueryDict, chosen: Mapping[str, tuple[Text, Text]]) -> list[Pill]:
    """A pill for each parameter in `chosen` (name to label and value)."""
    result = []
    for name, (label, value) in chosen.items():
        if name == "subaccount":
            without = query(params, {"subaccount": ""})
        else:
            drop = ("range", "from", "to") if name == "range" else (name,)
            without = query(params, drop=drop)
        result.append(Pill(name, label, value, without))
    return result
