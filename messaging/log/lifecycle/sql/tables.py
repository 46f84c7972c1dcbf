"""The temporary tables of a batch: its events, one change of each message, and what the messages were and became."""

from collections.abc import Mapping

from messaging.log.lifecycle.columns import (
    COLUMNS,
    DELIVERY_STATES,
    EVENT_COLUMNS,
    ID,
    IDENTITY,
    MERGED,
    RANKINGS,
    TIME,
    listed,
)

SEEN = {column.name: column.sql_type for column in COLUMNS if column.count or column.billed} | {"billed_at": TIME}
"""What the counts and billing need to know of a message, as it was (`was_…`) and as it is, with the types."""
_BILLED_AT = f"LEAST({listed((f'{state}_at' for state in DELIVERY_STATES), '{row}')})"
_TYPES = {column.name: column.sql_type for column in COLUMNS}

# In change_batch `known_at` is when a message that the log has was created so far, `waba_id` goes to billing, and
# `webhook_id` is that of the webhook which proves the delivery.
_TABLES = {
    "event_batch": {column.name: column.sql_type for column in EVENT_COLUMNS},
    "change_batch": {
        **{name: _TYPES[name] for name in IDENTITY},
        **{column.name: column.sql_type for column in MERGED},
        **{ranking.values: "text[]" for ranking in RANKINGS},
        "message_id": ID,
        "known_at": TIME,
        "waba_id": ID,
        "webhook_id": ID,
        "deleted": "boolean NOT NULL DEFAULT false",
    },
    "changed_batch": {
        "message_id": ID,
        "account_id": ID,
        **SEEN,
        **{f"was_{name}": sql_type for name, sql_type in SEEN.items()},
    },
}


def seen(row: str) -> str:
    """SQL of what `SEEN` lists, of a row of the log."""
    return ", ".join(_BILLED_AT.format(row=row) if name == "billed_at" else f"{row}.{name}" for name in SEEN)


def _create(table: str, columns: Mapping[str, str]) -> str:
    listing = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
    return f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({listing});"


# Emptied here and not at commit: one transaction may apply several batches.
CREATE_TABLES = f"""
{" ".join(_create(table, columns) for table, columns in _TABLES.items())}
TRUNCATE {", ".join(_TABLES)};
"""
COPY_EVENTS = f"COPY event_batch ({listed(column.name for column in EVENT_COLUMNS)}) FROM STDIN"
