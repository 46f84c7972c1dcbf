"""The fields of Meta's webhooks and how Tollgate uses each (fields.csv). Unknown fields are quarantined."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "fields.csv"


class FieldState(StrEnum):
    """How Tollgate uses a field."""

    UNDERSTOOD = "understood"  # changes the log, or the history of a template, number, WABA or person
    KEPT = "kept"  # the webhook is stored, and changes nothing


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a webhook, its meaning and the evidence that it exists."""

    name: str
    state: FieldState
    meaning: str
    source: str


@lru_cache(maxsize=1)
def fields() -> dict[str, Field]:
    """Every known field by name, those that are understood first."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["field"]: Field(row["field"], FieldState(row["state"]), row["meaning"], row["source"])
            for row in csv.DictReader(file)
        }
