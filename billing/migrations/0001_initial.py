"""Markets, rules, rate cards, usage facts and what they cost."""

import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import providers.registry
from django.db import migrations, models

# Counts are updated often and no index covers them: with free space on the page, an update touches no index.
LEAVE_FREE_SPACE = """
ALTER TABLE billing_usageblock SET (fillfactor = 60);
ALTER TABLE billing_ratedline SET (fillfactor = 60);
"""
FILL_PAGES = """
ALTER TABLE billing_ratedline RESET (fillfactor);
ALTER TABLE billing_usageblock RESET (fillfactor);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MarketTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(help_text="SHA-256 of the file it was loaded from.", max_length=64)),
                ("is_active", models.BooleanField(default=True, help_text="One revision at a time is in force.")),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("approved_by", models.CharField(blank=True, help_text="Who activated it.", max_length=254)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-revision",),
                "constraints": [
                    models.UniqueConstraint(fields=("revision",), name="billing_market_table_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("is_active",),
                        name="billing_market_table_active",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MarketCountry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(help_text="ISO 3166 alpha-2.", max_length=2)),
                ("calling_code", models.CharField(max_length=8)),
                ("market", models.CharField(max_length=64)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("source", models.TextField()),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="countries", to="billing.markettable"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "market countries",
                "ordering": ("country", "calling_code", "valid_from"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("table", "country", "calling_code", "valid_from"), name="billing_market_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="billing_market_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(help_text="SHA-256 of the file it was loaded from.", max_length=64)),
                ("is_active", models.BooleanField(default=True, help_text="One revision at a time is in force.")),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("approved_by", models.CharField(blank=True, help_text="Who activated it.", max_length=254)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "effective_from",
                    models.DateField(help_text="In force from 00:00 of this day in the WABA's time zone."),
                ),
            ],
            options={
                "ordering": ("-effective_from", "-revision"),
                "constraints": [
                    models.UniqueConstraint(fields=("effective_from", "revision"), name="billing_rule_set_revision"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("effective_from",),
                        name="billing_rule_set_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective_from__day", 1)), name="billing_rule_set_first_of_month"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.CharField(max_length=32)),
                (
                    "pricing_type",
                    models.CharField(
                        blank=True,
                        help_text="The provider's pricing type that this applies to; empty: any other or none.",
                        max_length=32,
                    ),
                ),
                ("free_reason", models.CharField(blank=True, help_text="Empty: charged.", max_length=32)),
                (
                    "scope",
                    models.CharField(
                        choices=[("portfolio", "Business portfolio"), ("phone_number", "Phone number")], max_length=12
                    ),
                ),
                (
                    "accrual_group",
                    models.CharField(help_text="{market} stands for the message's market.", max_length=96),
                ),
                (
                    "allowance",
                    models.IntegerField(default=0, help_text="The number of free messages at the start of a bucket."),
                ),
                ("source", models.TextField()),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="billing.ruleset"
                    ),
                ),
            ],
            options={
                "ordering": ("rule_set", "category", "pricing_type"),
                "constraints": [
                    models.UniqueConstraint(fields=("rule_set", "category", "pricing_type"), name="billing_rule_once"),
                    models.CheckConstraint(condition=models.Q(("allowance__gte", 0)), name="billing_rule_allowance"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RateCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                (
                    "effective_from",
                    models.DateField(help_text="In force from 00:00 of this day in the WABA's time zone."),
                ),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(help_text="SHA-256 of the file it was loaded from.", max_length=64)),
                ("is_active", models.BooleanField(default=True, help_text="One revision at a time is in force.")),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: for all accounts without their own card.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("approved_by", models.CharField(blank=True, help_text="Who activated it.", max_length=254)),
                ("book", models.CharField(choices=[("buy", "Buy"), ("sell", "Sell")], default="buy", max_length=4)),
                (
                    "provider",
                    models.CharField(
                        blank=True,
                        help_text="Only for messages through this provider; empty: through any.",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ("-effective_from", "currency", "-revision"),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Coalesce("account_id", models.Value(0)),
                        models.F("book"),
                        models.F("provider"),
                        models.F("currency"),
                        models.F("effective_from"),
                        models.F("revision"),
                        name="billing_card_revision",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Coalesce("account_id", models.Value(0)),
                        models.F("book"),
                        models.F("provider"),
                        models.F("currency"),
                        models.F("effective_from"),
                        condition=models.Q(("is_active", True)),
                        name="billing_card_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("book", "buy"), ("account__isnull", False), _connector="OR"),
                        name="billing_card_sells_for_an_account",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("market", models.CharField(max_length=64)),
                ("category", models.CharField(max_length=32)),
                ("tier", models.PositiveSmallIntegerField(default=1)),
                ("above", models.BigIntegerField(default=0)),
                ("up_to", models.BigIntegerField(help_text="Empty: no end, or end unknown.", null=True)),
                (
                    "end_known",
                    models.BooleanField(default=True, help_text="Whether the source states this tier's end."),
                ),
                ("unit_price", models.DecimalField(decimal_places=9, max_digits=18)),
                ("source", models.TextField(help_text="Source of the figure: FOUND or DERIVED, and how.")),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rates", to="billing.ratecard"
                    ),
                ),
            ],
            options={
                "ordering": ("card", "market", "category", "tier"),
                "constraints": [
                    models.UniqueConstraint(fields=("card", "market", "category", "tier"), name="billing_rate_tier"),
                    models.CheckConstraint(
                        condition=models.Q(("unit_price__gte", 0)), name="billing_rate_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("up_to__isnull", True), ("up_to__gt", models.F("above")), _connector="OR"),
                        name="billing_rate_bounds",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("government", "Government body"),
                            ("non_profit", "Non-profit organization"),
                            ("ai_provider", "AI provider"),
                        ],
                        max_length=12,
                    ),
                ),
                ("first_day", models.DateField()),
                (
                    "last_day",
                    models.DateField(blank=True, help_text="Inclusive. Leave empty if it has no end.", null=True),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="Where it is stated: a letter, a ticket, or Meta's page.", max_length=255
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "waba",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.waba",
                        verbose_name="WABA",
                    ),
                ),
            ],
            options={
                "ordering": ("waba", "-first_day"),
                "constraints": [
                    models.UniqueConstraint(fields=("account", "waba", "first_day"), name="billing_exemption_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_day__isnull", True), ("last_day__gte", models.F("first_day")), _connector="OR"
                        ),
                        name="billing_exemption_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SellTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "currency",
                    models.CharField(
                        help_text="For WABAs billed in this currency, which is also that of the fee.", max_length=3
                    ),
                ),
                ("effective_from", models.DateField(help_text="From 00:00 of this day in the WABA's time zone.")),
                (
                    "base",
                    models.CharField(
                        choices=[
                            ("cost", "The provider's price"),
                            ("card", "A custom rate card"),
                            ("nothing", "No resale"),
                        ],
                        default="cost",
                        max_length=7,
                    ),
                ),
                ("markup_percent", models.DecimalField(decimal_places=4, default=0, max_digits=9)),
                (
                    "fee",
                    models.DecimalField(
                        decimal_places=9, default=0, help_text="Per message, after the markup.", max_digits=18
                    ),
                ),
                ("fee_on_free", models.BooleanField(default=False, help_text="Whether free messages pay the fee too.")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "sell terms",
                "ordering": ("account", "currency", "-effective_from"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "currency", "effective_from"), name="billing_sell_terms_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("markup_percent__gt", -100)), name="billing_sell_markup"
                    ),
                    models.CheckConstraint(condition=models.Q(("fee__gte", 0)), name="billing_sell_fee"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DryRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_by", models.CharField(max_length=254)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "card_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "always",
                    models.BooleanField(default=False, help_text="Apply it to every day, not from its own first day."),
                ),
                ("first_month", models.DateField(help_text="Empty: from the first affected month.", null=True)),
                ("last_month", models.DateField(help_text="Empty: to the last affected month.", null=True)),
                ("steps", models.PositiveIntegerField(default=0, help_text="Account months to calculate.")),
                ("done", models.PositiveIntegerField(default=0)),
                (
                    "after_month",
                    models.DateField(help_text="With after_account: the last completed step.", null=True),
                ),
                ("after_account", models.BigIntegerField(default=0)),
                ("lines", models.BigIntegerField(default=0, help_text="Rated lines that would be rewritten.")),
                (
                    "effects",
                    models.JSONField(
                        default=list,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="What changes, by subaccount and currency.",
                    ),
                ),
                (
                    "rows",
                    models.JSONField(
                        default=list,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="The largest of the rows that change.",
                    ),
                ),
                ("row_count", models.PositiveIntegerField(default=0, help_text="How many rows change.")),
                ("worked_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True, help_text="Why the calculation failed.")),
                ("applied_by", models.CharField(blank=True, max_length=254)),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        help_text="Empty: all accounts.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "markets",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="billing.markettable",
                    ),
                ),
                (
                    "rules",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="billing.ruleset"
                    ),
                ),
                ("title", models.CharField(blank=True, help_text="The scenario in words.", max_length=255)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)), fields=["id"], name="billing_dry_run_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_month", None),
                            ("last_month", None),
                            ("last_month__gte", models.F("first_month")),
                            _connector="OR",
                        ),
                        name="billing_dry_run_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Bucket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.CharField(
                        choices=[("portfolio", "Business portfolio"), ("phone_number", "Phone number")], max_length=12
                    ),
                ),
                ("scope_id", models.BigIntegerField(help_text="Id of the portfolio or phone number; 0: unknown.")),
                ("accrual_group", models.CharField(help_text="For example India/authentication.", max_length=96)),
                ("month", models.DateField(help_text="First day of the month in the WABA's time zone.")),
                ("allowance", models.IntegerField(default=0, help_text="The number of free messages at the start.")),
                ("rated_at", models.DateTimeField(null=True)),
                (
                    "problem",
                    models.TextField(blank=True, help_text="Why the last rating failed; the bucket is parked."),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "parked_at",
                    models.DateTimeField(help_text="When it failed; it is retried after a minute.", null=True),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "scope", "scope_id", "accrual_group", "month"), name="billing_bucket_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(blank=True, max_length=12)),
                ("waba_id", models.BigIntegerField(help_text="0: unknown.")),
                ("phone_number_id", models.BigIntegerField(help_text="0: unknown.")),
                ("subaccount_id", models.BigIntegerField(help_text="0: unknown.")),
                ("template_id", models.BigIntegerField(help_text="0: none or unknown.")),
                ("country", models.CharField(blank=True, max_length=2)),
                ("category", models.CharField(blank=True, max_length=32)),
                (
                    "pricing_type",
                    models.CharField(
                        blank=True, help_text="As reported by the provider; empty if not reported.", max_length=32
                    ),
                ),
                (
                    "category_assumed",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Whether the category is the template's; no webhook named one.",
                    ),
                ),
                (
                    "open_window",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_customer_service", "Customer service window"),
                            ("in_entry_point", "Free entry point window"),
                        ],
                        help_text="That the log knows, if the provider reports no type.",
                        max_length=20,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("market", models.CharField(blank=True, max_length=64)),
                ("price_category", models.CharField(blank=True, help_text="The rate card's column.", max_length=32)),
                ("free_reason", models.CharField(blank=True, max_length=32)),
                ("unrated_reason", models.CharField(blank=True, max_length=16)),
                (
                    "price_source",
                    models.CharField(
                        choices=[
                            ("webhook", "Reported by the provider"),
                            ("inferred", "Inferred"),
                            ("derived", "Derived price"),
                            ("provider", "Upper bound"),
                        ],
                        default="webhook",
                        max_length=8,
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "account",
                            "waba_id",
                            "phone_number_id",
                            "subaccount_id",
                            "template_id",
                            "country",
                            "category",
                            "pricing_type",
                            "category_assumed",
                            "open_window",
                            "provider",
                            "currency",
                            "market",
                            "price_category",
                            "free_reason",
                            "unrated_reason",
                            "price_source",
                        ),
                        name="billing_kind_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageFact",
            fields=[
                ("message_key", models.UUIDField(primary_key=True, serialize=False)),
                ("billed_at", models.DateTimeField(help_text="First proof of delivery.")),
                ("day", models.DateField(help_text="Its day in the WABA's time zone.")),
                ("webhook_id", models.BigIntegerField(help_text="The inbox row that proves the delivery.", null=True)),
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
                    "bucket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.bucket",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.usagekind",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["bucket", "billed_at", "message_key"],
                        include=("kind", "day"),
                        name="billing_fact_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "message_key", "person", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("message_key", models.UUIDField()),
                ("person", models.UUIDField()),
                ("at", models.DateTimeField(help_text="The earliest time of receipt, call, or proof of delivery.")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("delivery", "Delivered to the person"),
                            ("entry", "Received by way of an advertisement"),
                            ("message", "Received"),
                        ],
                        max_length=8,
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
                "indexes": [models.Index(fields=["person", "at"], name="billing_contact_person")],
            },
        ),
        migrations.CreateModel(
            name="DueContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="UsageBlock",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bucket_id",
                        "hour",
                        "day",
                        "kind_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "bucket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.bucket",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.usagekind",
                    ),
                ),
                ("hour", models.IntegerField(help_text="Hours since 1970-01-01 00:00 UTC.")),
                ("day", models.DateField()),
                ("n", models.BigIntegerField()),
                ("fingerprint", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("n__gte", 0)), name="billing_block_not_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="BlockDelta",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.IntegerField(help_text="Hours since 1970-01-01 00:00 UTC.")),
                ("day", models.DateField()),
                ("n", models.BigIntegerField()),
                ("fingerprint", models.BigIntegerField()),
                (
                    "bucket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.bucket",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.usagekind",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["bucket"], name="billing_delta_bucket")],
            },
        ),
        migrations.CreateModel(
            name="DirtyBucket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "bucket",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="billing.bucket",
                    ),
                ),
                (
                    "misplaced",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Its facts may belong to other buckets by now: place them again first.",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["bucket"], name="billing_dirty_bucket")],
            },
        ),
        migrations.CreateModel(
            name="VolumeAnchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "above",
                    models.BigIntegerField(
                        help_text="The volume before the tier: 25000000 for tier 25000001:50000000."
                    ),
                ),
                ("reached_at", models.DateTimeField()),
                ("webhook_id", models.BigIntegerField(null=True)),
                (
                    "external",
                    models.BigIntegerField(
                        default=0, help_text="Messages of other providers by then; rating derives it."
                    ),
                ),
                (
                    "bucket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="anchors", to="billing.bucket"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bucket", "above"), name="billing_anchor_once"),
                    models.CheckConstraint(condition=models.Q(("above__gt", 0)), name="billing_anchor_above"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RatedLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("charged", "Charged"),
                            ("free", "Free"),
                            ("unrated", "Unrated"),
                            ("none", "Not charged"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=32)),
                ("n", models.BigIntegerField()),
                ("unit_price", models.DecimalField(decimal_places=9, max_digits=18, null=True)),
                ("amount", models.DecimalField(decimal_places=9, max_digits=28, null=True)),
                (
                    "price_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("webhook", "Reported by the provider"),
                            ("inferred", "Inferred"),
                            ("derived", "Derived price"),
                            ("provider", "Upper bound"),
                        ],
                        help_text="Empty: unrated.",
                        max_length=8,
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
                    "bucket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="billing.bucket"
                    ),
                ),
                (
                    "rate",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.rate"
                    ),
                ),
                ("above", models.BigIntegerField(help_text="Where the rate's tier begins; empty: no rate.", null=True)),
                (
                    "sell_above",
                    models.BigIntegerField(help_text="Where the tier of the account's own rate begins.", null=True),
                ),
                (
                    "anchored",
                    models.BooleanField(
                        default=False, help_text="Whether positions include volume at other providers."
                    ),
                ),
                ("sell_amount", models.DecimalField(decimal_places=15, max_digits=34, null=True)),
                ("sell_price", models.DecimalField(decimal_places=15, max_digits=24, null=True)),
                (
                    "sell_rate",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.rate"
                    ),
                ),
                ("sell_reason", models.CharField(blank=True, max_length=32)),
                (
                    "sell_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("charged", "Charged"),
                            ("free", "Free"),
                            ("unrated", "Unrated"),
                            ("none", "Not charged"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.usagekind",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "day"], name="billing_line_day"),
                    models.Index(
                        condition=models.Q(("state", "unrated")), fields=["account"], name="billing_line_unrated"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "bucket",
                            "day",
                            "kind",
                            "state",
                            "reason",
                            "above",
                            "anchored",
                            "sell_state",
                            "sell_reason",
                            "sell_above",
                        ),
                        name="billing_line_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TierCut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("above", models.BigIntegerField()),
                ("billed_at", models.DateTimeField()),
                ("message_key", models.UUIDField()),
                (
                    "bucket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cuts", to="billing.bucket"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("bucket", "above"), name="billing_cut_once")],
            },
        ),
        migrations.CreateModel(
            name="RatingRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("terms", models.CharField(help_text="Hash of every price and bound that took part.", max_length=32)),
                ("layout", models.CharField(help_text="Hash of the bounds and announcements alone.", max_length=32)),
                ("engine", models.PositiveSmallIntegerField(help_text="Version of the algorithm.")),
                ("n", models.BigIntegerField()),
                ("fingerprint", models.BigIntegerField()),
                ("first_at", models.DateTimeField()),
                ("rated_at", models.DateTimeField()),
                (
                    "bucket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="billing.bucket"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["bucket", "-first_at"], name="billing_run_latest")],
            },
        ),
        migrations.RunSQL(LEAVE_FREE_SPACE, FILL_PAGES),
        migrations.CreateModel(
            name="CallCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(help_text="SHA-256 of the file it was loaded from.", max_length=64)),
                ("is_active", models.BooleanField(default=True, help_text="One revision at a time is in force.")),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("approved_by", models.CharField(blank=True, help_text="Who activated it.", max_length=254)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("currency", models.CharField(max_length=3)),
                (
                    "effective_from",
                    models.DateField(help_text="In force from 00:00 of this day in the WABA's time zone."),
                ),
            ],
            options={
                "ordering": ("-effective_from", "currency", "-revision"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "effective_from", "revision"), name="billing_call_card_revision"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("currency", "effective_from"),
                        name="billing_call_card_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("market", models.CharField(max_length=64)),
                ("above", models.BigIntegerField(default=0)),
                ("up_to", models.BigIntegerField(help_text="Empty: no end.", null=True)),
                ("minute_price", models.DecimalField(decimal_places=9, max_digits=18)),
                ("source", models.TextField(help_text="Source of the figure.")),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rates", to="billing.callcard"
                    ),
                ),
            ],
            options={
                "ordering": ("card", "market", "above"),
                "constraints": [
                    models.UniqueConstraint(fields=("card", "market", "above"), name="billing_call_rate_tier"),
                    models.CheckConstraint(
                        condition=models.Q(("minute_price__gte", 0)), name="billing_call_rate_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("up_to__isnull", True), ("up_to__gt", models.F("above")), _connector="OR"),
                        name="billing_call_rate_bounds",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallUsage",
            fields=[
                (
                    "record_key",
                    models.UUIDField(
                        help_text="A hash of account, provider and the call's id.", primary_key=True, serialize=False
                    ),
                ),
                ("provider", models.CharField(choices=providers.registry.choices, max_length=12)),
                ("waba_id", models.BigIntegerField(null=True)),
                (
                    "direction",
                    models.CharField(
                        blank=True, choices=[("outbound", "Outbound"), ("inbound", "Inbound")], max_length=8
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("ended_at", models.DateTimeField(help_text="Orders the calls of a month.")),
                ("pulses", models.BigIntegerField()),
                ("has_failed", models.BooleanField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "ended_at"], name="billing_callusage_time")],
            },
        ),
    ]
