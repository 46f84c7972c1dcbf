"""The message log: one row per message, one row per status report, and the payloads beside them."""

import uuid

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Right
from django.utils import timezone

from accounts.models import Subaccount
from core import partitions
from core.tenancy import LOOSE, TenantModel
from messaging.log.enums import STATUS_ORDER, CategoryRank, PayloadKind, Status
from messaging.log.models.channel import PhoneNumber, Template, UnregisteredTemplate
from messaging.log.models.message_key import MESSAGE_KEY
from messaging.log.models.participant import Participant
from messaging.log.models.source import Source
from providers import registry
from providers.vocabulary import Direction

HAS_FAILED = Q(failed_at__isnull=False) | Q(rejected_at__isnull=False) | Q(expired_at__isnull=False)


class MessageFacts(TenantModel):
    """The facts by which a message is counted: where, when, its kind and its outcome. None is personal data."""

    created_at = models.DateTimeField(help_text="The earliest known time of the message.")
    account = models.ForeignKey("accounts.Account", **LOOSE)
    direction = models.CharField(max_length=8, choices=Direction)
    subaccount = models.ForeignKey(Subaccount, null=True, **LOOSE)
    phone_number = models.ForeignKey(PhoneNumber, null=True, **LOOSE)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 of the person's number.")
    group_id = models.CharField(max_length=512, blank=True, help_text="WhatsApp's id of the group it is to or from.")
    content_type = models.CharField(max_length=24, blank=True)
    category = models.CharField(max_length=32, blank=True)
    category_rank = models.SmallIntegerField(choices=CategoryRank, default=CategoryRank.NONE)
    category_since = models.BigIntegerField(
        null=True, help_text="Time of the status that named it, in microseconds since 1970."
    )
    pricing_type = models.CharField(max_length=32, blank=True, help_text="Meta's pricing.type.")
    template = models.ForeignKey(Template, null=True, **LOOSE)
    queued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    detail_rank = models.SmallIntegerField(default=0)
    status_detail = models.CharField(max_length=64, blank=True, help_text="The provider's own word for the status.")
    error_source = models.CharField(max_length=12, blank=True, help_text="Source of the code: meta or 8x8.")
    error_code = models.IntegerField(null=True)
    error_title = models.CharField(max_length=255, blank=True)
    provider_error_code = models.IntegerField(null=True, help_text="Meta's code behind an 8x8 code.")
    status = models.GeneratedField(
        expression=Case(
            *(When(Q(**{f"{column}__isnull": False}), then=Value(str(status))) for column, status in STATUS_ORDER),
            default=Value(str(Status.UNKNOWN)),
        ),
        output_field=models.CharField(max_length=12, choices=Status),
        db_persist=True,
    )

    class Meta:
        abstract = True


class Message(MessageFacts):
    """One message, inbound or outbound. Partitioned by month of `created_at`; primary key: account, created_at, id.

    Every status keeps its own time and only ever moves to an earlier one; `status` follows from them in the database
    itself, so no code can set it. Only messaging/log/lifecycle writes these rows; its columns.py says how each column
    merges.
    """

    id = models.BigAutoField(primary_key=True)
    umid = models.UUIDField(default=uuid.uuid4)
    provider = models.CharField(max_length=12, choices=registry.choices)
    provider_message_id = models.CharField(max_length=512, help_text="wamid at Meta, umid at 8x8.")
    message_key = models.GeneratedField(expression=MESSAGE_KEY, output_field=models.UUIDField(), db_persist=True)
    msisdn = models.CharField(max_length=20, blank=True, help_text="The person's number: digits, no plus sign.")
    user_id = models.CharField(max_length=140, blank=True, help_text="Business-scoped user id.")
    source = models.ForeignKey(Source, null=True, **LOOSE)
    recipient_type = models.CharField(max_length=32, blank=True, help_text="As set by the sender: lead, customer …")
    response_code = models.SmallIntegerField(null=True, help_text="HTTP status with which the provider answered.")
    template_name = models.CharField(max_length=512, blank=True, help_text="Of a template that is not registered.")
    template_language = models.CharField(max_length=16, blank=True)
    client_message_id = models.CharField(max_length=512, blank=True)
    participants: list[Participant]  # of a message to a group; set by selectors.participants

    class Meta:
        db_table = "log_message"
        # The primary key (account, created_at, id) serves the unfiltered log, each other index one filter, in the
        # log's order. Times and statuses stay out of them, so that PostgreSQL can update rows in place; common statuses
        # need no index, and the rare failures have one that only a failure updates.
        indexes = (
            models.Index(fields=["umid"], name="log_umid"),
            *(
                models.Index(fields=["account", field, "created_at", "id"], name=f"log_message_{name}")
                for field, name in (("subaccount", "subaccount"), ("phone_number", "channel"), ("category", "category"))
            ),
            *(
                models.Index(
                    fields=["account", field, "created_at", "id"],
                    condition=Q(**{f"{field}__isnull": False}),
                    name=f"log_message_{name}",
                )
                for field, name in (
                    ("template", "template"),
                    ("source", "source"),
                    ("error_code", "error"),
                    ("response_code", "response"),
                )
            ),
            *(
                models.Index(
                    fields=["account", field, "created_at", "id"],
                    condition=~Q(**{field: ""}),
                    name=f"log_message_{name}",
                )
                for field, name in (
                    ("msisdn", "msisdn"),
                    ("country", "country"),
                    ("recipient_type", "recipient"),
                    ("group_id", "group"),
                    ("user_id", "user"),
                )
            ),
            models.Index(  # longer ends are a condition on the number, which it includes
                F("account"),
                Right("msisdn", 4),
                F("created_at"),
                F("id"),
                include=["msisdn"],
                condition=~Q(msisdn=""),
                name="log_message_ends",
            ),
            # The last two tell the rarest of them without reading the messages.
            models.Index(
                fields=["account", "created_at", "id", "rejected_at", "expired_at"],
                condition=HAS_FAILED,
                name="log_message_wrong",
            ),
        )

    @property
    def named_template(self) -> Template | UnregisteredTemplate | None:
        """The template that it was sent with, as far as it is known."""
        if self.template or not self.template_name:
            return self.template
        return UnregisteredTemplate(self.template_name, self.template_language)

    def __str__(self) -> str:
        return str(self.umid)


class MessageAnchor(models.Model):
    """The key that makes a message unique across all partitions, and the position of its row."""

    pk = models.CompositePrimaryKey("account_id", "provider", "provider_message_id")
    account_id = models.BigIntegerField()
    provider = models.CharField(max_length=12)
    provider_message_id = models.CharField(max_length=512)
    message_id = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "log_anchor"

    def __str__(self) -> str:
        return self.provider_message_id


class DeletedMessage(MessageFacts):
    """What remains of a deleted message, so that a late webhook still counts and restores no personal data.

    Identified by the message key, as in billing; retention deletes it with its month.
    """

    message_key = models.UUIDField(primary_key=True)
    message_id = models.BigIntegerField()
    deleted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "log_deleted"
        indexes = (models.Index(fields=["account", "created_at"], name="log_deleted_months"),)

    def __str__(self) -> str:
        return str(self.message_key)


class Horizon(TenantModel):
    """The start of an account's log: retention deleted everything earlier, and no webhook restores it."""

    account = models.OneToOneField(  # one row an account
        "accounts.Account", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    begins_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id}: {self.begins_at:%Y-%m-%d}"


class StatusEvent(TenantModel):
    """One status a provider reported, with the webhook that proves it. Partitioned by month of `at`."""

    pk = models.CompositePrimaryKey("message_id", "at", "state", "detail", "error_code", "pricing")
    at = models.DateTimeField(help_text="When it happened, by the provider's clock.")
    account = models.ForeignKey("accounts.Account", **LOOSE)
    message_id = models.BigIntegerField()
    state = models.CharField(
        max_length=24, help_text="Tollgate's name for the state, or the provider's if it has none."
    )
    detail = models.CharField(max_length=64, blank=True)
    error_code = models.IntegerField(default=0)
    error_title = models.CharField(max_length=255, blank=True)
    pricing = models.CharField(
        max_length=65, blank=True, help_text="The category and pricing type in it, as utility/regular."
    )
    webhook_id = models.BigIntegerField(null=True, help_text="The inbox row that reported it first.")
    webhook_received_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "log_statusevent"

    def __str__(self) -> str:
        return f"{self.state} at {self.at:%Y-%m-%d %H:%M:%S}"


class MessagePayload(TenantModel):
    """A message's content, or the request and response of its sending. Partitioned by month of `created_at`.

    Beside the log, not in it: its own retention, and the log's rows stay small.
    """

    pk = models.CompositePrimaryKey("message_id", "kind", "created_at")
    created_at = models.DateTimeField()
    account = models.ForeignKey("accounts.Account", **LOOSE)
    message_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=PayloadKind)
    body = models.JSONField()

    class Meta:
        db_table = "log_payload"

    def __str__(self) -> str:
        return f"{self.kind} of message {self.message_id}"


partitions.register("log_message", fillfactor=80)
partitions.register("log_statusevent", fillfactor=100)
partitions.register("log_payload", fillfactor=100)
