"""Counts of messages by quarter of an hour, so that dashboards never count the log.

Every time zone's midnight is the edge of a quarter (India is at UTC+5:30, Nepal at +5:45), so days come out exact.
"""

from django.db import models
from django.db.models import Q

from core.tenancy import LOOSE, TenantModel
from messaging.log.enums import ON_THE_WAY


class _Counts(TenantModel):
    """The keys of every count. An id of 0 means unknown."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    subaccount_id = models.BigIntegerField()
    phone_number_id = models.BigIntegerField()
    direction = models.CharField(max_length=8)
    category = models.CharField(max_length=32)
    status = models.CharField(max_length=12)
    free = models.BooleanField(help_text="The provider reported it as not charged.")
    error_source = models.CharField(max_length=12, db_default="", help_text="Source of the code: meta or 8x8.")
    error_code = models.IntegerField(db_default=0, help_text="0: none.")

    class Meta:
        abstract = True


class _SlotCounts(_Counts):
    """Counts by quarter of an hour."""

    slot = models.DateTimeField(help_text="Start of the quarter of an hour in which the messages were created.")

    class Meta:
        abstract = True


class _DetailedCounts(_SlotCounts):
    """Counts by country and template as well, which multiply the rows."""

    country = models.CharField(max_length=2, db_default="")
    template_id = models.BigIntegerField(db_default=0)

    class Meta:
        abstract = True


COUNT_KEYS = (
    "subaccount_id",
    "phone_number_id",
    "direction",
    "category",
    "status",
    "free",
    "error_source",
    "error_code",
)
SLOT_KEYS = ("slot", *COUNT_KEYS)
DETAIL_KEYS = (*SLOT_KEYS, "country", "template_id")


class TrafficDelta(_DetailedCounts):
    """A change of a count, written with the messages. Append-only until folded: no two writers meet on a row."""

    n = models.IntegerField()

    class Meta:
        db_table = "log_trafficdelta"

    def __str__(self) -> str:
        return f"{self.n:+d} {self.status}"


class TrafficSlot(_SlotCounts):
    """The number of messages of one slot with one status, over all countries and templates."""

    n = models.BigIntegerField()

    class Meta:
        db_table = "log_trafficslot"
        constraints = (models.UniqueConstraint(fields=["account", *SLOT_KEYS], name="log_trafficslot_one"),)
        # The slots that hold messages on the way: the log searches for these only there.
        indexes = (
            models.Index(
                fields=["account", "status", "slot"],
                condition=Q(status__in=ON_THE_WAY, n__gt=0),
                name="log_traffic_on_way",
            ),
        )

    def __str__(self) -> str:
        return f"{self.n} {self.status}"


class TrafficDetail(_DetailedCounts):
    """The numbers of `TrafficSlot` by country and template: many more rows, of which a filter reads few."""

    n = models.BigIntegerField()

    class Meta:
        db_table = "log_trafficdetail"
        # Begins with the filtered columns; with a filter on only one, PostgreSQL skips through the values of the other.
        constraints = (
            models.UniqueConstraint(
                fields=["account", "template_id", "country", *SLOT_KEYS], name="log_trafficdetail_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.n} {self.status}"


class TrafficZone(TenantModel):
    """A time zone in which an account reads its days: `TrafficDay` holds their sums."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    zone = models.CharField(max_length=64)

    class Meta:
        db_table = "log_trafficzone"
        constraints = (models.UniqueConstraint(fields=["account", "zone"], name="log_trafficzone_one"),)

    def __str__(self) -> str:
        return self.zone


class TrafficDay(_Counts):
    """The sum of the slots of a day in one zone: a hundredth of the rows."""

    zone = models.CharField(max_length=64)
    day = models.DateField()
    n = models.BigIntegerField()

    class Meta:
        db_table = "log_trafficday"
        constraints = (
            models.UniqueConstraint(fields=["account", "zone", "day", *COUNT_KEYS], name="log_trafficday_one"),
        )

    def __str__(self) -> str:
        return f"{self.n} {self.status}"
