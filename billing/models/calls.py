"""Calls: what was used, and dated cards of their prices."""

from typing import Self

from django.db import models
from django.db.models import F, Q, QuerySet

from billing.models.prices import Revision
from core.tenancy import TenantModel
from providers import registry
from providers.vocabulary import Direction


class CallUsage(TenantModel):
    """One call in which somebody talked, without personal data. Outlives the call in the log."""

    record_key = models.UUIDField(primary_key=True, help_text="A hash of account, provider and the call's id.")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, db_index=False, related_name="+")
    provider = models.CharField(max_length=12, choices=registry.choices)
    waba_id = models.BigIntegerField(null=True)
    direction = models.CharField(max_length=8, choices=Direction, blank=True)
    country = models.CharField(max_length=2, blank=True)
    ended_at = models.DateTimeField(help_text="Orders the calls of a month.")
    pulses = models.BigIntegerField()
    has_failed = models.BooleanField()

    class Meta:
        indexes = (models.Index(fields=["account", "ended_at"], name="billing_callusage_time"),)

    def __str__(self) -> str:
        return str(self.record_key)


class CallCard(Revision):
    """Prices of calls in one currency from one day on."""

    currency = models.CharField(max_length=3)
    effective_from = models.DateField(help_text="In force from 00:00 of this day in the WABA's time zone.")

    class Meta:
        ordering = ("-effective_from", "currency", "-revision")
        constraints = (
            models.UniqueConstraint(
                fields=["currency", "effective_from", "revision"], name="billing_call_card_revision"
            ),
            models.UniqueConstraint(
                fields=["currency", "effective_from"], condition=Q(is_active=True), name="billing_call_card_in_force"
            ),
        )

    def siblings(self) -> QuerySet[Self]:
        """The cards of the same currency and day."""
        return type(self).objects.filter(currency=self.currency, effective_from=self.effective_from)


class CallRate(models.Model):
    """The price of a minute in one tier: of the minutes `above` < m ≤ `up_to` of a portfolio, market and month."""

    card = models.ForeignKey(CallCard, on_delete=models.CASCADE, related_name="rates")
    market = models.CharField(max_length=64)
    above = models.BigIntegerField(default=0)
    up_to = models.BigIntegerField(null=True, help_text="Empty: no end.")
    minute_price = models.DecimalField(max_digits=18, decimal_places=9)
    source = models.TextField(help_text="Source of the figure.")

    class Meta:
        ordering = ("card", "market", "above")
        constraints = (
            models.UniqueConstraint(fields=["card", "market", "above"], name="billing_call_rate_tier"),
            models.CheckConstraint(condition=Q(minute_price__gte=0), name="billing_call_rate_not_negative"),
            models.CheckConstraint(
                condition=Q(up_to__isnull=True) | Q(up_to__gt=F("above")), name="billing_call_rate_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.market} {self.minute_price}"
