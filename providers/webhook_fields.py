"""What providers post: each field, event type and type of message, and how Tollgate uses it.

The tables are data: `providers/<vendor>/fields.csv` and `types.csv`. A field or event type that is not in them is
quarantined; a message of another type, or with another status, is logged.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent


class FieldState(StrEnum):
    """How Tollgate uses a field or type."""

    UNDERSTOOD = "understood"  # changes the log, or the history of a template, number, WABA or person
    KEPT = "kept"  # the webhook is stored, and changes nothing
    LEFT_OUT = "left out"  # as kept, because it is not about WhatsApp messages


@dataclass(frozen=True, slots=True)
class Field:
    """A field or type of a webhook, its meaning and the dated evidence that it exists."""

    name: str
    state: FieldState
    meaning: str
    source: str

    @property
    def note(self) -> str:
        """The note of a webhook of a field that changes nothing."""
        return f"{self.meaning} (field {self.name}): the webhook is kept and changes nothing."


@lru_cache
def read_fields(vendor: str, table: str = "fields") -> dict[str, Field]:
    """The fields or types of a provider's folder by name, those that are understood first.

    A type is named after its list: `messages.text`, `statuses.sent`.
    """
    with (_FOLDER / vendor / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["field"]: Field(row["field"], FieldState(row["state"]), row["meaning"], row["source"])
            for row in csv.DictReader(file)
        }
