"""The columns of the log: what there is, what is shown unless a person chose others, and who may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.enums import Permission
from accounts.models import Membership


@dataclass(frozen=True)
class Column:
    """One column. `usual`: shown unless chosen otherwise; `needs`: the permission without which it does not exist."""

    key: str
    label: str
    usual: bool = False
    needs: Permission | None = None
    numeric: bool = False


COLUMNS = (  # in the order in which they stand
    Column("number", "#"),
    Column("recorded", "Recorded on", usual=True),
    Column("actions", "Actions"),
    Column("direction", "Direction", usual=True),
    Column("status", "Status", usual=True),
    Column("user", "User", usual=True),
    Column("country", "Country", usual=True),
    Column("template", "Template", usual=True),
    Column("category", "Category", usual=True),
    Column("source", "Source"),
    Column("name", "Name"),
    Column("recipient", "Recipient type"),
    Column("subaccount", "Subaccount", usual=True),
    Column("channel", "Channel"),
    Column("response", "Response code", numeric=True),
    Column("sent", "Sent"),
    Column("delivered", "Delivered"),
    Column("read", "Read"),
    Column("cost", "Cost", usual=True, needs=Permission.VIEW_COSTS, numeric=True),
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


def layout(chosen: Iterable[str], membership: Membership) -> Layout:
    """The layout of a choice of keys; none, or none that is left, means the usual ones."""
    offered = [column for column in COLUMNS if column.needs is None or membership.may(column.needs)]
    wanted = set(chosen)
    shown = [column for column in offered if column.key in wanted] or [column for column in offered if column.usual]
    return Layout(offered, shown)
