"""Usage: one fact per delivered message, and hourly sums."""

from django.db import models

from billing.enums import AccrualScope, PriceSource, Window
from core.tenancy import LOOSE, TenantModel


class Bucket(TenantModel):
    """Messages counted together in one month: the unit of ordering, locking and rating."""

    scope = models.CharField(max_length=12, choices=AccrualScope)
    scope_id = models.BigIntegerField(help_text="Id of the portfolio or phone number; 0: unknown.")
    accrual_group = models.CharField(max_length=96, help_text="For example India/authentication.")
    month = models.DateField(help_text="First day of the month in the WABA's time zone.")
    allowance = models.IntegerField(default=0, help_text="The number of free messages at the start.")
    rated_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, help_text="Why the last rating failed; the bucket is parked.")
    parked_at = models.DateTimeField(null=True, help_text="When it failed; it is retried after a minute.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "scope", "scope_id", "accrual_group", "month"], name="billing_bucket_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.accrual_group} {self.month:%Y-%m}"


class UsageKind(TenantModel):
    """The attributes of messages except their time, stored once for all messages that share them.

    The first columns are the reported attributes; market, price category, currency and reasons follow from them by the
    tables of the day. Rows never change: messages with other attributes have another kind.
    """

    account = models.ForeignKey("accounts.Account", **LOOSE)
    provider = models.CharField(max_length=12, blank=True)
    waba_id = models.BigIntegerField(help_text="0: unknown.")
    phone_number_id = models.BigIntegerField(help_text="0: unknown.")
    subaccount_id = models.BigIntegerField(help_text="0: unknown.")
    template_id = models.BigIntegerField(help_text="0: none or unknown.")
    country = models.CharField(max_length=2, blank=True)
    category = models.CharField(max_length=32, blank=True)
    pricing_type = models.CharField(
        max_length=32, blank=True, help_text="As reported by the provider; empty if not reported."
    )
    category_assumed = models.BooleanField(
        default=False, db_default=False, help_text="Whether the category is the template's; no webhook named one."
    )
    open_window = models.CharField(
        max_length=20, blank=True, choices=Window, help_text="That the log knows, if the provider reports no type."
    )
    currency = models.CharField(max_length=3, blank=True)
    market = models.CharField(max_length=64, blank=True)
    price_category = models.CharField(max_length=32, blank=True, help_text="The rate card's column.")
    free_reason = models.CharField(max_length=32, blank=True)
    unrated_reason = models.CharField(max_length=16, blank=True)
    price_source = models.CharField(max_length=8, choices=PriceSource, default=PriceSource.WEBHOOK)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=[
                    "account", "waba_id", "phone_number_id", "subaccount_id", "template_id", "country", "category",
                    "pricing_type", "category_assumed", "open_window", "provider", "currency", "market",
                    "price_category", "free_reason", "unrated_reason", "price_source",
                ],
                name="billing_kind_once",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.category} to {self.country}"


class UsageFact(TenantModel):
    """One delivered message, without personal data. `message_key` is a hash of account, provider and provider id.

    The earliest proof of delivery wins, so the order in which deliveries are merged does not matter.
    """

    message_key = models.UUIDField(primary_key=True)
    account = models.ForeignKey("accounts.Account", **LOOSE)
    bucket = models.ForeignKey(Bucket, **LOOSE)
    billed_at = models.DateTimeField(help_text="First proof of delivery.")
    day = models.DateField(help_text="Its day in the WABA's time zone.")
    kind = models.ForeignKey(UsageKind, **LOOSE)
    webhook_id = models.BigIntegerField(null=True, help_text="The inbox row that proves the delivery.")

    class Meta:
        indexes = (
            models.Index(
                fields=["bucket", "billed_at", "message_key"], include=["kind", "day"], name="billing_fact_in_order"
            ),
        )

    def __str__(self) -> str:
        return str(self.message_key)


class Block(models.Model):
    """Messages of one bucket, UTC hour, day and kind. The fingerprint (of key, time, day and kind, by XOR)
    distinguishes two sets of messages, regardless of their order.
    """

    bucket = models.ForeignKey(Bucket, **LOOSE)
    hour = models.IntegerField(help_text="Hours since 1970-01-01 00:00 UTC.")
    day = models.DateField()
    kind = models.ForeignKey(UsageKind, **LOOSE)
    n = models.BigIntegerField()
    fingerprint = models.BigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.n} in hour {self.hour}"


class UsageBlock(Block):
    """The sum of the deltas that rating has folded in."""

    pk = models.CompositePrimaryKey("bucket_id", "hour", "day", "kind_id")

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(n__gte=0), name="billing_block_not_negative"),)


class BlockDelta(Block):
    """A change of a block. Append-only and written with the facts, because workers that update the same counters wait
    for each other.
    """

    class Meta:
        indexes = (models.Index(fields=["bucket"], name="billing_delta_bucket"),)


class DirtyBucket(models.Model):
    """A marker of a bucket with new facts or prices. Append-only and written with them; rating deletes it."""

    bucket = models.ForeignKey(Bucket, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    misplaced = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Its facts may belong to other buckets by now: place them again first.",
    )

    class Meta:
        indexes = (models.Index(fields=["bucket"], name="billing_dirty_bucket"),)

    def __str__(self) -> str:
        return str(self.bucket_id)


class VolumeAnchor(models.Model):
    """Meta's announcement that a portfolio's volume reached a tier, including messages sent through other providers.

    The earliest of several announcements of a tier counts (Meta, account_update). Positions from `reached_at` on are
    `external` higher than Tollgate's own count.
    """

    bucket = models.ForeignKey(Bucket, on_delete=models.CASCADE, related_name="anchors")
    above = models.BigIntegerField(help_text="The volume before the tier: 25000000 for tier 25000001:50000000.")
    reached_at = models.DateTimeField()
    webhook_id = models.BigIntegerField(null=True)
    external = models.BigIntegerField(default=0, help_text="Messages of other providers by then; rating derives it.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["bucket", "above"], name="billing_anchor_once"),
            models.CheckConstraint(condition=models.Q(above__gt=0), name="billing_anchor_above"),
        )

    def __str__(self) -> str:
        return f"above {self.above} at {self.reached_at}"
