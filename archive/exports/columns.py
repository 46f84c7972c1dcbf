"""The columns of each dataset: names in files, labels, kinds and permissions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from archive.enums import Dataset
from billing.dimensions import DIMENSIONS
from core.extracts import ColumnType

Words = str | Promise
PRESET_8X8 = "8x8"


@dataclass(frozen=True)
class Column:
    """A column. `field` is its name in the extract; `sql` makes its cell, the same in every format.

    `standard` columns are in a file unless others are chosen. A column that `needs` a permission
    does not exist without it.
    """

    key: str
    label: Words
    kind: ColumnType = ColumnType.TEXT
    standard: bool = True
    needs: Permission | None = None
    field: str = ""
    sql: str = "{}"

    @property
    def source(self) -> str:
        """The name of the extract's column."""
        return self.field or self.key

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.key.removeprefix(f"{PRESET_8X8}.")


def _moment_columns(**labels: Words) -> Iterable[Column]:
    return (Column(key, label, ColumnType.MOMENT) for key, label in labels.items())


_MESSAGES = (
    Column("umid", _("UMID"), ColumnType.ID),
    Column("created_at", _("Recorded on"), ColumnType.MOMENT),
    Column("provider", _("Provider"), ColumnType.CODE),
    Column("provider_message_id", _("Provider’s message id")),
    Column("subaccount_id", _("Subaccount")),
    Column("channel", _("Channel")),
    Column("channel_msisdn", _("Channel’s phone number"), standard=False),
    Column("channel_name", _("Channel’s name"), standard=False),
    Column("direction", _("Direction"), ColumnType.CODE),
    Column("msisdn", _("Phone number")),
    Column("user_id", _("User id")),
    Column("group_id", _("Group"), standard=False),
    Column("participant", _("Group participant, with a row for each"), ColumnType.ID, standard=False),
    Column("username", _("Username"), standard=False, needs=Permission.VIEW_NUMBERS),
    Column("profile_name", _("Profile name"), standard=False, needs=Permission.VIEW_NUMBERS),
    Column("country", _("Country"), ColumnType.CODE),
    Column("content_type", _("Content type")),
    Column("category", _("Category")),
    Column("pricing_type", _("Pricing type"), standard=False),
    Column("template", _("Template")),
    Column("template_language", _("Template’s language")),
    Column("source_category", _("Source")),
    Column("source_name", _("Name")),
    Column("recipient_type", _("Recipient type")),
    Column("response_code", _("Response code"), ColumnType.NUMBER),
    Column("status", _("Status"), ColumnType.CODE),
    Column("status_detail", _("Status detail")),
    Column("status_at", _("Status since"), ColumnType.MOMENT, standard=False),
    Column("error_source", _("Error’s source")),
    Column("error_code", _("Error code"), ColumnType.NUMBER),
    Column("error_title", _("Error")),
    Column("provider_error_code", _("Provider’s error code"), ColumnType.NUMBER),
    *_moment_columns(
        queued_at=_("Queued"), sent_at=_("Sent"), delivered_at=_("Delivered"), read_at=_("Read"),
        failed_at=_("Failed"), rejected_at=_("Rejected"), expired_at=_("Expired"), received_at=_("Received"),
    ),
    Column("client_message_id", _("Client’s message id")),
    Column("content", _("Content"), standard=False, needs=Permission.VIEW_CONTENT),
    Column("cost_state", _("Charge"), ColumnType.CODE, standard=False, needs=Permission.VIEW_COSTS),
    Column("cost_reason", _("Why free or unrated"), standard=False, needs=Permission.VIEW_COSTS),
    Column("cost", _("Cost"), ColumnType.AMOUNT, standard=False, needs=Permission.VIEW_COSTS),
    Column("cost_currency", _("Currency"), ColumnType.CODE, standard=False, needs=Permission.VIEW_COSTS),
    Column("cost_source", _("Price source"), ColumnType.CODE, standard=False, needs=Permission.VIEW_COSTS),
    Column("sell_price", _("Sold for"), ColumnType.AMOUNT, standard=False, needs=Permission.VIEW_COSTS),
)  # fmt: skip


def _8x8(
    name: str, field: str, sql: str = "{}", kind: ColumnType = ColumnType.CODE, needs: Permission | None = None
) -> Column:
    return Column(f"{PRESET_8X8}.{name}", name, kind, standard=False, needs=needs, field=field, sql=sql)


_SECOND = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
# 8x8's own order, names and notation. Columns that Tollgate has no data for (batches, automation steps) are empty.
_OF_8X8 = (
    _8x8("umid", "umid", kind=ColumnType.ID),
    _8x8("subAccountId", "subaccount_id", kind=ColumnType.TEXT),
    _8x8("direction", "direction"),
    _8x8("channelType", "umid", "CASE WHEN {} IS NOT NULL THEN 'WhatsApp' END"),
    _8x8("channelId", "channel_upper", kind=ColumnType.TEXT),
    _8x8("country", "country"),
    _8x8("status_value", "status"),
    _8x8("status_details", "status_detail", kind=ColumnType.TEXT),
    _8x8("status_errorCode", "error_code", "coalesce({}, 0)", ColumnType.NUMBER),
    _8x8("status_errorMessage", "error_title", kind=ColumnType.TEXT),
    _8x8("status_timestamp", "status_at", _SECOND),
    _8x8("user_msisdn", "msisdn", kind=ColumnType.TEXT),
    _8x8("user_channelUserId", "user_id", kind=ColumnType.TEXT),
    _8x8("contentType", "content_type", "initcap({})", ColumnType.TEXT),
    _8x8("createdAt", "created_at", "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"),
    _8x8("clientMessageId", "client_message_id", kind=ColumnType.TEXT),
    _8x8("clientBatchId", "umid", "left({}::text, 0)"),
    _8x8("batchId", "umid", "left({}::text, 0)"),
    _8x8("step", "umid", "left({}::text, 0)"),
    _8x8("content", "content", kind=ColumnType.TEXT, needs=Permission.VIEW_CONTENT),
    _8x8("ReadAt", "read_at", "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"')"),
)

_CHARGES = (
    Column("charge_id", _("Charge"), ColumnType.ID),
    Column("billed_at", _("Delivered"), ColumnType.MOMENT),
    Column("day", _("Day"), ColumnType.DAY),
    Column("provider", _("Provider"), ColumnType.CODE),
    Column("subaccount_id", _("Subaccount")),
    Column("waba", _("WABA")),
    Column("channel", _("Channel")),
    Column("template", _("Template")),
    Column("template_language", _("Template’s language")),
    Column("country", _("Country"), ColumnType.CODE),
    Column("market", _("Market")),
    Column("category", _("Category")),
    Column("pricing_type", _("Pricing type")),
    Column("state", _("Charge status"), ColumnType.CODE),
    Column("reason", _("Why free or unrated"), ColumnType.CODE),
    Column("tier", _("Tier"), ColumnType.NUMBER),
    Column("amount", _("Amount"), ColumnType.AMOUNT),
    Column("currency", _("Currency"), ColumnType.CODE),
    Column("rate_card", _("Rate card")),
    Column("price_source", _("Price source"), ColumnType.CODE),
    Column("sell_state", _("Sale status"), ColumnType.CODE, standard=False),
    Column("sell_reason", _("Why not sold"), ColumnType.CODE, standard=False),
    Column("sell_amount", _("Sold for"), ColumnType.AMOUNT, standard=False),
    Column("margin", _("Margin"), ColumnType.AMOUNT, standard=False),
)

_USAGE = (
    Column("day", _("Day"), ColumnType.DAY),
    Column("subaccount_id", _("Subaccount")),
    Column("subaccount", _("Subaccount’s name")),
    Column("channel", _("Channel")),
    Column("channel_name", _("Channel’s name")),
    Column("direction", _("Direction"), ColumnType.CODE),
    Column("category", _("Category")),
    Column("status", _("Status"), ColumnType.CODE),
    Column("messages", _("Messages"), ColumnType.NUMBER),
)

_CALLS = (
    Column("id", _("Id"), ColumnType.ID),
    Column("created_at", _("Start"), ColumnType.MOMENT),
    Column("provider", _("Provider"), ColumnType.CODE),
    Column("call_id", _("Provider’s call id"), standard=False),
    Column("subaccount_id", _("Subaccount")),
    Column("channel", _("Channel")),
    Column("direction", _("Direction"), ColumnType.CODE),
    Column("msisdn", _("Phone number")),
    Column("user_id", _("User id")),
    Column("country", _("Country"), ColumnType.CODE),
    Column("status", _("Status"), ColumnType.CODE),
    *_moment_columns(
        ringing_at=_("Ringing"), accepted_at=_("Accepted"), rejected_at=_("Rejected"), failed_at=_("Failed"),
        started_at=_("Picked up"), ended_at=_("Ended"),
    ),
    Column("seconds", _("Seconds"), ColumnType.NUMBER),
    Column("pulses", _("Pulses of 6 seconds"), ColumnType.NUMBER),
    Column("error_code", _("Error code"), ColumnType.NUMBER),
    Column("error_title", _("Error")),
    Column("client_call_id", _("Client’s call id"), standard=False),
    Column("cost_state", _("Charge"), ColumnType.CODE, standard=False, needs=Permission.VIEW_COSTS),
    Column("cost_reason", _("Why free or unrated"), standard=False, needs=Permission.VIEW_COSTS),
    Column("cost", _("Cost"), ColumnType.AMOUNT, standard=False, needs=Permission.VIEW_COSTS),
    Column("cost_currency", _("Currency"), ColumnType.CODE, standard=False, needs=Permission.VIEW_COSTS),
)  # fmt: skip

_OTHER_CHANNELS = (
    Column("id", _("Id"), ColumnType.ID),
    Column("created_at", _("Recorded on"), ColumnType.MOMENT),
    Column("provider", _("Provider"), ColumnType.CODE),
    Column("umid", _("UMID")),
    Column("channel", _("Channel"), ColumnType.CODE),
    Column("subaccount_id", _("Subaccount")),
    Column("direction", _("Direction"), ColumnType.CODE),
    Column("msisdn", _("Phone number")),
    Column("user_id", _("User id")),
    Column("business_address", _("Sender or receiver")),
    Column("country", _("Country"), ColumnType.CODE),
    Column("content_type", _("Content type")),
    Column("status", _("Status"), ColumnType.CODE),
    Column("status_detail", _("Status detail")),
    *_moment_columns(
        queued_at=_("Queued"), sent_at=_("Sent"), delivered_at=_("Delivered"), read_at=_("Read"),
        failed_at=_("Failed"), rejected_at=_("Rejected"), received_at=_("Received"),
    ),
    Column("error_code", _("Error code"), ColumnType.NUMBER),
    Column("error_title", _("Error")),
    Column("segments", _("Segments"), ColumnType.NUMBER),
    Column("price", _("Price"), ColumnType.AMOUNT),
    Column("currency", _("Currency"), ColumnType.CODE),
    Column("client_message_id", _("Client’s message id")),
    Column("content", _("Content"), standard=False, needs=Permission.VIEW_CONTENT, sql="({})::text"),
)  # fmt: skip

_COST_FIGURES = (
    Column("currency", _("Currency"), ColumnType.CODE),
    Column("delivered", _("Delivered"), ColumnType.NUMBER),
    Column("charged", _("Charged"), ColumnType.NUMBER),
    Column("free", _("Free"), ColumnType.NUMBER),
    Column("unrated", _("Unrated"), ColumnType.NUMBER),
    Column("amount", _("Amount"), ColumnType.AMOUNT),
    Column("amount_inferred", _("Of it inferred"), ColumnType.AMOUNT, standard=False),
    Column("amount_derived", _("Of it at derived prices"), ColumnType.AMOUNT, standard=False),
    Column("amount_provider", _("Of it upper bounds"), ColumnType.AMOUNT, standard=False),
    Column("sell_amount", _("Sold"), ColumnType.AMOUNT),
    Column("sell_unrated", _("Sold unrated"), ColumnType.NUMBER),
    Column("margin", _("Margin"), ColumnType.AMOUNT),
)

_FIXED: Mapping[str, Sequence[Column]] = MappingProxyType({
    Dataset.MESSAGES: (*_MESSAGES, *_OF_8X8), Dataset.CHARGES: _CHARGES, Dataset.USAGE: _USAGE,
    Dataset.CALLS: _CALLS, Dataset.OTHER_CHANNELS: _OTHER_CHANNELS,
})  # fmt: skip

NEEDS: Mapping[str, Permission] = MappingProxyType({
    Dataset.MESSAGES: Permission.VIEW_MESSAGES, Dataset.CHARGES: Permission.VIEW_COSTS,
    Dataset.COSTS: Permission.VIEW_COSTS, Dataset.USAGE: Permission.VIEW_DASHBOARD,
    Dataset.CALLS: Permission.VIEW_MESSAGES, Dataset.OTHER_CHANNELS: Permission.VIEW_MESSAGES,
})  # fmt: skip
"""The permission that each dataset needs, besides that to export."""


def columns_by_key(dataset: str) -> dict[str, Column]:
    """The columns of a dataset, in order. A cost report has those of its groupings."""
    if dataset == Dataset.COSTS:
        groups = [Column(*column) for dimension in DIMENSIONS.values() for column in dimension.file_columns]
        return {column.key: column for column in (*groups, *_COST_FIGURES)}
    return {column.key: column for column in _FIXED[dataset]}


def standard_columns(dataset: str) -> list[str]:
    """The columns of a dataset unless others are chosen."""
    return [column.key for column in columns_by_key(dataset).values() if column.standard]


def preset_columns(name: str) -> list[str] | None:
    """The columns of a preset; None: there is no such preset."""
    return [column.key for column in _OF_8X8] if name == PRESET_8X8 else None


def columns_of(dataset: str, keys: Sequence[str]) -> list[Column]:
    """The columns of these keys, in their order. Raises KeyError naming an unknown one."""
    columns = columns_by_key(dataset)
    return [columns[key] for key in keys]
