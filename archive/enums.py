"""The words of the archive, as they are stored, sent over the API and shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Dataset(TextChoices):
    """What an export holds."""

    MESSAGES = "messages", _("Messages")
    CHARGES = "charges", _("Charges")
    COSTS = "costs", _("Costs")
    USAGE = "usage", _("Usage")


class Format(TextChoices):
    """How its rows are written."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"
    JSONL = "jsonl", "JSON Lines"


class Compression(TextChoices):
    """What is around the file."""

    NONE = "", _("None")
    GZIP = "gzip", "gzip"
    ZIP = "zip", _("ZIP, with a manifest")


class ExportState(TextChoices):
    """Where an export stands; 8x8's words, and two of ours for files that are no longer there."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Ready")
    EMPTY = "empty", _("No results")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


ACTIVE = (ExportState.QUEUED, ExportState.RUNNING)


class Every(TextChoices):
    """How often a schedule exports, and what: the whole day, week or month before."""

    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")


class DeletionKind(TextChoices):
    """What is deleted."""

    SELECTED = "selected", _("Selected messages")
    MATCHING = "matching", _("Messages that match filters")
    PERSON = "person", _("Everything about a phone number")


class DeletionState(TextChoices):
    """Where a deletion stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    HELD = "held", _("Stopped by a legal hold")
    FAILED = "failed", _("Failed")
