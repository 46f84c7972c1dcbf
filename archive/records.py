"""The records beside messages, for erasure and retention."""

from messaging.calls.columns import COLUMNS as CALL_COLUMNS
from messaging.calls.models import Call
from messaging.legs.columns import COLUMNS as LEG_COLUMNS
from messaging.legs.models import Leg
from messaging.records.columns import Column
from messaging.records.models import Record

RECORDS: dict[str, tuple[type[Record], tuple[Column, ...]]] = {
    "calls": (Call, CALL_COLUMNS),
    "other_channels": (Leg, LEG_COLUMNS),
}
"""The models with their columns, by the name of what an erasure counts."""
