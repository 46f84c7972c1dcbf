"""Markets and rate cards, the facts of usage, and the lines that follow from them.

Facts and price tables are the truth; buckets' lines and cuts are derived and can be rebuilt at any time. Nothing here
holds a phone number, a name or a text.
"""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from billing.enums import AccrualScope, ChargeState
from portal.core.tenancy import LOOSE, TenantModel


class MarketCountry(models.Model):
    """Which market a country belongs to, from when to when (days inclusive, in the WABA's time zone)."""

    country = models.CharField(max_length=2, help_text="ISO 3166 alpha-2.")
    calling_code = models.CharField(max_length=8)
    market = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.TextField()

    class Meta:
        verbose_name_plural = "market countries"
        ordering = ("country", "calling_code", "valid_from")
        constraints = (
            models.UniqueConstraint(fields=["country", "calling_code", "valid_from"], name="billing_market_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="billing_market_period"
            ),
        )

    def __str__(self) -> str:
        return f"{self.country} in {self.market}"


class RateCard(models.Model):
    """Meta's prices in one currency from one day on. A correction is a new revision; old revisions stay."""

    account = models.ForeignKey(
        "accounts.Account", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="Empty: for everyone who has no card of their own.",
    )  # fmt: skip
    currency = models.CharField(max_length=3)
    effective_from = models.DateField(help_text="In force from 00:00 of this day in the WABA's time zone.")
    revision = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, help_text="Of the file it was loaded from.")
    is_active = models.BooleanField(default=True, help_text="One revision per currency and day is in force.")
    loaded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-effective_from", "currency", "-revision")
        constraints = (
            # An empty account counts as one: NULLs would all be distinct.
            models.UniqueConstraint(
                Coalesce("account_id", Value(0)),
                "currency",
                "effective_from",
                "revision",
                name="billing_card_revision",
            ),
            models.UniqueConstraint(
                Coalesce("account_id", Value(0)),
                "currency",
                "effective_from",
                condition=Q(is_active=True),
                name="billing_card_in_force",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Rate(models.Model):
    """The price of one message in one tier: positions `above` < p ≤ `up_to` of the bucket."""

    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="rates")
    market = models.CharField(max_length=64)
    category = models.CharField(max_length=32)
    tier = models.PositiveSmallIntegerField(default=1)
    above = models.BigIntegerField(default=0)
    up_to = models.BigIntegerField(null=True, help_text="Empty: no end, or none known.")
    end_known = models.BooleanField(default=True, help_text="Whether the source gives this tier's end.")
    unit_price = models.DecimalField(max_digits=18, decimal_places=9)
    source = models.TextField(help_text="Where the figure is from: FOUND or DERIVED, and how.")

    class Meta:
        ordering = ("card", "market", "category", "tier")
        constraints = (
            models.UniqueConstraint(fields=["card", "market", "category", "tier"], name="billing_rate_tier"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="billing_rate_not_negative"),
            models.CheckConstraint(
                condition=Q(up_to__isnull=True) | Q(up_to__gt=F("above")), name="billing_rate_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.market} {self.category} {self.unit_price}"


class Bucket(TenantModel):
    """Messages counted together in one month: the unit of ordering, locking and rating."""

    scope = models.CharField(max_length=12, choices=AccrualScope)
    scope_id = models.BigIntegerField(help_text="Id of the portfolio or phone number; 0: not known.")
    accrual_group = models.CharField(max_length=96, help_text="For example India/authentication.")
    month = models.DateField(help_text="First day of the month in the WABA's time zone.")
    allowance = models.IntegerField(default=0, help_text="This many first messages are free.")
    rated_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, help_text="Why the last rating failed; the bucket is parked.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "scope", "scope_id", "accrual_group", "month"], name="billing_bucket_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.accrual_group} {self.month:%Y-%m}"


class UsageFact(TenantModel):
    """One delivered message, without personal data. `message_key` is a hash of account, provider and provider id.

    Merged so that the earliest proof of delivery wins; the same facts arrive at the same row in any order.
    """

    message_key = models.UUIDField(primary_key=True)
    account = models.ForeignKey("accounts.Account", **LOOSE)
    bucket = models.ForeignKey(Bucket, **LOOSE)
    billed_at = models.DateTimeField(help_text="First proof of delivery.")
    day = models.DateField(help_text="Its day in the WABA's time zone.")
    waba_id = models.BigIntegerField(help_text="0: not known.")
    phone_number_id = models.BigIntegerField(help_text="0: not known.")
    subaccount_id = models.BigIntegerField(help_text="0: not known.")
    template_id = models.BigIntegerField(help_text="0: none, or not known.")
    country = models.CharField(max_length=2, blank=True)
    market = models.CharField(max_length=64, blank=True)
    category = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    free_reason = models.CharField(max_length=32, blank=True)
    unrated_reason = models.CharField(max_length=16, blank=True)
    webhook_id = models.BigIntegerField(null=True, help_text="The inbox row that proves the delivery.")

    class Meta:
        indexes = (models.Index(fields=["bucket", "billed_at", "message_key"], name="billing_fact_rank"),)

    def __str__(self) -> str:
        return str(self.message_key)


class DirtyBucket(models.Model):
    """A note that a bucket has new facts. Append-only, written with them; rating removes it."""

    bucket = models.ForeignKey(Bucket, on_delete=models.CASCADE, db_constraint=False, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["bucket"], name="billing_dirty_bucket"),)

    def __str__(self) -> str:
        return str(self.bucket_id)


class RatedLine(TenantModel):
    """The result of rating: n messages of one day and one price, `amount` = n × `unit_price`, exactly."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    bucket = models.ForeignKey(Bucket, on_delete=models.CASCADE, related_name="lines")
    day = models.DateField()
    waba_id = models.BigIntegerField()
    phone_number_id = models.BigIntegerField()
    subaccount_id = models.BigIntegerField()
    country = models.CharField(max_length=2, blank=True)
    market = models.CharField(max_length=64, blank=True)
    category = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=8, choices=ChargeState)
    reason = models.CharField(max_length=32, blank=True)
    rate = models.ForeignKey(Rate, null=True, on_delete=models.PROTECT, related_name="+")
    n = models.BigIntegerField()
    unit_price = models.DecimalField(max_digits=18, decimal_places=9, null=True)
    amount = models.DecimalField(max_digits=28, decimal_places=9, null=True)

    class Meta:
        indexes = (
            models.Index(fields=["account", "day"], name="billing_line_day"),
            models.Index(fields=["bucket"], name="billing_line_bucket"),
        )

    def __str__(self) -> str:
        return f"{self.n} × {self.unit_price}"


class TierCut(models.Model):
    """The first charged message of a bucket above a threshold: a message at or after it stands above."""

    bucket = models.ForeignKey(Bucket, on_delete=models.CASCADE, related_name="cuts")
    above = models.BigIntegerField()
    billed_at = models.DateTimeField()
    message_key = models.UUIDField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bucket", "above"], name="billing_cut_once"),)

    def __str__(self) -> str:
        return f"above {self.above}"
