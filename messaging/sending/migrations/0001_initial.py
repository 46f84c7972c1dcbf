"""Messages that clients want sent, until the log has their outcome."""

import django.db.models.deletion
import django.utils.timezone
import providers.registry
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("inbound", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("umid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "shape",
                    models.CharField(
                        choices=[("8x8", "8x8"), ("graph", "Cloud API"), ("360dialog", "360dialog")], max_length=12
                    ),
                ),
                (
                    "provider",
                    models.CharField(
                        choices=providers.registry.choices,
                        help_text="The provider whose id the message will have.",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("sending", "Being sent"),
                            ("answered", "Answered"),
                            ("uncertain", "Uncertain"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("is_logged", models.BooleanField(default=False, help_text="Whether the log has the message.")),
                (
                    "due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="Not sent before this time; while being sent, the end of its lease.",
                    ),
                ),
                ("expires_at", models.DateTimeField(help_text="Not sent after this time.", null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("request", models.JSONField(help_text="The body as the client sent it.")),
                (
                    "about",
                    models.JSONField(
                        default=dict, help_text="What the log and receipts report about it: see messaging/sending."
                    ),
                ),
                ("outcome", models.JSONField(null=True)),
                (
                    "provider_message_id",
                    models.CharField(
                        blank=True,
                        help_text="The id reported by a webhook before the provider's response.",
                        max_length=512,
                    ),
                ),
                ("batch_id", models.UUIDField(null=True)),
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
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["phone_number", "due_at", "id"],
                        name="sending_submission_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")),
                        fields=["due_at", "id"],
                        name="sending_submission_lease",
                    ),
                    models.Index(
                        condition=models.Q(("is_logged", False)), fields=["id"], name="sending_submission_new"
                    ),
                    models.Index(
                        condition=models.Q(("state", "answered")), fields=["id"], name="sending_submission_told"
                    ),
                    models.Index(
                        condition=models.Q(("state", "uncertain")),
                        fields=["account", "id"],
                        name="sending_submission_uncertain",
                    ),
                    models.Index(
                        condition=models.Q(("batch_id__isnull", False)),
                        fields=["batch_id"],
                        name="sending_submission_batch",
                    ),
                ],
            },
        ),
    ]
