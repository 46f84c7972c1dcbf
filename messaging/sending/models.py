"""The model of the gateway: messages to send, until the log has their outcome."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Subaccount
from core.tenancy import LOOSE, TenantModel
from messaging.log.enums import SubmissionState
from messaging.log.models.channel import PhoneNumber
from providers import registry
from providers.vocabulary import Shape


class Submission(TenantModel):
    """One request to send, stored before it is answered. The row is deleted when its outcome is logged.

    The log has the message under its `umid` until the provider's id replaces it. The client's `request` contains no
    credential. `outcome` is the JSON of an AttemptResult, and empty until there is one.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", **LOOSE)
    umid = models.UUIDField(default=uuid.uuid4, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    shape = models.CharField(max_length=12, choices=Shape)
    provider = models.CharField(
        max_length=12, choices=registry.choices, help_text="The provider whose id the message will have."
    )
    subaccount = models.ForeignKey(Subaccount, null=True, **LOOSE)
    phone_number = models.ForeignKey(PhoneNumber, null=True, **LOOSE)
    state = models.CharField(max_length=12, choices=SubmissionState, default=SubmissionState.QUEUED)
    is_logged = models.BooleanField(default=False, help_text="Whether the log has the message.")
    due_at = models.DateTimeField(
        default=timezone.now, help_text="Not sent before this time; while being sent, the end of its lease."
    )
    expires_at = models.DateTimeField(null=True, help_text="Not sent after this time.")
    attempts = models.SmallIntegerField(default=0)
    request = models.JSONField(help_text="The body as the client sent it.")
    about = models.JSONField(
        default=dict, help_text="What the log and receipts report about it: see messaging/sending."
    )
    outcome = models.JSONField(null=True)
    provider_message_id = models.CharField(
        max_length=512, blank=True, help_text="The id reported by a webhook before the provider's response."
    )
    batch_id = models.UUIDField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["phone_number", "due_at", "id"], condition=Q(state="queued"), name="sending_submission_due"
            ),
            models.Index(fields=["due_at", "id"], condition=Q(state="sending"), name="sending_submission_lease"),
            models.Index(fields=["id"], condition=Q(is_logged=False), name="sending_submission_new"),
            models.Index(fields=["id"], condition=Q(state="answered"), name="sending_submission_told"),
            models.Index(fields=["account", "id"], condition=Q(state="uncertain"), name="sending_submission_uncertain"),
            models.Index(fields=["batch_id"], condition=Q(batch_id__isnull=False), name="sending_submission_batch"),
        )

    def __str__(self) -> str:
        return str(self.umid)
