"""The log of other channels: one row a leg."""

from datetime import datetime

from django.db import models
from django.db.models import Case, Q, Value, When

from messaging.log.enums import STATUS_ORDER, Status
from messaging.records.models import RECORD_INDEXES, Record
from providers.vocabulary import OtherChannel

STATES = ("queued", "sent", "delivered", "read", "failed", "rejected", "received")
_STATUSES = [(name, status) for name, status in STATUS_ORDER if name.removesuffix("_at") in STATES]


class Leg(Record):
    """One message on one channel. Every state keeps its earliest time; the status follows in the database itself."""

    umid = models.CharField(
        max_length=512, blank=True, help_text="The provider's id, which all legs of a message share; empty when erased."
    )
    channel = models.CharField(max_length=24, choices=OtherChannel)
    business_address = models.CharField(
        max_length=64, blank=True, help_text="The sender of an SMS, or the number or channel that received a message."
    )
    content_type = models.CharField(max_length=24, blank=True)
    content = models.JSONField(null=True, help_text="In the provider's form.")
    client_message_id = models.CharField(max_length=512, blank=True)
    queued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    detail_at = models.DateTimeField(null=True)
    status_detail = models.CharField(max_length=64, blank=True, help_text="The provider's own word for the status.")
    price_at = models.DateTimeField(null=True, help_text="The time of the event that states the price.")
    price = models.DecimalField(max_digits=24, decimal_places=12, null=True, help_text="As the provider states it.")
    currency = models.CharField(max_length=3, blank=True)
    segments = models.IntegerField(null=True, help_text="Of an SMS.")
    status = models.GeneratedField(
        expression=Case(
            *(When(Q(**{f"{name}__isnull": False}), then=Value(str(status))) for name, status in _STATUSES),
            default=Value(str(Status.UNKNOWN)),
        ),
        output_field=models.CharField(max_length=12, choices=Status),
        db_persist=True,
    )

    class Meta:
        db_table = "legs_leg"
        indexes = (
            *RECORD_INDEXES,
            models.Index(fields=["account", "channel", "created_at", "id"], name="%(class)s_channel"),
            models.Index(fields=["account", "umid"], condition=~Q(umid=""), name="%(class)s_umid"),
        )

    @property
    def last_at(self) -> datetime:
        """The time of its status."""
        times = (getattr(self, name) for name, status in _STATUSES if status == self.status)
        return next(times, None) or self.created_at
