"""Counts of messages by quarter of an hour, so that dashboards never count the log.

Every time zone's midnight is the edge of a quarter (India is at UTC+5:30, Nepal at +5:45), so days come out exact.
"""

from django.db import models
from django.db.models import Q

from messaging.enums import ON_THE_WAY
from portal.core.tenancy import LOOSE, TenantModel

_DIMENSIONS = ("account", "slot", "subaccount_id", "phone_number_id", "direction", "category", "status")


class _Counted(TenantModel):
    """The dimensions of a count. An id of 0 means: not known."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    slot = models.DateTimeField(help_text="Start of the quarter of an hour in which the messages were created.")
    subaccount_id = models.BigIntegerField()
    phone_number_id = models.BigIntegerField()
    direction = models.CharField(max_length=8)
    category = models.CharField(max_length=32)
    status = models.CharField(max_length=12)
    free = models.BooleanField(help_text="The provider said it is not charged.")

    class Meta:
        abstract = True


class TrafficDelta(_Counted):
    """A change of a count, written with the messages. Append-only until folded: no two writers meet on a row."""

    n = models.IntegerField()

    class Meta:
        db_table = "messaging_trafficdelta"

    def __str__(self) -> str:
        return f"{self.n:+d} {self.status}"


class TrafficSlot(_Counted):
    """How many messages of one slot stand at one status."""

    n = models.BigIntegerField()

    class Meta:
        db_table = "messaging_trafficslot"
        constraints = (models.UniqueConstraint(fields=[*_DIMENSIONS, "free"], name="messaging_trafficslot_once"),)
        # Since when any message is on its way: that is where the log looks for such.
        indexes = (
            models.Index(
                fields=["account", "slot"], condition=Q(status__in=ON_THE_WAY, n__gt=0), name="messaging_traffic_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.n} {self.status}"
