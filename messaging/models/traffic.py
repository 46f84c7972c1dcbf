"""Counts of messages by hour, so that dashboards never count the log."""

from django.db import models

from portal.core.tenancy import LOOSE, TenantModel

_DIMENSIONS = ("account", "hour", "subaccount_id", "phone_number_id", "direction", "category", "status")


class _Counted(TenantModel):
    """The dimensions of a count. An id of 0 means: not known."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    hour = models.DateTimeField(help_text="Start of the UTC hour in which the messages were created.")
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


class TrafficHour(_Counted):
    """How many messages of one hour stand at one status."""

    n = models.BigIntegerField()

    class Meta:
        db_table = "messaging_traffichour"
        constraints = (models.UniqueConstraint(fields=[*_DIMENSIONS, "free"], name="messaging_traffichour_once"),)

    def __str__(self) -> str:
        return f"{self.n} {self.status}"
