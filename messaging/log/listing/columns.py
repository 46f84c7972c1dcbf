"""The columns of the log: what there is, what is shown unless a person chose others, and who may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.principal import Principal
from core.words import Text


@dataclass(frozen=True)
class Column:
    """One column. `usual`: shown unless chosen otherwise; `needs`: the permission without which it does not exist."""

    key: str
    label: Text
    usual: bool = False
    needs: Permission | None = None
    numeric: bool = False


COLUMNS = (  # in their order on the page
    Column("number", "#"),
    Column("recorded", _("Recorded on"), usual=True),
    Column("actions", _("Actions")),
    Column("direction", _("Direction"), usual=True),
    Column("status", _("Status"), usual=True),
    Column("user", _("User"), usual=True),
    Column("country", _("Country"), usual=True),
    Column("template", _("Template"), usual=True),
    Column("category", _("Category"), usual=True),
    Column("source", _("Source")),
    Column("name", _("Name")),
    Column("recipient", _("Recipient type")),
    Column("subaccount", _("Subaccount"), usual=True),
    Column("channel", _("Channel")),
    Column("response", _("Response code"), numeric=True),
    Column("sent", _("Sent")),
    Column("delivered", _("Delivered")),
    Column("read", _("Read")),
    Column("cost", _("Cost"), usual=True, needs=Permission.VIEW_COSTS, numeric=True),
)
_MAX_NARROW = sum(column.usual for column in COLUMNS)
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
    """The layout with these keys, or the usual ones when there are none or none is allowed."""
    offered = [column for column in COLUMNS if column.needs is None or by.may(column.needs)]
    selected = set(keys)
    visible = [column for column in offered if column.key in selected] or [column for column in offered if column.usual]
    return Layout(offered, visible)
