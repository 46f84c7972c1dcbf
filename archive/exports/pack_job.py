"""The input of packing: the export, its source and its stored parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archive.enums import Dataset
from archive.exports.columns import Column
from archive.exports.sources import Source
from archive.models import Export

ReportProgress = Callable[[int], None]
"""Takes the number of packed rows; raises if the export was stopped."""


@dataclass(frozen=True)
class PackJob:
    """An export whose rows are stored. Each of `parts` opens a part as a binary file."""

    export: Export
    source: Source
    parts: Sequence[Callable[[], Any]]
    report_progress: ReportProgress


def column_title(column: Column, dataset: str) -> str:
    """The title of a column: its name for programs; its label in the cost report, which people read."""
    return str(column.label) if dataset == Dataset.COSTS else column.name
