"""An account's retention periods and legal hold."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Account
from core.tenancy import TenantModel


class Keeping(TenantModel):
    """An account's retention periods in months, counted from the end of a month (null keeps
    forever), and its legal hold.

    Every transaction that deletes data of the account locks this row, and so does one that places a hold: nothing is
    deleted after it commits.
    """

    account = models.OneToOneField(  # one row per account
        Account, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    message_months = models.PositiveSmallIntegerField(
        null=True, help_text="The log: at least 2, because receipts can arrive late."
    )
    payload_months = models.PositiveSmallIntegerField(null=True, help_text="Texts, requests and responses.")
    webhook_months = models.PositiveSmallIntegerField(null=True, default=3, help_text="Bodies of processed webhooks.")
    audit_months = models.PositiveSmallIntegerField(null=True, help_text="At least 12.")
    export_days = models.PositiveSmallIntegerField(null=True, help_text="Exported files; empty: EXPORT_DAYS.")
    swept = models.JSONField(default=dict, help_text="By kind, the first month that the last run kept.")
    held_at = models.DateTimeField(null=True, help_text="When the legal hold was placed.")
    held_by = models.CharField(max_length=255, blank=True)
    hold_reason = models.TextField(blank=True)

    KINDS: ClassVar[tuple[str, ...]] = ("message", "payload", "webhook", "audit")

    def __str__(self) -> str:
        return str(self.account)

    def months(self, kind: str) -> int | None:
        """The period of a kind in months; None keeps it forever."""
        months: int | None = getattr(self, f"{kind}_months")
        return months

    @property
    def export_life(self) -> timedelta:
        """How long an exported file is kept."""
        return timedelta(days=self.export_days or settings.EXPORT_DAYS)
