"""What is needed to make the file of an export: the job, where its rows come from and the parts that hold them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archive.enums import Dataset
from archive.exports.columns import Column
from archive.exports.sources import Source
from archive.models import Export

Pulse = Callable[[int], None]
"""Told how many rows are packed; raises when somebody stopped the export."""


@dataclass(frozen=True)
class PackJob:
    """An export whose rows are stored: `parts` open each part as a binary file, `export.rows` is how many they hold."""

    export: Export
    source: Source
    parts: Sequence[Callable[[], Any]]
    pulse: Pulse


def title(column: Column, dataset: str) -> str:
    """What stands above a column: its name for programs; in the cost report, which people read, words."""
    return str(column.label) if dataset == Dataset.COSTS else column.name
