"""Announcements of providers: every change of a template, number or WABA, and people's preferences."""

from django.db import models

from core.tenancy import TenantModel
from providers.vocabulary import Subject


class Change(TenantModel):
    """One announced change: the field, its old and new value, the reason, the time and the webhook.

    Append-only and without duplicates, so the history does not depend on the order of webhooks. The present state of
    a template or number follows from it: for each field the change with the latest time.
    """

    subject = models.CharField(max_length=16, choices=Subject)
    subject_id = models.BigIntegerField(help_text="Id of the template, phone number or WABA.")
    at = models.DateTimeField(help_text="When it happened, by the provider's clock.")
    field = models.CharField(max_length=64, help_text="For example status, quality, category, messaging_limit.")
    old = models.CharField(max_length=64, blank=True, help_text="As reported by the provider; empty if not reported.")
    new = models.CharField(max_length=64)
    reason = models.CharField(max_length=255, blank=True)
    template_id = models.CharField(
        max_length=64, blank=True, help_text="The provider's id of a template: one that is created again has another."
    )
    template_name = models.CharField(max_length=512, blank=True, help_text="As the announcement names it.")
    template_category = models.CharField(max_length=64, blank=True, help_text="As the announcement names it.")
    details = models.JSONField(default=dict, help_text="The announcement as received.")
    webhook_id = models.BigIntegerField(null=True, help_text="The inbox row that reported it first.")

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            # Its index also serves the timeline of one subject.
            models.UniqueConstraint(
                fields=["account", "subject", "subject_id", "at", "field", "new"], name="log_change_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.field}: {self.old} → {self.new}"


class ContactEvent(TenantModel):
    """A change about a person: a stop or resume of marketing messages, a new user id."""

    at = models.DateTimeField()
    msisdn = models.CharField("MSISDN", max_length=20, blank=True)
    user_id = models.CharField(max_length=140, blank=True)
    field = models.CharField(max_length=64)
    new = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)
    webhook_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["account", "msisdn", "user_id", "at", "field", "new"], name="log_contactevent_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.field}: {self.new}"
