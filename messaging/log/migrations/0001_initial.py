"""The message log, what messages are sent with, and the counts of messages."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import providers.registry
import uuid
from django.conf import settings
from django.db import migrations, models

from core.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "provider",
                    models.CharField(
                        choices=providers.registry.choices,
                        max_length=12,
                    ),
                ),
                (
                    "provider_number_id",
                    models.CharField(
                        help_text="Meta's and 360dialog's phone_number_id, 8x8's channelId.", max_length=64
                    ),
                ),
                (
                    "msisdn",
                    models.CharField(
                        help_text="Digits with country code, no plus sign.", max_length=20, verbose_name="MSISDN"
                    ),
                ),
                ("display_name", models.CharField(blank=True, max_length=255)),
                ("quality", models.CharField(default="UNKNOWN", max_length=64)),
                ("messaging_limit", models.CharField(blank=True, help_text="For example TIER_10K.", max_length=64)),
                (
                    "throughput",
                    models.CharField(
                        blank=True, help_text="HIGH: 1,000 messages per second; otherwise 80.", max_length=64
                    ),
                ),
                (
                    "flag",
                    models.CharField(
                        blank=True, help_text="FLAGGED or UNFLAGGED, as last reported by Meta.", max_length=64
                    ),
                ),
                (
                    "name_status",
                    models.CharField(blank=True, help_text="Meta's decision on the display name.", max_length=64),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, help_text="Parked webhooks are retried after this."),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "subaccount",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="phone_numbers",
                        to="accounts.subaccount",
                    ),
                ),
                (
                    "waba",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="phone_numbers", to="accounts.waba"
                    ),
                ),
                (
                    "api_url",
                    models.CharField(
                        blank=True,
                        help_text="The provider's API address, such as https://waba-v2.360dialog.io; empty: the default.",
                        max_length=255,
                        validators=[django.core.validators.URLValidator(["https", "http"])],
                        verbose_name="API address",
                    ),
                ),
                ("credential_sealed", models.TextField(blank=True, editable=False)),
                ("health_answered_at", models.DateTimeField(editable=False, null=True)),
                ("health_asked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "health_due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, help_text="When to ask the provider next."
                    ),
                ),
                (
                    "health_silence",
                    models.CharField(
                        blank=True, editable=False, help_text="Why there was no response.", max_length=255
                    ),
                ),
            ],
            options={
                "ordering": ("display_name", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("account", "provider", "provider_number_id"), name="log_number_id")
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider_template_id", models.CharField(blank=True, max_length=64)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="AUTO_GENERATED: made by Meta for messages sent without a template.",
                        max_length=32,
                    ),
                ),
                ("name", models.CharField(max_length=512)),
                ("language", models.CharField(max_length=16)),
                ("category", models.CharField(max_length=64)),
                ("status", models.CharField(default="PENDING", max_length=64)),
                ("status_reason", models.CharField(blank=True, help_text="For example FIRST_PAUSE.", max_length=255)),
                ("quality", models.CharField(default="UNKNOWN", max_length=64)),
                (
                    "components",
                    models.JSONField(default=list, help_text="Header, body, footer and buttons in Meta's format."),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "waba",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="templates", to="accounts.waba"
                    ),
                ),
            ],
            options={
                "ordering": ("name", "language", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("account", "waba", "name", "language"), name="log_template_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.CharField(
                        choices=[("template", "Template"), ("phone_number", "Phone number"), ("waba", "WABA")],
                        max_length=16,
                    ),
                ),
                ("subject_id", models.BigIntegerField(help_text="Id of the template, phone number or WABA.")),
                ("at", models.DateTimeField(help_text="When it happened, by the provider's clock.")),
                (
                    "field",
                    models.CharField(
                        help_text="For example status, quality, category, messaging_limit.", max_length=64
                    ),
                ),
                (
                    "old",
                    models.CharField(
                        blank=True, help_text="As reported by the provider; empty if not reported.", max_length=64
                    ),
                ),
                ("new", models.CharField(max_length=64)),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "template_id",
                    models.CharField(
                        blank=True,
                        help_text="The provider's id of a template: one that is created again has another.",
                        max_length=64,
                    ),
                ),
                (
                    "template_name",
                    models.CharField(blank=True, help_text="As the announcement names it.", max_length=512),
                ),
                (
                    "template_category",
                    models.CharField(blank=True, help_text="As the announcement names it.", max_length=64),
                ),
                ("details", models.JSONField(default=dict, help_text="The announcement as received.")),
                ("webhook_id", models.BigIntegerField(help_text="The inbox row that reported it first.", null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "subject", "subject_id", "at", "field", "new"), name="log_change_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("msisdn", models.CharField(blank=True, max_length=20, verbose_name="MSISDN")),
                ("user_id", models.CharField(blank=True, max_length=140)),
                ("field", models.CharField(max_length=64)),
                ("new", models.CharField(blank=True, max_length=64)),
                ("details", models.JSONField(default=dict)),
                ("webhook_id", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "msisdn", "user_id", "at", "field", "new"),
                        name="log_contactevent_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "category",
                    models.CharField(
                        choices=[("campaign", "Campaign"), ("template_bot", "Template bot"), ("api", "API")],
                        max_length=16,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=128)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("account", "category", "name"), name="log_source_name")
                ],
            },
        ),
        # By month, so that retention drops a month of the log in constant time.
        CreatePartitionedModel(
            name="Message",
            column="created_at",
            primary_key=("account_id", "created_at", "id"),
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(help_text="The earliest known time of the message.")),
                ("umid", models.UUIDField(default=uuid.uuid4)),
                (
                    "provider",
                    models.CharField(
                        choices=providers.registry.choices,
                        max_length=12,
                    ),
                ),
                ("provider_message_id", models.CharField(help_text="wamid at Meta, umid at 8x8.", max_length=512)),
                # Generated: the key under which billing knows the message. Python makes the same in models/message_key.py.
                (
                    "message_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.comparison.Cast("account_id", models.TextField()),
                            models.F("provider"),
                            models.F("provider_message_id"),
                            arg_joiner=" || ':' || ",
                            output_field=models.UUIDField(),
                            template="md5(%(expressions)s)::uuid",
                        ),
                        output_field=models.UUIDField(),
                    ),
                ),
                (
                    "direction",
                    models.CharField(choices=[("outbound", "Outbound"), ("inbound", "Inbound")], max_length=8),
                ),
                (
                    "msisdn",
                    models.CharField(blank=True, help_text="The person's number: digits, no plus sign.", max_length=20),
                ),
                ("user_id", models.CharField(blank=True, help_text="Business-scoped user id.", max_length=140)),
                ("country", models.CharField(blank=True, help_text="ISO 3166 of the person's number.", max_length=2)),
                (
                    "group_id",
                    models.CharField(
                        blank=True, help_text="WhatsApp's id of the group it is to or from.", max_length=512
                    ),
                ),
                ("content_type", models.CharField(blank=True, max_length=24)),
                ("category", models.CharField(blank=True, max_length=32)),
                (
                    "category_rank",
                    models.SmallIntegerField(
                        choices=[
                            (0, "reported with the proof of delivery"),
                            (1, "reported earlier by the provider"),
                            (2, "taken from the template"),
                            (9, "unknown"),
                        ],
                        default=9,
                    ),
                ),
                (
                    "category_since",
                    models.BigIntegerField(
                        help_text="Time of the status that named it, in microseconds since 1970.", null=True
                    ),
                ),
                ("pricing_type", models.CharField(blank=True, help_text="Meta's pricing.type.", max_length=32)),
                (
                    "recipient_type",
                    models.CharField(blank=True, help_text="As set by the sender: lead, customer …", max_length=32),
                ),
                (
                    "response_code",
                    models.SmallIntegerField(help_text="HTTP status with which the provider answered.", null=True),
                ),
                (
                    "template_name",
                    models.CharField(blank=True, help_text="Of a template that is not registered.", max_length=512),
                ),
                ("template_language", models.CharField(blank=True, max_length=16)),
                ("client_message_id", models.CharField(blank=True, max_length=512)),
                ("queued_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("rejected_at", models.DateTimeField(null=True)),
                ("expired_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("detail_rank", models.SmallIntegerField(default=0)),
                (
                    "status_detail",
                    models.CharField(blank=True, help_text="The provider's own word for the status.", max_length=64),
                ),
                (
                    "error_source",
                    models.CharField(blank=True, help_text="Source of the code: meta or 8x8.", max_length=12),
                ),
                ("error_code", models.IntegerField(null=True)),
                ("error_title", models.CharField(blank=True, max_length=255)),
                ("provider_error_code", models.IntegerField(help_text="Meta's code behind an 8x8 code.", null=True)),
                # Generated: the status follows from the times, so no statement can set one that contradicts them.
                (
                    "status",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(models.Q(("received_at__isnull", False)), then=models.Value("received")),
                            models.When(models.Q(("read_at__isnull", False)), then=models.Value("read")),
                            models.When(models.Q(("delivered_at__isnull", False)), then=models.Value("delivered")),
                            models.When(models.Q(("failed_at__isnull", False)), then=models.Value("undelivered")),
                            models.When(models.Q(("rejected_at__isnull", False)), then=models.Value("rejected")),
                            models.When(models.Q(("expired_at__isnull", False)), then=models.Value("expired")),
                            models.When(models.Q(("sent_at__isnull", False)), then=models.Value("sent")),
                            models.When(models.Q(("queued_at__isnull", False)), then=models.Value("queued")),
                            default=models.Value("unknown"),
                        ),
                        output_field=models.CharField(
                            choices=[
                                ("read", "Read"),
                                ("delivered", "Delivered"),
                                ("undelivered", "Undelivered"),
                                ("rejected", "Rejected"),
                                ("expired", "Expired"),
                                ("sent", "Sent"),
                                ("queued", "Queued"),
                                ("received", "Received"),
                                ("unknown", "Unknown"),
                            ],
                            max_length=12,
                        ),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "subaccount",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.subaccount",
                    ),
                ),
                (
                    "phone_number",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="log.phonenumber",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="log.template",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="log.source",
                    ),
                ),
            ],
            options={
                "db_table": "log_message",
                "indexes": [
                    models.Index(fields=["umid"], name="log_umid"),
                    models.Index(fields=["account", "subaccount", "created_at", "id"], name="log_message_subaccount"),
                    models.Index(fields=["account", "phone_number", "created_at", "id"], name="log_message_channel"),
                    models.Index(fields=["account", "category", "created_at", "id"], name="log_message_category"),
                    models.Index(
                        condition=models.Q(("template__isnull", False)),
                        fields=["account", "template", "created_at", "id"],
                        name="log_message_template",
                    ),
                    models.Index(
                        condition=models.Q(("source__isnull", False)),
                        fields=["account", "source", "created_at", "id"],
                        name="log_message_source",
                    ),
                    models.Index(
                        condition=models.Q(("error_code__isnull", False)),
                        fields=["account", "error_code", "created_at", "id"],
                        name="log_message_error",
                    ),
                    models.Index(
                        condition=models.Q(("response_code__isnull", False)),
                        fields=["account", "response_code", "created_at", "id"],
                        name="log_message_response",
                    ),
                    models.Index(
                        condition=models.Q(("msisdn", ""), _negated=True),
                        fields=["account", "msisdn", "created_at", "id"],
                        name="log_message_msisdn",
                    ),
                    models.Index(
                        condition=models.Q(("country", ""), _negated=True),
                        fields=["account", "country", "created_at", "id"],
                        name="log_message_country",
                    ),
                    models.Index(
                        condition=models.Q(("recipient_type", ""), _negated=True),
                        fields=["account", "recipient_type", "created_at", "id"],
                        name="log_message_recipient",
                    ),
                    models.Index(
                        condition=models.Q(("group_id", ""), _negated=True),
                        fields=["account", "group_id", "created_at", "id"],
                        name="log_message_group",
                    ),
                    models.Index(
                        condition=models.Q(("user_id", ""), _negated=True),
                        fields=["account", "user_id", "created_at", "id"],
                        name="log_message_user",
                    ),
                    models.Index(
                        models.F("account"),
                        django.db.models.functions.text.Right("msisdn", 4),
                        models.F("created_at"),
                        models.F("id"),
                        condition=models.Q(("msisdn", ""), _negated=True),
                        include=("msisdn",),
                        name="log_message_ends",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("failed_at__isnull", False),
                            ("rejected_at__isnull", False),
                            ("expired_at__isnull", False),
                            _connector="OR",
                        ),
                        fields=["account", "created_at", "id", "rejected_at", "expired_at"],
                        name="log_message_wrong",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageAnchor",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "provider",
                        "provider_message_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("provider", models.CharField(max_length=12)),
                ("provider_message_id", models.CharField(max_length=512)),
                ("message_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_anchor",
            },
        ),
        migrations.CreateModel(
            name="DeletedMessage",
            fields=[
                ("created_at", models.DateTimeField(help_text="The earliest known time of the message.")),
                (
                    "direction",
                    models.CharField(choices=[("outbound", "Outbound"), ("inbound", "Inbound")], max_length=8),
                ),
                ("country", models.CharField(blank=True, help_text="ISO 3166 of the person's number.", max_length=2)),
                (
                    "group_id",
                    models.CharField(
                        blank=True, help_text="WhatsApp's id of the group it is to or from.", max_length=512
                    ),
                ),
                ("content_type", models.CharField(blank=True, max_length=24)),
                ("category", models.CharField(blank=True, max_length=32)),
                (
                    "category_rank",
                    models.SmallIntegerField(
                        choices=[
                            (0, "reported with the proof of delivery"),
                            (1, "reported earlier by the provider"),
                            (2, "taken from the template"),
                            (9, "unknown"),
                        ],
                        default=9,
                    ),
                ),
                (
                    "category_since",
                    models.BigIntegerField(
                        help_text="Time of the status that named it, in microseconds since 1970.", null=True
                    ),
                ),
                ("pricing_type", models.CharField(blank=True, help_text="Meta's pricing.type.", max_length=32)),
                ("queued_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("rejected_at", models.DateTimeField(null=True)),
                ("expired_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("detail_rank", models.SmallIntegerField(default=0)),
                (
                    "status_detail",
                    models.CharField(blank=True, help_text="The provider's own word for the status.", max_length=64),
                ),
                (
                    "error_source",
                    models.CharField(blank=True, help_text="Source of the code: meta or 8x8.", max_length=12),
                ),
                ("error_code", models.IntegerField(null=True)),
                ("error_title", models.CharField(blank=True, max_length=255)),
                ("provider_error_code", models.IntegerField(help_text="Meta's code behind an 8x8 code.", null=True)),
                # Generated from the times, as in Message.
                (
                    "status",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(models.Q(("received_at__isnull", False)), then=models.Value("received")),
                            models.When(models.Q(("read_at__isnull", False)), then=models.Value("read")),
                            models.When(models.Q(("delivered_at__isnull", False)), then=models.Value("delivered")),
                            models.When(models.Q(("failed_at__isnull", False)), then=models.Value("undelivered")),
                            models.When(models.Q(("rejected_at__isnull", False)), then=models.Value("rejected")),
                            models.When(models.Q(("expired_at__isnull", False)), then=models.Value("expired")),
                            models.When(models.Q(("sent_at__isnull", False)), then=models.Value("sent")),
                            models.When(models.Q(("queued_at__isnull", False)), then=models.Value("queued")),
                            default=models.Value("unknown"),
                        ),
                        output_field=models.CharField(
                            choices=[
                                ("read", "Read"),
                                ("delivered", "Delivered"),
                                ("undelivered", "Undelivered"),
                                ("rejected", "Rejected"),
                                ("expired", "Expired"),
                                ("sent", "Sent"),
                                ("queued", "Queued"),
                                ("received", "Received"),
                                ("unknown", "Unknown"),
                            ],
                            max_length=12,
                        ),
                    ),
                ),
                ("message_key", models.UUIDField(primary_key=True, serialize=False)),
                ("message_id", models.BigIntegerField()),
                ("deleted_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "phone_number",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="log.phonenumber",
                    ),
                ),
                (
                    "subaccount",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.subaccount",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="log.template",
                    ),
                ),
            ],
            options={
                "db_table": "log_deleted",
                "indexes": [models.Index(fields=["account", "created_at"], name="log_deleted_months")],
            },
        ),
        migrations.CreateModel(
            name="Horizon",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("begins_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        # By month, which goes with the same month of the log.
        CreatePartitionedModel(
            name="StatusEvent",
            column="at",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "message_id",
                        "at",
                        "state",
                        "detail",
                        "error_code",
                        "pricing",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("at", models.DateTimeField(help_text="When it happened, by the provider's clock.")),
                ("message_id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        help_text="Tollgate's name for the state, or the provider's if it has none.", max_length=24
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=64)),
                ("error_code", models.IntegerField(default=0)),
                ("error_title", models.CharField(blank=True, max_length=255)),
                (
                    "pricing",
                    models.CharField(
                        blank=True,
                        help_text="The category and pricing type in it, as utility/regular.",
                        max_length=65,
                    ),
                ),
                ("webhook_id", models.BigIntegerField(help_text="The inbox row that reported it first.", null=True)),
                ("webhook_received_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "log_statusevent",
            },
        ),
        # By month: texts have a retention of their own.
        CreatePartitionedModel(
            name="MessagePayload",
            column="created_at",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "message_id",
                        "kind",
                        "created_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("message_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("content", "Content"),
                            ("edit", "Edit"),
                            ("request", "Request"),
                            ("response", "Response"),
                        ],
                        max_length=8,
                    ),
                ),
                ("body", models.JSONField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "log_payload",
            },
        ),
        migrations.CreateModel(
            name="LogColumns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), size=None),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "user"), name="log_logcolumns_once")],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                ("participant_key", models.UUIDField(primary_key=True, serialize=False)),
                ("message_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField(help_text="That of the message.")),
                ("msisdn", models.CharField(blank=True, max_length=20)),
                ("user_id", models.CharField(blank=True, max_length=140)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("category", models.CharField(blank=True, max_length=32)),
                (
                    "category_rank",
                    models.SmallIntegerField(
                        choices=[
                            (0, "reported with the proof of delivery"),
                            (1, "reported earlier by the provider"),
                            (2, "taken from the template"),
                            (9, "unknown"),
                        ],
                        default=9,
                    ),
                ),
                ("category_since", models.BigIntegerField(null=True)),
                ("pricing_type", models.CharField(blank=True, max_length=32)),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("error_source", models.CharField(blank=True, max_length=12)),
                ("error_code", models.IntegerField(null=True)),
                ("error_title", models.CharField(blank=True, max_length=255)),
                ("provider_error_code", models.IntegerField(null=True)),
                ("erased", models.BooleanField(default=False)),
                (
                    "erased_keys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
                ),
                (
                    "status",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(models.Q(("read_at__isnull", False)), then=models.Value("read")),
                            models.When(models.Q(("delivered_at__isnull", False)), then=models.Value("delivered")),
                            models.When(models.Q(("failed_at__isnull", False)), then=models.Value("undelivered")),
                            models.When(models.Q(("sent_at__isnull", False)), then=models.Value("sent")),
                            default=models.Value("unknown"),
                        ),
                        output_field=models.CharField(
                            choices=[
                                ("read", "Read"),
                                ("delivered", "Delivered"),
                                ("undelivered", "Undelivered"),
                                ("rejected", "Rejected"),
                                ("expired", "Expired"),
                                ("sent", "Sent"),
                                ("queued", "Queued"),
                                ("received", "Received"),
                                ("unknown", "Unknown"),
                            ],
                            max_length=12,
                        ),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "log_participant",
                "indexes": [
                    models.Index(fields=["message_id"], name="log_participant_message"),
                    models.Index(fields=["account", "created_at"], name="log_participant_months"),
                    models.Index(
                        condition=models.Q(("erased", True)), fields=["message_id"], name="log_participant_erased"
                    ),
                    models.Index(
                        condition=models.Q(("msisdn", ""), _negated=True),
                        fields=["account", "msisdn", "created_at"],
                        name="log_participant_msisdn",
                    ),
                    models.Index(
                        condition=models.Q(("user_id", ""), _negated=True),
                        fields=["account", "user_id", "created_at"],
                        name="log_participant_user_id",
                    ),
                    models.Index(
                        models.F("account"),
                        django.db.models.functions.text.Right("msisdn", 4),
                        models.F("created_at"),
                        condition=models.Q(("msisdn", ""), _negated=True),
                        include=("msisdn",),
                        name="log_participant_ends",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(help_text="Begins with a question mark.", max_length=2000)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("account", "user", "name"), name="log_savedfilter_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="TrafficDelta",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slot",
                    models.DateTimeField(
                        help_text="Start of the quarter of an hour in which the messages were created."
                    ),
                ),
                ("subaccount_id", models.BigIntegerField()),
                ("phone_number_id", models.BigIntegerField()),
                ("direction", models.CharField(max_length=8)),
                ("category", models.CharField(max_length=32)),
                ("status", models.CharField(max_length=12)),
                ("free", models.BooleanField(help_text="The provider reported it as not charged.")),
                ("n", models.IntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                ("country", models.CharField(db_default="", max_length=2)),
                ("error_code", models.IntegerField(db_default=0, help_text="0: none.")),
                (
                    "error_source",
                    models.CharField(db_default="", help_text="Source of the code: meta or 8x8.", max_length=12),
                ),
                ("template_id", models.BigIntegerField(db_default=0)),
            ],
            options={
                "db_table": "log_trafficdelta",
            },
        ),
        migrations.CreateModel(
            name="TrafficSlot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slot",
                    models.DateTimeField(
                        help_text="Start of the quarter of an hour in which the messages were created."
                    ),
                ),
                ("subaccount_id", models.BigIntegerField()),
                ("phone_number_id", models.BigIntegerField()),
                ("direction", models.CharField(max_length=8)),
                ("category", models.CharField(max_length=32)),
                ("status", models.CharField(max_length=12)),
                ("free", models.BooleanField(help_text="The provider reported it as not charged.")),
                ("n", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                ("error_code", models.IntegerField(db_default=0, help_text="0: none.")),
                (
                    "error_source",
                    models.CharField(db_default="", help_text="Source of the code: meta or 8x8.", max_length=12),
                ),
            ],
            options={
                "db_table": "log_trafficslot",
                "indexes": [
                    models.Index(
                        condition=models.Q(("n__gt", 0), ("status__in", ("sent", "queued"))),
                        fields=["account", "status", "slot"],
                        name="log_traffic_on_way",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "account",
                            "slot",
                            "subaccount_id",
                            "phone_number_id",
                            "direction",
                            "category",
                            "status",
                            "free",
                            "error_source",
                            "error_code",
                        ),
                        name="log_trafficslot_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TrafficDetail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "slot",
                    models.DateTimeField(
                        help_text="Start of the quarter of an hour in which the messages were created."
                    ),
                ),
                ("subaccount_id", models.BigIntegerField()),
                ("phone_number_id", models.BigIntegerField()),
                ("direction", models.CharField(max_length=8)),
                ("category", models.CharField(max_length=32)),
                ("status", models.CharField(max_length=12)),
                ("free", models.BooleanField(help_text="The provider reported it as not charged.")),
                (
                    "error_source",
                    models.CharField(db_default="", help_text="Source of the code: meta or 8x8.", max_length=12),
                ),
                ("error_code", models.IntegerField(db_default=0, help_text="0: none.")),
                ("country", models.CharField(db_default="", max_length=2)),
                ("template_id", models.BigIntegerField(db_default=0)),
                ("n", models.BigIntegerField()),
            ],
            options={
                "db_table": "log_trafficdetail",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "account",
                            "template_id",
                            "country",
                            "slot",
                            "subaccount_id",
                            "phone_number_id",
                            "direction",
                            "category",
                            "status",
                            "free",
                            "error_source",
                            "error_code",
                        ),
                        name="log_trafficdetail_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TrafficZone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("zone", models.CharField(max_length=64)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "log_trafficzone",
                "constraints": [models.UniqueConstraint(fields=("account", "zone"), name="log_trafficzone_one")],
            },
        ),
        migrations.CreateModel(
            name="TrafficDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subaccount_id", models.BigIntegerField()),
                ("phone_number_id", models.BigIntegerField()),
                ("direction", models.CharField(max_length=8)),
                ("category", models.CharField(max_length=32)),
                ("status", models.CharField(max_length=12)),
                ("free", models.BooleanField(help_text="The provider reported it as not charged.")),
                (
                    "error_source",
                    models.CharField(db_default="", help_text="Source of the code: meta or 8x8.", max_length=12),
                ),
                ("error_code", models.IntegerField(db_default=0, help_text="0: none.")),
                ("zone", models.CharField(max_length=64)),
                ("day", models.DateField()),
                ("n", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "log_trafficday",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "account",
                            "zone",
                            "day",
                            "subaccount_id",
                            "phone_number_id",
                            "direction",
                            "category",
                            "status",
                            "free",
                            "error_source",
                            "error_code",
                        ),
                        name="log_trafficday_one",
                    )
                ],
            },
        ),
    ]
