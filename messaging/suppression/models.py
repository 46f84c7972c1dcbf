"""Stops of marketing messages and their lifting: every event, and the state of each identity that follows from them.

The person's own events and the account's are apart, because a person who writes START lifts only what the person
stopped. Times merge as greatest, so any order and any repetition of the same events ends in the same rows.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Greatest
from django.utils import timezone

from core.tenancy import LOOSE, TenantModel
from messaging.suppression.enums import KINDS, Action, Source

_PERSON_STARTED = Greatest("person_started_at", "account_started_at")
_PERSON_STOPS = Q(person_stopped_at__isnull=False) & (
    (Q(person_started_at__isnull=True) & Q(account_started_at__isnull=True)) | Q(person_stopped_at__gte=_PERSON_STARTED)
)
_ACCOUNT_STOPS = Q(account_stopped_at__isnull=False) & (
    Q(account_started_at__isnull=True) | Q(account_stopped_at__gte=F("account_started_at"))
)


class IdentityModel(TenantModel):
    """A row about one identity of a person."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    kind = models.CharField(max_length=16, choices=KINDS)
    value = models.CharField(
        max_length=140, help_text="Digits of a number in its standard spelling, an id as Meta gives it, or a hash."
    )

    class Meta:
        abstract = True


class Suppression(IdentityModel):
    """The state of an identity. It is stopped if `stopped_at` is not null; lifted ones stay."""

    person_stopped_at = models.DateTimeField(null=True)
    person_started_at = models.DateTimeField(null=True)
    account_stopped_at = models.DateTimeField(null=True)
    account_started_at = models.DateTimeField(null=True, help_text="Also lifts what the person stopped.")
    stopped_at = models.GeneratedField(
        expression=Greatest(
            Case(When(_PERSON_STOPS, then=F("person_stopped_at"))),
            Case(When(_ACCOUNT_STOPS, then=F("account_stopped_at"))),
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    changed_at = models.GeneratedField(
        expression=Greatest("person_stopped_at", "person_started_at", "account_stopped_at", "account_started_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "kind", "value"], name="suppression_identity"),)
        indexes = (
            models.Index(fields=["account", "changed_at", "id"], name="suppression_changed"),
            models.Index(
                fields=["account", "changed_at", "id"],
                condition=Q(stopped_at__isnull=False),
                name="suppression_stopped",
            ),
        )

    def __str__(self) -> str:
        return self.value


class SuppressionEvent(IdentityModel):
    """One stop or lifting. Append-only and without duplicates."""

    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=8, choices=Action)
    source = models.CharField(max_length=12, choices=Source)
    reason = models.CharField(max_length=255, blank=True, help_text="As given, or the word that the person wrote.")
    actor = models.CharField(max_length=255, blank=True, help_text="Who did it, if not the person.")
    webhook_id = models.BigIntegerField(null=True, help_text="The inbox row that reported it first.")

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["account", "kind", "value", "at", "action", "source"], name="suppression_event_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} by {self.source}"


class SuppressionWords(TenantModel):
    """The words of an account with which people stop and start marketing messages; without a row, the default ones."""

    stop = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    start = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account"], name="suppression_words_once"),)

    def __str__(self) -> str:
        return ", ".join(self.stop)
