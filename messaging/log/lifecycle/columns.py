"""The columns of a message, each declared once.

`COLUMNS` determines the temporary tables of a batch, the rows copied into them, the statements that merge them into the
log, the counts, the usage facts, and the columns of log_deleted. A test compares the models with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from messaging.log.enums import CategoryRank


class Merge(Enum):
    """How the events of a message merge in one column. `Ranking` is for columns that belong together."""

    FIRST = auto()  # the value when the message was created
    LEAST = auto()  # the earliest time
    GREATEST = auto()  # events should agree; if not, the greatest value: any value beats an empty one
    ATTRIBUTE = auto()  # set by `set_attributes`, not by events; the last value that is not empty wins
    GENERATED = auto()  # the database computes it from other columns


@dataclass(frozen=True, slots=True)
class Ranking:
    """Columns taken together, from the event whose list of their values is the least or the greatest.

    The values are compared as text in the order of their declaration, so the first column is the rank.
    """

    name: str
    best: str  # LEAST or GREATEST
    required: str = ""  # an event without this column has none of them

    @property
    def values(self) -> str:
        """The column of change_batch that holds the best list so far."""
        return f"{self.name}_values"


CATEGORY = Ranking("category", "LEAST")  # the best-proven one, then the earliest
DETAIL = Ranking("detail", "GREATEST", required="status_detail")  # that of the most advanced status
ERROR = Ranking("error", "LEAST", required="error_code")  # the least of several codes; the history has all
RANKINGS = (CATEGORY, DETAIL, ERROR)


class WhenDeleted(Enum):
    """What happens to a column when its message is deleted."""

    KEPT = auto()  # log_deleted keeps the value
    EMPTIED = auto()  # log_deleted has the column, always empty
    DROPPED = auto()  # log_deleted has no such column


class Count(NamedTuple):
    """How traffic counts group by a column: SQL of its value, and the counts' name for it if different."""

    sql: str = "{}"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of log_message and its uses."""

    name: str
    sql_type: str
    merge: Merge | Ranking
    value: str = ""  # the attribute of a ResolvedEvent that fills the column of this name in event_batch
    reported: str = ""  # SQL of an event's value, where event_batch has no column of this name
    state: str = ""  # the state whose time the column has
    count: Count | None = None
    billed: bool = False  # a change may change the price
    when_deleted: WhenDeleted = WhenDeleted.KEPT
    default: str = ""  # SQL of the empty value; otherwise '' for text and NULL

    @property
    def is_text(self) -> bool:
        """Text is never NULL; its smallest value is the empty one."""
        return self.sql_type == "text"

    @property
    def empty(self) -> str:
        """SQL of the empty value."""
        return self.default or ("''" if self.is_text else "NULL")


ID, NUMBER, TEXT, TIME = "bigint", "int", "text", "timestamptz"
_AS_IS, _OR_ZERO, _DROPPED = Count(), Count("coalesce({}, 0)"), WhenDeleted.DROPPED
_SLOT, _FREE = Count("date_bin('15 minutes', {}, '2020-01-01 00:00+00')", "slot"), Count("{} LIKE 'free%'", "free")
_DETAIL_RANK = (
    "CASE state WHEN 'read' THEN 6 WHEN 'delivered' THEN 5 WHEN 'failed' THEN 4 WHEN 'rejected' THEN 3 "
    "WHEN 'sent' THEN 2 ELSE 1 END"
)
STATES = ("queued", "sent", "delivered", "read", "failed", "rejected", "expired", "received")
# 16 digits until 2286, so as text they are in the order of time.
_CATEGORY_SINCE = f"CASE WHEN category_rank < {CategoryRank.NONE:d} THEN (extract(epoch FROM at) * 1000000)::bigint END"
DELIVERY_STATES = ("delivered", "read")
"""Each proves the delivery; billing takes the earlier of their times."""

COLUMNS = (
    Column("account_id", ID, Merge.FIRST, "report.account_id"),
    Column("provider", TEXT, Merge.FIRST, "report.provider", when_deleted=_DROPPED),
    Column("provider_message_id", TEXT, Merge.FIRST, "event.provider_message_id", when_deleted=_DROPPED),
    Column("message_key", "uuid", Merge.GENERATED, "message_key"),
    Column("umid", "uuid", Merge.FIRST, "umid", when_deleted=_DROPPED),
    Column("direction", TEXT, Merge.FIRST, "direction", count=_AS_IS),
    Column("created_at", TIME, Merge.LEAST, reported="at", count=_SLOT),
    Column("subaccount_id", ID, Merge.GREATEST, "placement.subaccount_id", count=_OR_ZERO, billed=True),
    Column("phone_number_id", ID, Merge.GREATEST, "placement.phone_number_id", count=_OR_ZERO, billed=True),
    Column("msisdn", TEXT, Merge.GREATEST, "msisdn", when_deleted=_DROPPED),
    Column("user_id", TEXT, Merge.GREATEST, "user_id", when_deleted=_DROPPED),
    Column("country", TEXT, Merge.GREATEST, "country", count=_AS_IS, billed=True),
    # A message to a group is billed by participant, so the group is part of what decides a price.
    Column("group_id", TEXT, Merge.GREATEST, "event.group_id", billed=True),
    Column("content_type", TEXT, Merge.GREATEST, "event.content_type"),
    Column("template_id", ID, Merge.GREATEST, "template_id", count=_OR_ZERO, billed=True),
    # Of a template that is not registered.
    Column("template_name", TEXT, Merge.GREATEST, "template_name", when_deleted=_DROPPED),
    Column("template_language", TEXT, Merge.GREATEST, "template_language", when_deleted=_DROPPED),
    # The client's text may identify the recipient.
    Column("client_message_id", TEXT, Merge.GREATEST, "client_message_id", when_deleted=_DROPPED),
    *(Column(f"{state}_at", TIME, Merge.LEAST, reported="at", state=state) for state in STATES),
    Column("category_rank", "smallint", CATEGORY, "category_rank", billed=True, default=f"{CategoryRank.NONE:d}"),
    Column("category_since", ID, CATEGORY, reported=_CATEGORY_SINCE),
    Column("category", TEXT, CATEGORY, "category", count=_AS_IS, billed=True),
    Column("pricing_type", TEXT, CATEGORY, "event.pricing_type", count=_FREE, billed=True),
    Column("detail_rank", "smallint", DETAIL, reported=_DETAIL_RANK, default="0"),
    Column("status_detail", TEXT, DETAIL, reported="detail"),
    Column("error_code", NUMBER, ERROR, "event.error_code", count=_OR_ZERO),
    Column("error_source", TEXT, ERROR, "event.error_source", count=_AS_IS),
    # The provider's text may identify the recipient.
    Column("error_title", TEXT, ERROR, "event.error_title", when_deleted=WhenDeleted.EMPTIED),
    Column("provider_error_code", NUMBER, ERROR, "event.provider_error_code"),
    Column("source_id", ID, Merge.ATTRIBUTE, when_deleted=_DROPPED),
    Column("recipient_type", TEXT, Merge.ATTRIBUTE, when_deleted=_DROPPED),
    Column("response_code", "smallint", Merge.ATTRIBUTE, when_deleted=_DROPPED),
    # log_deleted has its own generated column.
    Column("status", TEXT, Merge.GENERATED, count=_AS_IS, when_deleted=_DROPPED),
)
KEY = ("account_id", "provider", "provider_message_id")
"""The key of a message."""
IDENTITY = (*KEY, "message_key", "umid")
"""Columns with the same value in every event of a message."""
MERGED = tuple(
    column
    for column in COLUMNS
    if column.merge in {Merge.FIRST, Merge.LEAST, Merge.GREATEST} and column.name not in IDENTITY
)
"""Columns that a batch's events merge one by one."""


class EventColumn(NamedTuple):
    """A column of event_batch, and the attribute of a ResolvedEvent that fills it."""

    name: str
    sql_type: str
    value: str


EVENT_COLUMNS = (
    *(EventColumn(column.name, column.sql_type, column.value) for column in COLUMNS if column.value),
    EventColumn("state", TEXT, "event.state"),
    EventColumn("at", TIME, "event.at"),
    EventColumn("detail", TEXT, "event.detail"),
    EventColumn("waba_id", ID, "placement.waba_id"),  # for billing only
    EventColumn("webhook_id", ID, "report.webhook_id"),
    EventColumn("webhook_received_at", TIME, "report.received_at"),
    EventColumn("content", "jsonb", "content"),
)


def merged_by(*merges: Merge) -> tuple[Column, ...]:
    """The columns with one of these merges."""
    return tuple(column for column in COLUMNS if column.merge in merges)


def ranked_by(ranking: Ranking) -> tuple[Column, ...]:
    """The columns of a ranking, its rank first."""
    return tuple(column for column in COLUMNS if column.merge == ranking)


def sql_list(names: Iterable[str], row: str = "") -> str:
    """The names separated by commas, qualified with a row if given."""
    return ", ".join(f"{row}.{name}" if row else name for name in names)
