"""Where an account wants to be told of its messages, as 8x8's webhooks configuration says it."""

from django.db import models
from django.utils import timezone

from accounts.models import Subaccount
from core.secrets import seal, unseal
from core.tenancy import TenantModel
from events.enums import HookKind


class OutgoingWebhook(TenantModel):
    """One address for one kind of webhook of a subaccount, or of all that have none of their own."""

    subaccount = models.ForeignKey(Subaccount, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=HookKind)
    url = models.URLField(max_length=2048)
    enabled = models.BooleanField(default=True)
    authorization_sealed = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, help_text="When it last took a webhook.")
    failed_at = models.DateTimeField(null=True, help_text="When it last did not.")
    failure = models.CharField(max_length=64, blank=True, help_text="What that came to: 503, ConnectError.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "subaccount", "kind"], nulls_distinct=False, name="events_outgoing_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.url}"

    @property
    def is_failing(self) -> bool:
        """Whether the last post was not taken."""
        return self.failed_at is not None and (self.told_at is None or self.failed_at > self.told_at)

    @property
    def authorization(self) -> str:
        """The value of the `Authorization` header; empty: none."""
        return unseal(self.authorization_sealed, owner=f"account:{self.account_id}")

    @authorization.setter
    def authorization(self, value: str) -> None:
        self.authorization_sealed = seal(value, owner=f"account:{self.account_id}")
