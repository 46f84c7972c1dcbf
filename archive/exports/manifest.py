"""The manifest of a file, in JSON: account, filters, columns, how to read the file and how to verify it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from archive.models import Export

CONSISTENCY = (
    "Rows were read in parts, oldest first, each part as it stood at one moment between read.from and read.to. Rows "
    "deleted or changed meanwhile appear only if, and as, they were when their part was read. Rows recorded after "
    "asked_at are not included."
)


@dataclass
class Contents:
    """The name, size, digest and totals of one data file."""

    name: str
    rows: int
    bytes: int = 0
    sha256: str = ""
    totals: dict[str, dict[str, str]] = field(default_factory=dict)
    cut_cells: int = 0  # texts that are longer than a cell of the format


def manifest(export: Export, contents: Sequence[Contents]) -> dict[str, Any]:
    """The manifest of a file with these data files."""
    zone = ZoneInfo(export.time_zone)

    def iso(moment: datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")

    return {
        "dataset": export.dataset,
        "export": str(export.public_id),
        "account": export.account.name,
        "account_id": str(export.account.public_id),
        "made_by": export.actor,
        "asked_at": iso(export.created_at),
        "time_zone": export.time_zone,
        "from": iso(export.first_at),
        "to": iso(export.last_at),
        "filters": [{"name": str(label), "value": str(value)} for label, value in export.words],
        "subaccounts": "all" if export.subaccount_ids is None else "some",
        "columns": export.columns,
        "phone_numbers": "digits with country code, no plus sign" if export.whole_numbers else "masked",
        "rows": sum(file.rows for file in contents),
        "cut_cells": sum(file.cut_cells for file in contents),
        "totals": contents[0].totals,
        "read": {"from": iso(export.started_at), "to": iso(export.worked_at), "parts": export.parts},
        "consistency": CONSISTENCY,
        "files": [
            {"name": file.name, "rows": file.rows, "bytes": file.bytes, "sha256": file.sha256} for file in contents
        ],
    }


def manifest_of(export: Export) -> dict[str, Any]:
    """The manifest of an export that has a file."""
    return manifest(export, [Contents(**file) for file in export.contents])
