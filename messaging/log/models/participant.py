"""The participants of messages to groups."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Right

from core.tenancy import LOOSE, TenantModel
from messaging.log.enums import STATUS_ORDER, CategoryRank, Status

_TIMES = ("sent_at", "delivered_at", "read_at", "failed_at")


class Participant(TenantModel):
    """What happened to a message to a group at one of its participants, who has a charge of their own.

    `participant_key` is a hash of the message's key and the participant: no personal data, and the key of its usage.
    A deletion empties number, user id and error title, and sets `erased`, so that no later webhook restores them. It
    also keeps the keys that the participant would have by each of their names, by which a later webhook may name them.
    """

    participant_key = models.UUIDField(primary_key=True)
    account = models.ForeignKey("accounts.Account", **LOOSE)
    message_id = models.BigIntegerField()
    created_at = models.DateTimeField(help_text="That of the message.")
    msisdn = models.CharField(max_length=20, blank=True)
    user_id = models.CharField(max_length=140, blank=True)
    country = models.CharField(max_length=2, blank=True)
    category = models.CharField(max_length=32, blank=True)
    category_rank = models.SmallIntegerField(choices=CategoryRank, default=CategoryRank.NONE)
    category_since = models.BigIntegerField(null=True)
    pricing_type = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error_source = models.CharField(max_length=12, blank=True)
    error_code = models.IntegerField(null=True)
    error_title = models.CharField(max_length=255, blank=True)
    provider_error_code = models.IntegerField(null=True)
    erased = models.BooleanField(default=False)
    erased_keys = ArrayField(models.UUIDField(), null=True)
    status = models.GeneratedField(
        expression=Case(
            *(
                When(Q(**{f"{column}__isnull": False}), then=Value(str(status)))
                for column, status in STATUS_ORDER
                if column in _TIMES
            ),
            default=Value(str(Status.UNKNOWN)),
        ),
        output_field=models.CharField(max_length=12, choices=Status),
        db_persist=True,
    )

    class Meta:
        db_table = "log_participant"
        indexes = (
            models.Index(fields=["message_id"], name="log_participant_message"),
            models.Index(fields=["account", "created_at"], name="log_participant_months"),
            models.Index(fields=["message_id"], condition=Q(erased=True), name="log_participant_erased"),
            *(
                models.Index(
                    fields=["account", field, "created_at"],
                    condition=~Q(**{field: ""}),
                    name=f"log_participant_{field}",
                )
                for field in ("msisdn", "user_id")
            ),
            models.Index(
                F("account"),
                Right("msisdn", 4),
                F("created_at"),
                include=["msisdn"],
                condition=~Q(msisdn=""),
                name="log_participant_ends",
            ),
        )

    @property
    def status_at(self) -> datetime | None:
        """When it reached its status."""
        return self.read_at or self.delivered_at or self.failed_at or self.sent_at

    charge: Any = None
    """Its billing.selectors.Charge, where a page sets it."""

    def __str__(self) -> str:
        return str(self.participant_key)
