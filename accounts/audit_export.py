"""The audit log as CSV. It has every chained field, so the chain can be verified from the file."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC

from accounts.models import AuditEntry
from core.csv_lines import csv_line

COLUMNS = ("position", "at", "actor", "action", "target", "details", "ip_address", "digest")


def audit_csv(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """The lines of the CSV, header first, in constant memory. Times are in UTC, details are JSON."""
    yield csv_line(COLUMNS)
    for entry in entries:
        yield csv_line((
            entry.position, entry.at.astimezone(UTC).isoformat(timespec="microseconds"), entry.actor, entry.action,
            entry.target, json.dumps(entry.details, ensure_ascii=False), entry.ip_address,
            bytes(entry.digest or b"").hex(),
        ))  # fmt: skip
