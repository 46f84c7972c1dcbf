"""The declaration of a filter of the log: its value, names and condition. `MessageQuery` declares all filters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import Account
from core.filters import BLANK
from core.words import Text
from messaging.log.kinds import ValueKind
from messaging.log.predicates import QueryContext


@dataclass(frozen=True)
class Filter:
    """The value, names and condition of one filter. `label` is for pages; `help` is for REST and in English."""

    kind: ValueKind
    label: Text
    help: str
    index: str = ""
    """The index that serves it in the log's order; empty: the index of the time."""
    lookup: str = ""
    """The condition as Django writes it; empty: the column of the filter's name has the value."""
    names: Callable[[Account, str, Sequence[int] | None], list[int]] | None = None
    """The value is a name: the ids behind it within some subaccounts (None: all). `lookup` is the column of the ids."""
    where: Callable[[Account, Any, QueryContext], Q] | None = None
    """The condition, where it is more than a lookup. Filters that share one are answered by it together."""
    on_page: bool = True
    """Whether the log's page has a field for it."""
    alias: str = ""
    """The parameter of the log's page, where it is not the filter's name."""
    internal: bool = False
    """Whether only our code uses it."""
    more: bool = True
    """Whether its field is under "More filters"."""
    finds_few: bool = False
    """Whether the page searches all time with it."""
    needs_numbers: bool = False
    """Whether only people who see complete numbers may use it; the page shows its field to nobody else."""
    in_counts: bool = False
    """Whether the traffic counts support it."""
    name: str = ""

    @property
    def page(self) -> str:
        """The parameter of the log's page."""
        return self.alias or self.name

    def parse(self, raw: Any) -> Any:
        """Parse a text; for a filter with several values, a list of texts.

        Raises forms.ValidationError, also for a blank text: a program that sends one does not mean "all".
        """
        value = self.kind.field().clean(raw)
        if is_blank(value):
            raise forms.ValidationError(BLANK)
        return value

    def condition(self, account: Account, query: QueryContext) -> Q:
        """The condition on messages."""
        value = getattr(query, self.name)
        if self.where is not None:
            return self.where(account, value, query)
        if self.names is not None:
            return Q(**{f"{self.lookup}__in": self.names(account, value, None)})
        return Q(**{self.lookup or self.name: value})


def declare(kind: ValueKind, label: Text = "", help: str = "", **more: Any) -> Any:  # noqa: A002 - as Django names it
    """A field of `MessageQuery`."""
    return field(default=kind.blank, metadata={"filter": Filter(kind, label, help, **more)})


def is_blank(value: Any) -> bool:
    """Whether a value selects all messages; 0 does not."""
    return value is None or value in ("", (), [])
