"""Exports as background jobs, and the schedules that start them."""

import uuid
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from accounts.models import Membership, User
from archive.enums import ACTIVE, Compression, Dataset, ExportState, Format, Interval
from core.tenancy import TenantModel


class ExportBase(TenantModel):
    """The common part of exports and schedules: the dataset, the columns in order, and the format."""

    dataset = models.CharField(max_length=16, choices=Dataset)
    format = models.CharField(max_length=8, choices=Format, default=Format.CSV)
    compression = models.CharField(max_length=8, choices=Compression, blank=True)
    columns = ArrayField(models.CharField(max_length=64))
    time_zone = models.CharField(max_length=64)
    words = models.JSONField(default=list, help_text="The filters in words: [label, value].")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class ExportSchedule(ExportBase):
    """A repeated export. It runs with its creator's present permissions and ends with their membership."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    every = models.CharField(max_length=8, choices=Interval)
    query = models.TextField(blank=True, help_text="The filters of the page, as the query of its URL, without days.")
    next_at = models.DateTimeField()
    problem = models.TextField(blank=True, help_text="Why the last one could not be started.")

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["next_at"], name="archive_schedule_due"),)

    def __str__(self) -> str:
        return f"{self.get_dataset_display()}, {self.get_every_display()}"


class Export(ExportBase):
    """One export. `position`, `parts` and `rows` are saved together after each part, where the next worker continues if
    this one is killed. `file` is set only once the complete file is stored.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    filters = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="As the dataset reads them.")
    subaccount_ids = ArrayField(models.BigIntegerField(), null=True, help_text="Empty: the whole account.")
    whole_numbers = models.BooleanField(help_text="If false, phone numbers are masked.")
    needs = ArrayField(models.CharField(max_length=32), help_text="The permissions required to see it.")
    row_limit = models.BigIntegerField(null=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.CharField(max_length=255, help_text="Who requested it, as named in the audit log.")
    address = models.GenericIPAddressField(null=True, help_text="The IP address of the request.")
    mail = models.BooleanField(default=False, help_text="E-mail the creator when the export is done.")
    schedule = models.ForeignKey(ExportSchedule, null=True, on_delete=models.SET_NULL, related_name="+")
    first_at = models.DateTimeField(null=True, help_text="Start of the period, inclusive.")
    last_at = models.DateTimeField(null=True, help_text="End of the period, exclusive.")

    state = models.CharField(max_length=12, choices=ExportState, default=ExportState.QUEUED)
    position = models.DateTimeField(null=True, help_text="Rows up to this time are stored in parts.")
    parts = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    totals = models.JSONField(default=dict, help_text="Sums by column and currency, as texts.")
    progress = models.SmallIntegerField(default=0, help_text="In percent.")
    attempts = models.SmallIntegerField(default=0, help_text="Attempts since progress was last saved.")
    problem = models.TextField(blank=True)
    file = models.CharField(max_length=255, blank=True, help_text="Its name in the storage.")
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    contents = models.JSONField(default=list, help_text="Each data file in it: name, rows, bytes, sha256.")
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["account", "-created_at", "-id"], name="archive_export_recent"),
            models.Index(
                fields=["worked_at"], condition=models.Q(state__in=[*map(str, ACTIVE)]), name="archive_export_work"
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of its period in its zone; None if the period is open."""
        if self.first_at is None or self.last_at is None:
            return None
        zone = ZoneInfo(self.time_zone)
        return self.first_at.astimezone(zone).date(), (self.last_at - timedelta(microseconds=1)).astimezone(zone).date()

    @property
    def active(self) -> bool:
        """Whether it is queued or running."""
        return self.state in ACTIVE

    @property
    def ready(self) -> bool:
        """Whether there is a file to download."""
        return self.state == ExportState.SUCCEEDED

    @property
    def repeatable(self) -> bool:
        """Whether it can be repeated: it has no file, and no erasure has deleted its filters."""
        ended = {ExportState.FAILED, ExportState.CANCELLED, ExportState.EXPIRED}
        return self.state in ended or (self.state == ExportState.WITHDRAWN and not self.problem)
