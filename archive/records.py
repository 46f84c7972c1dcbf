"""The records beside messages, for erasure and retention."""

from messaging.calls.columns import COLUMNS as CALL_COLUMNS
from messaging.calls.models import Call
from messaging.records.columns import Column
from messaging.records.models import Record

RECORDS: dict[str, tuple[type[Record], tuple[Column, ...]]] = {"calls": (Call, CALL_COLUMNS)}
"""The models with their columns, by the name of what an erasure counts."""
