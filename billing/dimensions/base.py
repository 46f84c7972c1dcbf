"""The base classes of groupings. The default groups by a plain value of a message, such as its country."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Account
from core.extracts import ColumnType
from core.words import Text, in_sentence

Keys: TypeAlias = Mapping[str, Any]
Values: TypeAlias = Sequence[Any]
Pairs: TypeAlias = Mapping[int, Sequence[str]]
FileColumn: TypeAlias = tuple[str, Text, ColumnType]  # its key and its title
Fields: TypeAlias = dict[str, serializers.Field[Any, Any, Any, Any]]
Choices: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True)
class Names:
    """The objects whose ids a column holds, and the two fields that name them. `choices` returns the (first
    field, label) of the objects within these subaccounts (None: all).
    """

    model: Any = None
    fields: tuple[str, ...] = ()
    choices: Callable[[Account, Sequence[int] | None], Choices] = lambda account, subaccount_ids: []

    def of(self, account: Account, ids: Collection[int]) -> Pairs:
        """The two fields of each of the account's objects with these ids."""
        if self.model is None:
            return {}
        rows = self.model.objects.filter(account=account, pk__in=ids).values_list("pk", *self.fields)
        return {pk: pair for pk, *pair in rows}

    def ids(self, account: Account, name: str) -> list[int]:
        """The ids of the objects with this first field: a template has one for each WABA and language."""
        return list(self.model.objects.filter(account=account, **{self.fields[0]: name}).values_list("pk", flat=True))


@dataclass(frozen=True)
class Dimension:
    """A grouping.

    `columns` are those of the statement (default: the kinds' column of its name), `line_columns` those of the rated
    lines, `join` a table that it needs. `words` formats a value and `absent` a missing one. `log` returns the filters
    of the log for a value's messages, and `more` are further columns of a file.
    """

    name: str
    label: Text
    columns: tuple[str, ...] = ()
    line_columns: tuple[str, ...] = ()
    join: str = ""
    names: Names = Names()
    kind: ColumnType = ColumnType.TEXT
    more: tuple[FileColumn, ...] = ()
    words: Callable[[Any], str] = str
    absent: Text = _("Unknown")  # noqa: RUF009 - it is not translated yet
    colour: Callable[[Any], str] | None = None
    log: Callable[[Any], dict[str, str]] = lambda value: {}
    field: Callable[..., serializers.Field[Any, Any, Any, Any]] = serializers.CharField
    help_text: str | None = None

    def __post_init__(self) -> None:
        """Default to the column of its name."""
        object.__setattr__(self, "columns", self.columns or (f"k.{self.name}",))

    @property
    def daily(self) -> bool:
        """Whether each day has its own rows."""
        return "day" in self.line_columns

    @property
    def by_time(self) -> bool:
        """Whether its values are dates."""
        return self.kind == ColumnType.DAY

    @property
    def inline(self) -> str:
        """Its label inside a sentence."""
        label = str(self.label)
        return label if label.isupper() else in_sentence(label)

    @property
    def file_columns(self) -> tuple[FileColumn, ...]:
        """Its columns in a file."""
        return ((self.name, self.label, self.kind), *self.more)

    def condition(self, account: Account, value: str) -> tuple[str, Any]:
        """The condition on the kinds for a value, and its parameter, which has the grouping's name."""
        if self.names.model is None:
            return f"{self.columns[0]} = %({self.name})s", value
        return f"{self.columns[0]} = ANY(%({self.name})s)", self.names.ids(account, value)

    def keys(self, values: Values, names: Pairs) -> dict[str, Any]:
        """A row's keys from the values of `columns`."""
        return {self.name: values[0]}

    def spell(self, keys: Keys) -> str:
        """A row's value in words; of an object, its name if it has one."""
        value = keys.get(f"{self.name}_name") or keys[self.name]
        return self.words(value) if value else str(self.absent)

    def rest_fields(self, **options: Any) -> Fields:
        """The fields that it adds to a row in REST."""
        own = self.field(required=False, help_text=self.help_text, **options)
        return {self.name: own, **{key: serializers.CharField(required=False) for key, *_ in self.more}}

    def answer(self, keys: Keys) -> dict[str, Any]:
        """Its values of a row in REST."""
        return {key: keys[key] for key, *_ in self.file_columns}

    def cells(self, keys: Keys) -> dict[str, Any]:
        """Its cells of a row in a file."""
        return self.answer(keys)


@dataclass(frozen=True)
class Entity(Dimension):
    """An object of the account: the statement returns its id, a row contains its code and, in `more`, its name."""

    def keys(self, values: Values, names: Pairs) -> dict[str, Any]:
        return dict(zip((key for key, *_ in self.file_columns), names.get(values[0], ("", "")), strict=True))


@dataclass(frozen=True)
class Composite(Dimension):
    """A value with several members, made by `value`: an object in REST, several columns in a file."""

    members: tuple[str, ...] = ()
    value: Callable[[Values, Pairs], tuple[Any, ...] | None] = lambda values, names: None

    def keys(self, values: Values, names: Pairs) -> dict[str, Any]:
        return {self.name: self.value(values, names)}

    def rest_fields(self, **options: Any) -> Fields:
        return {self.name: self.field(required=False, allow_null=True)}

    def answer(self, keys: Keys) -> dict[str, Any]:
        value = keys[self.name]
        return {self.name: None if value is None else dict(zip(self.members, value, strict=True))}

    def cells(self, keys: Keys) -> dict[str, Any]:
        words = {True: gettext("yes"), False: gettext("no")}
        values = [words[member] if isinstance(member, bool) else member for member in keys[self.name] or ()]
        return dict(zip((key for key, *_ in self.file_columns), values, strict=False))
