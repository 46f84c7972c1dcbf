"""The filter bar: the filters in the URL, as pills that can be removed one by one."""

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
    """One active filter: its parameter, and the URL query without it."""

    name: str
    label: Text
    value: Text
    without: str


def query(
    params: QueryDict, change: Mapping[str, str] = NOTHING, *, drop: Iterable[str] = (), same_page: bool = False
) -> str:
    """The query string with some parameters changed and others dropped, without empty ones; it always starts with "?".

    It leads to the first page unless `same_page` is set.
    """
    removed = {*drop, *change, *(() if same_page else PAGING)}
    pairs = [(name, value) for name, values in params.lists() if name not in removed for value in values if value]
    # An empty subaccount stays in the URL: without the parameter the page shows the one selected last.
    if "subaccount" in params and not params["subaccount"] and "subaccount" not in removed:
        pairs.append(("subaccount", ""))
    return "?" + urlencode(pairs + list(change.items()))


def pills(params: QueryDict, active: Mapping[str, tuple[Text, Text]]) -> list[Pill]:
    """A pill for each parameter in `active` (name to label and value)."""
    result = []
    for name, (label, value) in active.items():
        if name == "subaccount":
            without = query(params, {"subaccount": ""})
        else:
            drop = ("range", "from", "to") if name == "range" else (name,)
            without = query(params, drop=drop)
        result.append(Pill(name, label, value, without))
    return result
