"""The values of the archive's choices, as they are stored, sent over the API and shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Dataset(TextChoices):
    """The data of an export."""

    MESSAGES = "messages", _("Messages")
    CHARGES = "charges", _("Charges")
    COSTS = "costs", _("Costs")
    USAGE = "usage", _("Usage")
    CALLS = "calls", _("Calls")
    OTHER_CHANNELS = "other_channels", _("Other channels")


PERSONAL = (Dataset.MESSAGES, Dataset.CALLS, Dataset.OTHER_CHANNELS)
"""The datasets that contain numbers of people."""


class Format(TextChoices):
    """The format of its rows."""

    CSV = "csv", "CSV"
    CSV_BOM = "csv-bom", _("CSV for Excel, with BOM and CRLF")
    XLSX = "xlsx", "XLSX"
    JSONL = "jsonl", "JSON Lines"

    @property
    def is_csv(self) -> bool:
        """Whether its rows are CSV."""
        return self in {Format.CSV, Format.CSV_BOM}

    @property
    def extension(self) -> str:
        """The extension of its files, without a dot."""
        return "csv" if self.is_csv else str(self.value)


class Compression(TextChoices):
    """The compression of the file."""

    NONE = "", _("None")
    GZIP = "gzip", "gzip"
    ZIP = "zip", _("ZIP, with a manifest")


class ExportState(TextChoices):
    """The state of an export: 8x8's values, and two of Tollgate's own for deleted files."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Ready")
    EMPTY = "empty", _("No results")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


ACTIVE = (ExportState.QUEUED, ExportState.RUNNING)


class Interval(TextChoices):
    """The interval of a schedule; each export covers the previous day, week or month."""

    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")


class DeletionKind(TextChoices):
    """What is deleted."""

    SELECTED = "selected", _("Selected messages")
    MATCHING = "matching", _("Messages that match filters")
    PERSON = "person", _("Everything about a phone number")


class DeletionState(TextChoices):
    """The state of a deletion."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    HELD = "held", _("Stopped by a legal hold")
    FAILED = "failed", _("Failed")
