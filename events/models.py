"""Events (the outbox), endpoints, subscriptions and deliveries."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Subaccount
from core.secrets import seal, unseal
from core.tenancy import LOOSE, TenantModel
from events.enums import DeliveryState, Format


class Event(TenantModel):
    """An event, written in the transaction that caused it, if there is a subscription.

    `type` names an `events.types.EventType`, which defines the type of the subject. Subject, time, type and `key` are
    unique, so writing the same event again changes nothing.
    """

    account = models.ForeignKey("accounts.Account", **LOOSE)
    type = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=32, help_text="For example message.")
    subject_id = models.BigIntegerField()
    subaccount = models.ForeignKey(Subaccount, null=True, **LOOSE)
    at = models.DateTimeField(help_text="When it happened.")
    key = models.CharField(max_length=160, blank=True, help_text="Tells events of one subject and time apart.")
    payload = models.JSONField(default=dict, help_text="What the type adds when it is delivered is not in it.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (
            # Its index also serves the events of one subject.
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "at", "type", "key"], name="events_event_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} of {self.subject_type} {self.subject_id}"


class Endpoint(TenantModel):
    """The URL for the events of one type: of a subaccount, or of all subaccounts without their own."""

    subaccount = models.ForeignKey(Subaccount, null=True, on_delete=models.CASCADE, related_name="+")
    event_type = models.CharField(max_length=64)
    format = models.CharField(max_length=8, choices=Format, default=Format.EIGHT_X_EIGHT)
    url = models.URLField(max_length=2048)
    enabled = models.BooleanField(default=True)
    authorization_sealed = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, help_text="When the last delivery succeeded.")
    failed_at = models.DateTimeField(null=True, help_text="When the last attempt failed.")
    failure = models.CharField(max_length=64, blank=True, help_text="Result of that attempt: 503, ConnectError.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "subaccount", "event_type"], nulls_distinct=False, name="events_endpoint_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_type} to {self.url}"

    @property
    def is_failing(self) -> bool:
        """Whether the last attempt failed."""
        return self.failed_at is not None and (self.delivered_at is None or self.failed_at > self.delivered_at)

    @property
    def authorization(self) -> str:
        """The value of the `Authorization` header; empty if there is none."""
        return unseal(self.authorization_sealed, owner=f"account:{self.account_id}")

    @authorization.setter
    def authorization(self, value: str) -> None:
        self.authorization_sealed = seal(value, owner=f"account:{self.account_id}")


class Subscription(TenantModel):
    """A receiver of the events of one subject: a URL of its own, or the account's endpoints (`configured`).

    Its deliveries are posted one after the other. The endpoint is looked up at each post, so a change also applies to
    pending deliveries. `public_id` is the subject's id in the API: a message's UMID.
    """

    account = models.ForeignKey("accounts.Account", **LOOSE)
    subject_type = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    configured = models.BooleanField(
        default=False, help_text="To the account's endpoints, without an address of its own."
    )
    public_id = models.UUIDField(default=uuid.uuid4)
    url = models.URLField(max_length=2048, blank=True)
    batch_id = models.UUIDField(null=True)
    client_batch_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subject_id", "subject_type", "configured"], name="events_subscription_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class Delivery(TenantModel):
    """The delivery of one event to one subscription, with the result of its last attempt."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.PENDING)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.SmallIntegerField(default=0)
    answer = models.CharField(max_length=64, blank=True, help_text="Result of the last attempt: 503, ConnectError.")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = (models.UniqueConstraint(fields=["subscription", "event"], name="events_delivery_once"),)
        indexes = (
            models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="events_delivery_due"),
            models.Index(
                fields=["account", "id"], condition=Q(state__in=["pending", "failed"]), name="events_delivery_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_id} to {self.subscription_id}"
