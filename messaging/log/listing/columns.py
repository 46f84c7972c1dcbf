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
_MOST_BESIDE = sum(column.usual for column in COLUMNS)
KEYS = tuple(column.key for column in COLUMNS)


@dataclass(frozen=True)
class Layout:
    """The columns one person sees, out of those they may."""

    offered: Sequence[Column]
    shown: Sequence[Column]

    @property
    def is_wide(self) -> bool:
        """Whether there are more columns than fit beside each other on a laptop."""
        return len(self.shown) > _MOST_BESIDE

    @property
    def keys(self) -> frozenset[str]:
        """What is shown, to ask."""
        return frozenset(column.key for column in self.shown)


def layout(chosen: Iterable[str], by: Principal) -> Layout:
    """The layout of a choice of keys; none, or none that is left, means the usual ones."""
    offered = [column for column in COLUMNS if column.needs is None or by.may(column.needs)]
    selected = set(chosen)
    visible = [column for column in offered if column.key in selected] or [column for column in offered if column.usual]
    return Layout(offered, visible)
