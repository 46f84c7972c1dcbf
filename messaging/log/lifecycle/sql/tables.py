"""The temporary tables of a batch: its events, one change per message, and the tracked values before and after."""

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
    sql_list,
)

TRACKED = {column.name: column.sql_type for column in COLUMNS if column.count or column.billed} | {"billed_at": TIME}
"""The columns of a message that counts and billing need, with their types: before (`was_…`) and after a change."""
_BILLED_AT = f"LEAST({sql_list((f'{state}_at' for state in DELIVERY_STATES), '{row}')})"
_TYPES = {column.name: column.sql_type for column in COLUMNS}

# In change_batch `existing_at` is the current creation time of a message in the log, `waba_id` is for billing, and
# `webhook_id` is the webhook that proves the delivery.
_TABLES = {
    "event_batch": {column.name: column.sql_type for column in EVENT_COLUMNS},
    "change_batch": {
        **{name: _TYPES[name] for name in IDENTITY},
        **{column.name: column.sql_type for column in MERGED},
        **{ranking.values: "text[]" for ranking in RANKINGS},
        "message_id": ID,
        "existing_at": TIME,
        "waba_id": ID,
        "webhook_id": ID,
        "deleted": "boolean NOT NULL DEFAULT false",
    },
    "changed_batch": {
        "message_id": ID,
        "account_id": ID,
        **TRACKED,
        **{f"was_{name}": sql_type for name, sql_type in TRACKED.items()},
    },
}


def tracked_values(row: str) -> str:
    """SQL of the `TRACKED` columns of a row of the log."""
    return ", ".join(_BILLED_AT.format(row=row) if name == "billed_at" else f"{row}.{name}" for name in TRACKED)


def _create(table: str, columns: Mapping[str, str]) -> str:
    listing = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
    return f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({listing});"


# Emptied here and not at commit: one transaction may apply several batches.
CREATE_TABLES = f"""
{" ".join(_create(table, columns) for table, columns in _TABLES.items())}
TRUNCATE {", ".join(_TABLES)};
"""
COPY_EVENTS = f"COPY event_batch ({sql_list(column.name for column in EVENT_COLUMNS)}) FROM STDIN"
