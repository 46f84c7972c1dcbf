"""Phone numbers (8x8 calls them channels) and templates, with which messages are sent."""

from dataclasses import dataclass
from typing import Any

from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone

from accounts.models import Subaccount, Waba
from core.secrets import seal, unseal
from core.tenancy import TenantModel
from providers import registry
from providers.vendor import Vendor
from providers.vocabulary import Quality, TemplateStatus


class PhoneNumber(TenantModel):
    """A business phone number. It belongs to one WABA and one subaccount."""

    waba = models.ForeignKey(Waba, on_delete=models.PROTECT, related_name="phone_numbers")
    subaccount = models.ForeignKey(Subaccount, on_delete=models.PROTECT, related_name="phone_numbers")
    provider = models.CharField(max_length=12, choices=registry.choices)
    provider_number_id = models.CharField(
        max_length=64, help_text="Meta's and 360dialog's phone_number_id, 8x8's channelId."
    )
    msisdn = models.CharField("MSISDN", max_length=20, help_text="Digits with country code, no plus sign.")
    display_name = models.CharField(max_length=255, blank=True)
    quality = models.CharField(max_length=64, default=Quality.UNKNOWN)
    messaging_limit = models.CharField(max_length=64, blank=True, help_text="For example TIER_10K.")
    throughput = models.CharField(max_length=64, blank=True, help_text="HIGH: 1,000 messages per second; otherwise 80.")
    flag = models.CharField(max_length=64, blank=True, help_text="FLAGGED or UNFLAGGED, as last reported by Meta.")
    name_status = models.CharField(max_length=64, blank=True, help_text="Meta's decision on the display name.")
    credential_sealed = models.TextField(blank=True, editable=False)
    api_url = models.CharField(
        "API address", max_length=255, blank=True, validators=[URLValidator(["https", "http"])],
        help_text="The provider's API address, such as https://waba-v2.360dialog.io; empty: the default.",
    )  # fmt: skip
    health_due_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When to ask the provider next."
    )
    health_asked_at = models.DateTimeField(null=True, editable=False)
    health_answered_at = models.DateTimeField(null=True, editable=False)
    health_silence = models.CharField(
        max_length=255, blank=True, editable=False, help_text="Why there was no response."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, help_text="Parked webhooks are retried after this.")

    class Meta:
        ordering = ("display_name", "id")
        constraints = (
            models.UniqueConstraint(fields=["account", "provider", "provider_number_id"], name="log_number_id"),
        )

    def __str__(self) -> str:
        return f"{self.display_name} +{self.msisdn}".strip()

    @property
    def credential(self) -> str:
        """Meta's access token, 360dialog's or 8x8's API key, with which the number sends; empty when none is set."""
        return unseal(self.credential_sealed, owner=f"account:{self.account_id}")

    @property
    def vendor(self) -> Vendor:
        """The provider's vendor, with its capabilities."""
        return registry.VENDORS[self.provider]

    def set_credential(self, secret: str) -> None:
        """Replace the credential, or remove it; the caller saves."""
        self.credential_sealed = seal(secret, owner=f"account:{self.account_id}")
        self.health_due_at = timezone.now()


def template_language(language: str) -> str:
    """A language as templates have it, in Meta's spelling: webhooks write `en_US` and `en-US` for one language."""
    first, *others = language.strip().replace("-", "_").split("_")
    return "_".join([first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in others)])


class Template(TenantModel):
    """A message template of a WABA, in one language, as the provider last described it."""

    waba = models.ForeignKey(Waba, on_delete=models.PROTECT, related_name="templates")
    provider_template_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=16)
    category = models.CharField(max_length=64)
    status = models.CharField(max_length=64, default=TemplateStatus.PENDING)
    status_reason = models.CharField(max_length=255, blank=True, help_text="For example FIRST_PAUSE.")
    quality = models.CharField(max_length=64, default=Quality.UNKNOWN)
    source = models.CharField(
        max_length=32, blank=True, help_text="AUTO_GENERATED: made by Meta for messages sent without a template."
    )
    components = models.JSONField(default=list, help_text="Header, body, footer and buttons in Meta's format.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name", "language", "id")
        constraints = (
            models.UniqueConstraint(fields=["account", "waba", "name", "language"], name="log_template_name"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it with its language in Meta's spelling."""
        self.language = template_language(self.language)
        super().save(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class UnregisteredTemplate:
    """A template that a request or a status names and nobody has registered."""

    name: str
    language: str

    def __str__(self) -> str:
        return f"{self.name} ({self.language})" if self.language else self.name
