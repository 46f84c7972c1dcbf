"""Counts of messages by quarter of an hour, so that dashboards never count the log.

Every time zone's midnight is the edge of a quarter (India is at UTC+5:30, Nepal at +5:45), so days come out exact.
"""

from django.db import models
from django.db.models import Q

from core.tenancy import LOOSE, TenantModel
from messaging.log.enums import ON_THE_WAY


class _Summed(TenantModel):
    """What every count is of. An id of 0 means: not known."""

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


class _Counted(_Summed):
    """And when."""

    slot = models.DateTimeField(help_text="Start of the quarter of an hour in which the messages were created.")

    class Meta:
        abstract = True


class _Detailed(_Counted):
    """And by what multiplies the counts."""

    country = models.CharField(max_length=2, db_default="")
    template_id = models.BigIntegerField(db_default=0)

    class Meta:
        abstract = True


SUMMED = ("subaccount_id", "phone_number_id", "direction", "category", "status", "free", "error_source", "error_code")
COUNTED = ("slot", *SUMMED)
DETAILED = (*COUNTED, "country", "template_id")


class TrafficDelta(_Detailed):
    """A change of a count, written with the messages. Append-only until folded: no two writers meet on a row."""

    n = models.IntegerField()

    class Meta:
        db_table = "log_trafficdelta"

    def __str__(self) -> str:
        return f"{self.n:+d} {self.status}"


class TrafficSlot(_Counted):
    """How many messages of one slot have one status, in all countries and of all templates."""

    n = models.BigIntegerField()

    class Meta:
        db_table = "log_trafficslot"
        constraints = (models.UniqueConstraint(fields=["account", *COUNTED], name="log_trafficslot_one"),)
        # Since when any message is on its way, by what it is: that is where the log looks for such.
        indexes = (
            models.Index(
                fields=["account", "status", "slot"],
                condition=Q(status__in=ON_THE_WAY, n__gt=0),
                name="log_traffic_on_way",
            ),
        )

    def __str__(self) -> str:
        return f"{self.n} {self.status}"


class TrafficDetail(_Detailed):
    """The same by country and template, for those who filter by them: many more rows, of which a filter reads few."""

    n = models.BigIntegerField()

    class Meta:
        db_table = "log_trafficdetail"
        # Begins with what is filtered by; where only one of them is, PostgreSQL skips through the values of the other.
        constraints = (
            models.UniqueConstraint(
                fields=["account", "template_id", "country", *COUNTED], name="log_trafficdetail_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.n} {self.status}"


class TrafficZone(TenantModel):
    """A time zone in which an account's days are read: they are summed up for it."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    zone = models.CharField(max_length=64)

    class Meta:
        db_table = "log_trafficzone"
        constraints = (models.UniqueConstraint(fields=["account", "zone"], name="log_trafficzone_one"),)

    def __str__(self) -> str:
        return self.zone


class TrafficDay(_Summed):
    """The slots of a day as one zone has it: a hundredth of the rows."""

    zone = models.CharField(max_length=64)
    day = models.DateField()
    n = models.BigIntegerField()

    class Meta:
        db_table = "log_trafficday"
        constraints = (models.UniqueConstraint(fields=["account", "zone", "day", *SUMMED], name="log_trafficday_one"),)

    def __str__(self) -> str:
        return f"{self.n} {self.status}"
