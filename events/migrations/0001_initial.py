"""Webhooks that the portal posts to its clients."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Callback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.BigIntegerField()),
                ("umid", models.UUIDField(default=uuid.uuid4)),
                ("url", models.URLField(blank=True, max_length=2048)),
                ("batch_id", models.UUIDField(null=True)),
                ("client_batch_id", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
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
                    "configured",
                    models.BooleanField(default=False, help_text="To the account's webhook: no address of its own."),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("message_id", "configured"), name="events_callback_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("word", models.CharField(help_text="The state of the message, in our words.", max_length=24)),
                ("detail", models.CharField(blank=True, max_length=64)),
                ("error_code", models.IntegerField(default=0)),
                ("error_title", models.CharField(blank=True, max_length=255)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Waiting"), ("done", "Done"), ("failed", "Given up")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.SmallIntegerField(default=0)),
                (
                    "answer",
                    models.CharField(
                        blank=True, help_text="What the last attempt came to: 503, ConnectError.", max_length=64
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
                    "callback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="receipts", to="events.callback"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["due_at", "id"], name="events_receipt_due"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["pending", "failed"])),
                        fields=["account", "id"],
                        name="events_receipt_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("callback", "at", "word", "detail", "error_code"), name="events_receipt_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutgoingWebhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("CADR", "Receipts"), ("MSG", "Inbound messages")], max_length=4)),
                ("url", models.URLField(max_length=2048)),
                ("enabled", models.BooleanField(default=True)),
                ("authorization_sealed", models.TextField(blank=True, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "subaccount",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.subaccount",
                    ),
                ),
                ("failed_at", models.DateTimeField(help_text="When it last did not.", null=True)),
                (
                    "failure",
                    models.CharField(blank=True, help_text="What that came to: 503, ConnectError.", max_length=64),
                ),
                ("told_at", models.DateTimeField(help_text="When it last took a webhook.", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "subaccount", "kind"), name="events_outgoing_once", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
