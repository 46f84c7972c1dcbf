"""Inbound webhooks: the endpoints that providers post to, and every body they posted."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core import partitions
from core.networks import validate_network
from core.secrets import digest, seal, unseal
from core.tenancy import LOOSE, TenantModel
from messaging.inbound.enums import HELD_STATES, InboxState
from providers import registry
from providers.vendor import Vendor, Webhooks


class WebhookEndpoint(TenantModel):
    """One address a provider posts to, with its credential. The account of a webhook is the account of its endpoint.

    What we only compare (token, Authorization header) is kept as SHA-256; what we must read again (app secret, the
    address to show) is sealed.
    """

    provider = models.CharField(max_length=12, choices=registry.choices)
    name = models.CharField(max_length=100)
    token_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    token_sealed = models.TextField(editable=False)
    header_name = models.CharField(max_length=64, default="Authorization", help_text="Header that carries the secret.")
    header_digest = models.BinaryField(max_length=32, null=True, editable=False)
    app_secret_sealed = models.TextField(blank=True, editable=False)
    former_header_digest = models.BinaryField(max_length=32, null=True, editable=False)
    former_app_secret_sealed = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False, help_text="The former secret is valid until then.")
    verify_token_sealed = models.TextField(blank=True, editable=False)
    shared_with = models.ManyToManyField(
        "accounts.Account",
        blank=True,
        related_name="+",
        help_text="Other accounts behind the same Meta app. Each webhook goes to the account that has its number.",
    )
    networks = ArrayField(
        models.CharField(max_length=43, validators=[validate_network]),
        default=list,
        blank=True,
        help_text="Addresses that may post, such as 52.220.117.120 or 10.0.0.0/8. Leave empty to allow all.",
    )
    rate_limit = models.PositiveIntegerField(
        default=1_000, help_text="Webhooks per second that one web process accepts; more get a 429 response."
    )
    is_active = models.BooleanField(default=True)
    last_event_at = models.DateTimeField(
        null=True, editable=False, help_text="When it last received a webhook, to about a minute."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return f"{self.name} ({self.provider})"

    @property
    def path(self) -> str:
        """The path to configure at the provider. It holds the token: show it to those who may manage webhooks."""
        return f"/webhooks/{self.provider}/{self._unseal(self.token_sealed)}"

    @property
    def app_secret(self) -> str:
        """Meta's app secret, the key of X-Hub-Signature-256; empty when none is set."""
        return self._unseal(self.app_secret_sealed)

    @property
    def verify_token(self) -> str:
        """The token that Meta must send when it verifies the address."""
        return self._unseal(self.verify_token_sealed)

    @property
    def vendor(self) -> Vendor:
        """The provider's vendor, with its capabilities."""
        return registry.VENDORS[self.provider]

    @property
    def webhooks(self) -> Webhooks:
        """How the provider posts webhooks. Raises LookupError for a provider that posts none."""
        return registry.webhooks_of(self.provider)

    def set_secrets(self, *, token: str, header: str = "", app_secret: str = "", verify_token: str = "") -> None:
        """Replace every secret of the endpoint; the caller saves."""
        self.token_digest, self.token_sealed = digest(token), self._seal(token)
        self.header_digest = digest(header) if header else None
        self.app_secret_sealed, self.verify_token_sealed = self._seal(app_secret), self._seal(verify_token)

    @property
    def former_app_secret(self) -> str:
        """The app secret before the last rotation; empty when there is none."""
        return self._unseal(self.former_app_secret_sealed)

    def rotate(self, *, until: datetime, header: str = "", app_secret: str = "") -> None:
        """Activate new secrets and keep the present ones valid until then; the caller saves."""
        self.former_header_digest, self.former_app_secret_sealed = self.header_digest, self.app_secret_sealed
        self.former_until = until
        self.header_digest = digest(header) if header else self.header_digest
        self.app_secret_sealed = self._seal(app_secret) if app_secret else self.app_secret_sealed

    def _seal(self, secret: str) -> str:
        return seal(secret, owner=f"account:{self.account_id}")

    def _unseal(self, sealed: str) -> str:
        return unseal(sealed, owner=f"account:{self.account_id}")


class Replay(TenantModel):
    """A replay of all held webhooks that match a filter, up to the time of the request; a worker requeues them."""

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.CharField(max_length=255, help_text="Who requested it, as in the audit log.")
    criteria = models.JSONField(default=dict, help_text="The filters of the page of webhooks on hold.")
    requeued = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True, help_text="When all were requeued.")

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["account", "-at"], name="inbound_replay_latest"),
            models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="inbound_replay_open"),
        )

    def __str__(self) -> str:
        return f"Replay {self.pk}"


class InboxItem(TenantModel):
    """A webhook as received: raw bytes, stored before they are parsed. Partitioned by month of `received_at`."""

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    account = models.ForeignKey("accounts.Account", **LOOSE)
    endpoint = models.ForeignKey(WebhookEndpoint, **LOOSE)
    provider = models.CharField(max_length=12, choices=registry.choices)
    headers = models.JSONField(default=dict, help_text="Without credentials.")
    body = models.BinaryField()
    state = models.CharField(max_length=12, choices=InboxState, default=InboxState.PENDING)
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, help_text="Not claimed before this time: a lease or a delay.")
    reason = models.TextField(blank=True, help_text="Why it is quarantined or was retried, or a note.")
    outcome = models.JSONField(
        null=True,
        help_text="Of a webhook with a reason. kinds: the kind of each line of the reason; held: parts not applied; "
        "applied: parts by type.",
    )
    replay = models.ForeignKey(Replay, **LOOSE, null=True, help_text="The last replay of many that included it.")
    processed_at = models.DateTimeField(null=True)
    awaits = ArrayField(
        models.UUIDField(), null=True, help_text="Keys of messages that it edits and that are not in the log yet."
    )

    class Meta:
        db_table = "inbound_inbox"
        indexes = (
            models.Index(
                fields=["account", "due_at", "id"], condition=Q(state="pending"), name="inbound_inbox_pending"
            ),
            models.Index(
                fields=["account", "received_at", "id"],
                condition=Q(state__in=HELD_STATES),
                name="inbound_inbox_held",
            ),
            models.Index(fields=["received_at"], condition=Q(awaits__isnull=False), name="inbound_inbox_awaiting"),
            models.Index(
                fields=["account", "received_at", "id"],
                condition=Q(state="done") & ~Q(reason=""),
                name="inbound_inbox_noted",
            ),
            models.Index(fields=["replay"], condition=Q(replay__isnull=False), name="inbound_inbox_replay"),
        )

    def __str__(self) -> str:
        return f"{self.provider} webhook {self.pk}"


partitions.register("inbound_inbox", fillfactor=90)
