"""Webhooks that providers post, as they came."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import core.networks
import providers.registry
from django.db import migrations, models

from core.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "provider",
                    models.CharField(
                        choices=providers.registry.choices,
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("token_sealed", models.TextField(editable=False)),
                (
                    "header_name",
                    models.CharField(
                        default="Authorization", help_text="Header that carries the secret.", max_length=64
                    ),
                ),
                ("header_digest", models.BinaryField(max_length=32, null=True)),
                ("app_secret_sealed", models.TextField(blank=True, editable=False)),
                ("former_header_digest", models.BinaryField(max_length=32, null=True)),
                ("former_app_secret_sealed", models.TextField(blank=True, editable=False)),
                (
                    "former_until",
                    models.DateTimeField(editable=False, help_text="The former secret is valid until then.", null=True),
                ),
                ("verify_token_sealed", models.TextField(blank=True, editable=False)),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=43, validators=[core.networks.validate_network]),
                        blank=True,
                        default=list,
                        help_text="Addresses that may post, such as 52.220.117.120 or 10.0.0.0/8. Leave empty to allow all.",
                        size=None,
                    ),
                ),
                (
                    "rate_limit",
                    models.PositiveIntegerField(
                        default=1000,
                        help_text="Webhooks per second that one web process accepts; more get a 429 response.",
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "last_event_at",
                    models.DateTimeField(
                        editable=False, help_text="When it last received a webhook, to about a minute.", null=True
                    ),
                ),
                (
                    "shared_with",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Other accounts behind the same Meta app. Each webhook goes to the account that has its number.",
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="Replay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("actor", models.CharField(help_text="Who requested it, as in the audit log.", max_length=255)),
                (
                    "criteria",
                    models.JSONField(default=dict, help_text="The filters of the page of webhooks on hold."),
                ),
                ("requeued", models.IntegerField(default=0)),
                ("finished_at", models.DateTimeField(help_text="When all were requeued.", null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
                "indexes": [
                    models.Index(fields=["account", "-at"], name="inbound_replay_latest"),
                    models.Index(
                        condition=models.Q(("finished_at__isnull", True)), fields=["id"], name="inbound_replay_open"
                    ),
                ],
            },
        ),
        # By month, so that bodies are dropped a month at a time, and the table that is polled stays small.
        CreatePartitionedModel(
            name="InboxItem",
            column="received_at",
            primary_key=("id", "received_at"),
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "provider",
                    models.CharField(
                        choices=providers.registry.choices,
                        max_length=12,
                    ),
                ),
                ("headers", models.JSONField(default=dict, help_text="Without credentials.")),
                ("body", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("done", "Done"),
                            ("parked", "Parked"),
                            ("quarantined", "Quarantined"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0)),
                (
                    "due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="Not claimed before this time: a lease or a delay."
                    ),
                ),
                ("reason", models.TextField(blank=True, help_text="Why it is quarantined or was retried, or a note.")),
                (
                    "outcome",
                    models.JSONField(
                        help_text="Of a webhook with a reason. kinds: the kind of each line of the reason; held: parts not applied; applied: parts by type.",
                        null=True,
                    ),
                ),
                (
                    "replay",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="The last replay of many that included it.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inbound.replay",
                    ),
                ),
                ("processed_at", models.DateTimeField(null=True)),
                (
                    "awaits",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        help_text="Keys of messages that it edits and that are not in the log yet.",
                        null=True,
                        size=None,
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
                    "endpoint",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inbound.webhookendpoint",
                    ),
                ),
            ],
            options={
                "db_table": "inbound_inbox",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["account", "due_at", "id"],
                        name="inbound_inbox_pending",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["quarantined", "parked"])),
                        fields=["account", "received_at", "id"],
                        name="inbound_inbox_held",
                    ),
                    models.Index(
                        condition=models.Q(("awaits__isnull", False)),
                        fields=["received_at"],
                        name="inbound_inbox_awaiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "done"), models.Q(("reason", ""), _negated=True)),
                        fields=["account", "received_at", "id"],
                        name="inbound_inbox_noted",
                    ),
                    models.Index(
                        condition=models.Q(("replay__isnull", False)), fields=["replay"], name="inbound_inbox_replay"
                    ),
                ],
            },
        ),
    ]
