"""The results of rating, derived from usage and prices and rebuilt when either changes."""

from django.db import models
from django.db.models import Q

from billing.enums import ChargeState, PriceSource
from billing.models.prices import Rate
from billing.models.usage import Bucket, UsageKind
from core.tenancy import LOOSE, TenantModel


class RatedLine(TenantModel):
    """n messages of one day, kind and price: `amount` = n × `unit_price`, exactly.

    A line has the prices of both books: the provider's charge and, in `sell_…` (empty without sell terms), the
    account's.
    """

    account = models.ForeignKey("accounts.Account", **LOOSE)
    bucket = models.ForeignKey(Bucket, on_delete=models.CASCADE, related_name="lines")
    day = models.DateField()
    kind = models.ForeignKey(UsageKind, **LOOSE)
    state = models.CharField(max_length=8, choices=ChargeState)
    reason = models.CharField(max_length=32, blank=True)
    rate = models.ForeignKey(Rate, null=True, on_delete=models.PROTECT, related_name="+")
    above = models.BigIntegerField(null=True, help_text="Where the rate's tier begins; empty: no rate.")
    anchored = models.BooleanField(default=False, help_text="Whether positions include volume at other providers.")
    n = models.BigIntegerField()
    unit_price = models.DecimalField(max_digits=18, decimal_places=9, null=True)
    amount = models.DecimalField(max_digits=28, decimal_places=9, null=True)
    price_source = models.CharField(max_length=8, choices=PriceSource, blank=True, help_text="Empty: unrated.")
    sell_state = models.CharField(max_length=8, choices=ChargeState, blank=True)
    sell_reason = models.CharField(max_length=32, blank=True)
    sell_rate = models.ForeignKey(Rate, null=True, on_delete=models.PROTECT, related_name="+")
    sell_above = models.BigIntegerField(null=True, help_text="Where the tier of the account's own rate begins.")
    sell_price = models.DecimalField(max_digits=24, decimal_places=15, null=True)
    sell_amount = models.DecimalField(max_digits=34, decimal_places=15, null=True)

    class Meta:
        indexes = (
            models.Index(fields=["account", "day"], name="billing_line_day"),
            models.Index(fields=["account"], condition=Q(state="unrated"), name="billing_line_unrated"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=[
                    "bucket", "day", "kind", "state", "reason", "above", "anchored", "sell_state", "sell_reason",
                    "sell_above",
                ],
                nulls_distinct=False,
                name="billing_line_once",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.n} × {self.unit_price}"


class TierCut(models.Model):
    """The first charged message of a bucket above a threshold: it and all later ones are above."""

    bucket = models.ForeignKey(Bucket, on_delete=models.CASCADE, related_name="cuts")
    above = models.BigIntegerField()
    billed_at = models.DateTimeField()
    message_key = models.UUIDField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bucket", "above"], name="billing_cut_once"),)

    def __str__(self) -> str:
        return f"above {self.above}"


class RatingRun(models.Model):
    """The rating of a bucket by one set of terms (cards, allowance, sell terms, anchors). Rating again by the same
    terms updates the row; other terms add a new one. n and fingerprint prove which messages it covers.
    """

    bucket = models.ForeignKey(Bucket, on_delete=models.CASCADE, related_name="runs")
    terms = models.CharField(max_length=32, help_text="Hash of every price and bound that took part.")
    layout = models.CharField(max_length=32, help_text="Hash of the bounds and announcements alone.")
    engine = models.PositiveSmallIntegerField(help_text="Version of the algorithm.")
    n = models.BigIntegerField()
    fingerprint = models.BigIntegerField()
    first_at = models.DateTimeField()
    rated_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["bucket", "-first_at"], name="billing_run_latest"),)

    def __str__(self) -> str:
        return f"{self.n} messages, terms {self.terms[:8]}"
