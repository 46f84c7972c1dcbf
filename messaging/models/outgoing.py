"""Where an account wants to be told of its messages, as 8x8's webhooks configuration says it."""

from django.db import models
from django.utils import timezone

from accounts.models import Subaccount
from messaging.enums import HookKind
from portal.core.secrets import seal, unseal
from portal.core.tenancy import TenantModel


class OutgoingWebhook(TenantModel):
    """One address for one kind of webhook of a subaccount, or of all that have none of their own."""

    subaccount = models.ForeignKey(Subaccount, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=HookKind)
    url = models.URLField(max_length=2048)
    enabled = models.BooleanField(default=True)
    authorization_sealed = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "subaccount", "kind"], nulls_distinct=False, name="messaging_outgoing_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.url}"

    @property
    def authorization(self) -> str:
        """The value of the `Authorization` header; empty: none."""
        return unseal(self.authorization_sealed, owner=f"account:{self.account_id}")

    @authorization.setter
    def authorization(self, value: str) -> None:
        self.authorization_sealed = seal(value, owner=f"account:{self.account_id}")
