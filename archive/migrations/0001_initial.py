"""Exports, deletions and how long each account keeps its data."""

import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deletion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("selected", "Selected messages"),
                            ("matching", "Messages that match filters"),
                            ("person", "Everything about a phone number"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                            ("held", "Stopped by a legal hold"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("actor", models.CharField(help_text="Who requested it, as named in the audit log.", max_length=255)),
                ("address", models.GenericIPAddressField(help_text="The IP address of the request.", null=True)),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "subaccount_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), help_text="Empty: the whole account.", null=True, size=None
                    ),
                ),
                ("about_sealed", models.TextField(blank=True, editable=False)),
                ("subject", models.CharField(blank=True, help_text="HMAC-SHA256 of the phone number.", max_length=64)),
                ("confirmed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("upto", models.BigIntegerField(help_text="Messages with a greater id are newer and stay.")),
                (
                    "expected",
                    models.BigIntegerField(
                        help_text="Number of matching messages, up to the counting limit.", null=True
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=12)),
                ("place", models.CharField(blank=True, help_text="Where the step continues.", max_length=64)),
                ("removed", models.JSONField(default=dict, help_text="Deleted rows by kind.")),
                ("stop_asked", models.BooleanField(default=False)),
                ("started_at", models.DateTimeField(null=True)),
                ("worked_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True)),
                ("certificate", models.JSONField(null=True)),
                ("sha256", models.CharField(blank=True, help_text="SHA-256 of the certificate.", max_length=64)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "ordering": ("-confirmed_at", "-id"),
                "indexes": [
                    models.Index(fields=["account", "-confirmed_at", "-id"], name="archive_deletion_recent"),
                    models.Index(
                        condition=models.Q(("finished_at", None)), fields=["worked_at"], name="archive_deletion_work"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dataset",
                    models.CharField(
                        choices=[
                            ("messages", "Messages"),
                            ("charges", "Charges"),
                            ("costs", "Costs"),
                            ("usage", "Usage"),
                            ("calls", "Calls"),
                            ("other_channels", "Other channels"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("csv", "CSV"),
                            ("csv-bom", "CSV for Excel, with BOM and CRLF"),
                            ("xlsx", "XLSX"),
                            ("jsonl", "JSON Lines"),
                        ],
                        default="csv",
                        max_length=8,
                    ),
                ),
                (
                    "compression",
                    models.CharField(
                        blank=True,
                        choices=[("", "None"), ("gzip", "gzip"), ("zip", "ZIP, with a manifest")],
                        max_length=8,
                    ),
                ),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None),
                ),
                ("time_zone", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "every",
                    models.CharField(
                        choices=[("day", "Every day"), ("week", "Every week"), ("month", "Every month")], max_length=8
                    ),
                ),
                (
                    "query",
                    models.TextField(
                        blank=True, help_text="The filters of the page, as the query of its URL, without days."
                    ),
                ),
                ("next_at", models.DateTimeField()),
                ("problem", models.TextField(blank=True, help_text="Why the last one could not be started.")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.membership"
                    ),
                ),
                ("words", models.JSONField(default=list, help_text="The filters in words: [label, value].")),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["next_at"], name="archive_schedule_due")],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dataset",
                    models.CharField(
                        choices=[
                            ("messages", "Messages"),
                            ("charges", "Charges"),
                            ("costs", "Costs"),
                            ("usage", "Usage"),
                            ("calls", "Calls"),
                            ("other_channels", "Other channels"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("csv", "CSV"),
                            ("csv-bom", "CSV for Excel, with BOM and CRLF"),
                            ("xlsx", "XLSX"),
                            ("jsonl", "JSON Lines"),
                        ],
                        default="csv",
                        max_length=8,
                    ),
                ),
                (
                    "compression",
                    models.CharField(
                        blank=True,
                        choices=[("", "None"), ("gzip", "gzip"), ("zip", "ZIP, with a manifest")],
                        max_length=8,
                    ),
                ),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None),
                ),
                ("time_zone", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "filters",
                    models.JSONField(
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="As the dataset reads them.",
                    ),
                ),
                ("words", models.JSONField(default=list, help_text="The filters in words: [label, value].")),
                (
                    "subaccount_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), help_text="Empty: the whole account.", null=True, size=None
                    ),
                ),
                ("whole_numbers", models.BooleanField(help_text="If false, phone numbers are masked.")),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        help_text="The permissions required to see it.",
                        size=None,
                    ),
                ),
                ("row_limit", models.BigIntegerField(null=True)),
                ("actor", models.CharField(help_text="Who requested it, as named in the audit log.", max_length=255)),
                ("address", models.GenericIPAddressField(help_text="The IP address of the request.", null=True)),
                ("mail", models.BooleanField(default=False, help_text="E-mail the creator when the export is done.")),
                ("first_at", models.DateTimeField(help_text="Start of the period, inclusive.", null=True)),
                ("last_at", models.DateTimeField(help_text="End of the period, exclusive.", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("succeeded", "Ready"),
                            ("empty", "No results"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("position", models.DateTimeField(help_text="Rows up to this time are stored in parts.", null=True)),
                ("parts", models.IntegerField(default=0)),
                ("rows", models.BigIntegerField(default=0)),
                ("totals", models.JSONField(default=dict, help_text="Sums by column and currency, as texts.")),
                ("progress", models.SmallIntegerField(default=0, help_text="In percent.")),
                ("attempts", models.SmallIntegerField(default=0, help_text="Attempts since progress was last saved.")),
                ("problem", models.TextField(blank=True)),
                ("file", models.CharField(blank=True, help_text="Its name in the storage.", max_length=255)),
                ("size", models.BigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "contents",
                    models.JSONField(default=list, help_text="Each data file in it: name, rows, bytes, sha256."),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("worked_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="archive.exportschedule",
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    models.Index(fields=["account", "-created_at", "-id"], name="archive_export_recent"),
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=["worked_at"],
                        name="archive_export_work",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Keeping",
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
                (
                    "message_months",
                    models.PositiveSmallIntegerField(
                        help_text="The log: at least 2, because receipts can arrive late.", null=True
                    ),
                ),
                (
                    "payload_months",
                    models.PositiveSmallIntegerField(help_text="Texts, requests and responses.", null=True),
                ),
                (
                    "webhook_months",
                    models.PositiveSmallIntegerField(default=3, help_text="Bodies of processed webhooks.", null=True),
                ),
                ("audit_months", models.PositiveSmallIntegerField(help_text="At least 12.", null=True)),
                (
                    "export_days",
                    models.PositiveSmallIntegerField(help_text="Exported files; empty: EXPORT_DAYS.", null=True),
                ),
                (
                    "swept",
                    models.JSONField(default=dict, help_text="By kind, the first month that the last run kept."),
                ),
                ("held_at", models.DateTimeField(help_text="When the legal hold was placed.", null=True)),
                ("held_by", models.CharField(blank=True, max_length=255)),
                ("hold_reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
