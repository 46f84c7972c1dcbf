"""The columns of the log, which of them are visible by default, and the permissions they need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.principal import Principal
from core.words import Text


@dataclass(frozen=True)
class Column:
    """One column. `is_default`: visible unless a person selects others; `needs`: the permission to see it."""

    key: str
    label: Text
    is_default: bool = False
    needs: Permission | None = None
    numeric: bool = False


COLUMNS = (  # in their order on the page
    Column("number", "#"),
    Column("recorded", _("Recorded on"), is_default=True),
    Column("actions", _("Actions")),
    Column("direction", _("Direction"), is_default=True),
    Column("status", _("Status"), is_default=True),
    Column("user", _("User"), is_default=True),
    Column("country", _("Country"), is_default=True),
    Column("template", _("Template"), is_default=True),
    Column("category", _("Category"), is_default=True),
    Column("source", _("Source")),
    Column("name", _("Name")),
    Column("recipient", _("Recipient type")),
    Column("subaccount", _("Subaccount"), is_default=True),
    Column("channel", _("Channel")),
    Column("response", _("Response code"), numeric=True),
    Column("sent", _("Sent")),
    Column("delivered", _("Delivered")),
    Column("read", _("Read")),
    Column("cost", _("Cost"), is_default=True, needs=Permission.VIEW_COSTS, numeric=True),
)
_MAX_NARROW = sum(column.is_default for column in COLUMNS)
KEYS = tuple(column.key for column in COLUMNS)


@dataclass(frozen=True)
class Layout:
    """The columns that a person may see and those that are visible."""

    offered: Sequence[Column]
    visible: Sequence[Column]

    @property
    def is_wide(self) -> bool:
        """Whether there are more columns than fit beside each other on a laptop."""
        return len(self.visible) > _MAX_NARROW

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the visible columns."""
        return frozenset(column.key for column in self.visible)


def layout(keys: Iterable[str], by: Principal) -> Layout:
    """The layout with these keys, or the default ones when none of these is allowed."""
    offered = [column for column in COLUMNS if column.needs is None or by.may(column.needs)]
    selected = set(keys)
    visible = [column for column in offered if column.key in selected] or [
        column for column in offered if column.is_default
    ]
    return Layout(offered, visible)
