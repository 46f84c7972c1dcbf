"""Usage facts get kinds and hourly blocks; markets, rules and rate cards get revisions and a second book."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.db import migrations, models


# Lines follow from facts and are made again: every bucket is marked below.
DROP_DERIVED = "DELETE FROM billing_ratedline"
FIRST_MARKET_TABLE = """
INSERT INTO billing_markettable (revision, name, sha256, is_active, loaded_at, approved_by)
SELECT 1, 'Markets', '', true, now(), '' WHERE EXISTS (SELECT FROM billing_marketcountry);
UPDATE billing_marketcountry SET table_id = (SELECT id FROM billing_markettable);
SET CONSTRAINTS ALL IMMEDIATE;
"""
# Counts change in place, and no index holds them: with room on the page an update touches no index.
ROOM_FOR_UPDATES = """
ALTER TABLE billing_usageblock SET (fillfactor = 60);
ALTER TABLE billing_ratedline SET (fillfactor = 60);
"""
# Which provider carried a message was not kept; of its pricing type only what made it free, or, of service messages,
# that it did not. Free service messages of a number are in its own bucket now, so every bucket's facts are placed anew.
KINDS_AND_BLOCKS = r"""
INSERT INTO billing_usagekind (account_id, provider, waba_id, phone_number_id, subaccount_id, template_id, country,
    category, pricing_type, currency, market, price_category, free_reason, unrated_reason)
SELECT DISTINCT f.account_id, '', waba_id, phone_number_id, subaccount_id, template_id, country, category,
    CASE WHEN free_reason LIKE 'free\_%' THEN free_reason WHEN b.accrual_group LIKE '%/service' THEN 'regular'
        ELSE '' END, currency, market,
    CASE WHEN category IN ('marketing_lite', 'group_marketing_lite') THEN 'marketing'
        ELSE regexp_replace(category, '^group_', '') END, free_reason, unrated_reason
FROM billing_usagefact f JOIN billing_bucket b ON b.id = f.bucket_id;
UPDATE billing_usagefact f SET kind_id = k.id FROM billing_usagekind k, billing_bucket b
WHERE b.id = f.bucket_id
    AND k.pricing_type = CASE WHEN f.free_reason LIKE 'free\_%' THEN f.free_reason
        WHEN b.accrual_group LIKE '%/service' THEN 'regular' ELSE '' END
    AND (k.account_id, k.waba_id, k.phone_number_id, k.subaccount_id, k.template_id, k.country, k.category, k.currency,
       k.market, k.free_reason, k.unrated_reason)
    = (f.account_id, f.waba_id, f.phone_number_id, f.subaccount_id, f.template_id, f.country, f.category, f.currency,
       f.market, f.free_reason, f.unrated_reason);
INSERT INTO billing_blockdelta (bucket_id, hour, day, kind_id, n, fingerprint)
SELECT bucket_id, floor(extract(epoch FROM billed_at) / 3600)::int, day, kind_id, count(*),
    bit_xor(hash_record_extended(ROW(message_key, billed_at, day, kind_id), 0))
FROM billing_usagefact GROUP BY 1, 2, 3, 4;
INSERT INTO billing_dirtybucket (bucket_id, misplaced) SELECT id, true FROM billing_bucket;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_limited"),
        ("billing", "0001_start"),
    ]

    operations = [
        migrations.AddField(
            model_name="dirtybucket",
            name="misplaced",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Its facts may count elsewhere by now: place them anew first.",
            ),
        ),
        migrations.RunSQL(DROP_DERIVED, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="BlockDelta",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.IntegerField(help_text="Hours since 1970-01-01 00:00 UTC.")),
                ("day", models.DateField()),
                ("n", models.BigIntegerField()),
                ("fingerprint", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="MarketTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(help_text="Of the file it was loaded from.", max_length=64)),
                ("is_active", models.BooleanField(default=True, help_text="One revision at a time is in force.")),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("approved_by", models.CharField(blank=True, help_text="Who put it in force.", max_length=254)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-revision",),
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
            ],
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
                        help_text="The provider's word this is for; empty: any other, or none.",
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
                    models.IntegerField(default=0, help_text="This many first messages of a bucket are free."),
                ),
                ("source", models.TextField()),
            ],
            options={
                "ordering": ("rule_set", "category", "pricing_type"),
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(help_text="Of the file it was loaded from.", max_length=64)),
                ("is_active", models.BooleanField(default=True, help_text="One revision at a time is in force.")),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("approved_by", models.CharField(blank=True, help_text="Who put it in force.", max_length=254)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "effective_from",
                    models.DateField(help_text="In force from 00:00 of this day in the WABA's time zone."),
                ),
            ],
            options={
                "ordering": ("-effective_from", "-revision"),
            },
        ),
        migrations.CreateModel(
            name="SellTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "currency",
                    models.CharField(
                        help_text="For WABAs billed in this currency; the fee is in it too.", max_length=3
                    ),
                ),
                ("effective_from", models.DateField(help_text="From 00:00 of this day in the WABA's time zone.")),
                (
                    "base",
                    models.CharField(
                        choices=[
                            ("cost", "The provider's price"),
                            ("card", "A rate card of its own"),
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
            ],
            options={
                "verbose_name_plural": "sell terms",
                "ordering": ("account", "currency", "-effective_from"),
            },
        ),
        migrations.CreateModel(
            name="UsageKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(blank=True, max_length=10)),
                ("waba_id", models.BigIntegerField(help_text="0: not known.")),
                ("phone_number_id", models.BigIntegerField(help_text="0: not known.")),
                ("subaccount_id", models.BigIntegerField(help_text="0: not known.")),
                ("template_id", models.BigIntegerField(help_text="0: none, or not known.")),
                ("country", models.CharField(blank=True, max_length=2)),
                ("category", models.CharField(blank=True, max_length=32)),
                (
                    "pricing_type",
                    models.CharField(blank=True, help_text="The provider's word; empty: it said none.", max_length=32),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("market", models.CharField(blank=True, max_length=64)),
                ("price_category", models.CharField(blank=True, help_text="The rate card's column.", max_length=32)),
                ("free_reason", models.CharField(blank=True, max_length=32)),
                ("unrated_reason", models.CharField(blank=True, max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name="UsageBlock",
            fields=[
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
            ],
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
            ],
        ),
        migrations.RemoveConstraint(
            model_name="marketcountry",
            name="billing_market_once",
        ),
        migrations.RemoveConstraint(
            model_name="ratecard",
            name="billing_card_revision",
        ),
        migrations.RemoveConstraint(
            model_name="ratecard",
            name="billing_card_in_force",
        ),
        migrations.RemoveIndex(
            model_name="ratedline",
            name="billing_line_bucket",
        ),
        migrations.RemoveIndex(
            model_name="usagefact",
            name="billing_fact_rank",
        ),
        migrations.AddField(
            model_name="ratecard",
            name="approved_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ratecard",
            name="approved_by",
            field=models.CharField(blank=True, help_text="Who put it in force.", max_length=254),
        ),
        migrations.AddField(
            model_name="ratecard",
            name="book",
            field=models.CharField(choices=[("buy", "Buy"), ("sell", "Sell")], default="buy", max_length=4),
        ),
        migrations.AddField(
            model_name="ratecard",
            name="provider",
            field=models.CharField(
                blank=True, help_text="Only for messages through this provider; empty: through any.", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="above",
            field=models.BigIntegerField(help_text="Where the rate's tier begins; empty: no rate.", null=True),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="sell_above",
            field=models.BigIntegerField(help_text="Where the tier of the account's own rate begins.", null=True),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="anchored",
            field=models.BooleanField(default=False, help_text="Positions counted with volume at other providers."),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="sell_amount",
            field=models.DecimalField(decimal_places=15, max_digits=34, null=True),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="sell_price",
            field=models.DecimalField(decimal_places=15, max_digits=24, null=True),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="sell_rate",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.rate"
            ),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="sell_reason",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="sell_state",
            field=models.CharField(
                blank=True,
                choices=[("charged", "Charged"), ("free", "Free"), ("unrated", "Unrated"), ("none", "Not charged")],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="ratecard",
            name="is_active",
            field=models.BooleanField(default=True, help_text="One revision at a time is in force."),
        ),
        migrations.AddConstraint(
            model_name="ratecard",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Coalesce("account_id", models.Value(0)),
                models.F("book"),
                models.F("provider"),
                models.F("currency"),
                models.F("effective_from"),
                models.F("revision"),
                name="billing_card_revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratecard",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Coalesce("account_id", models.Value(0)),
                models.F("book"),
                models.F("provider"),
                models.F("currency"),
                models.F("effective_from"),
                condition=models.Q(("is_active", True)),
                name="billing_card_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratecard",
            constraint=models.CheckConstraint(
                condition=models.Q(("book", "buy"), ("account__isnull", False), _connector="OR"),
                name="billing_card_sells_for_an_account",
            ),
        ),
        migrations.AddField(
            model_name="blockdelta",
            name="bucket",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="billing.bucket",
            ),
        ),
        migrations.AddConstraint(
            model_name="markettable",
            constraint=models.UniqueConstraint(fields=("revision",), name="billing_market_table_once"),
        ),
        migrations.AddConstraint(
            model_name="markettable",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)), fields=("is_active",), name="billing_market_table_active"
            ),
        ),
        migrations.AddField(
            model_name="marketcountry",
            name="table",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="countries",
                to="billing.markettable",
            ),
        ),
        migrations.RunSQL(FIRST_MARKET_TABLE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="marketcountry",
            name="table",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="countries", to="billing.markettable"
            ),
        ),
        migrations.AddConstraint(
            model_name="marketcountry",
            constraint=models.UniqueConstraint(
                fields=("table", "country", "calling_code", "valid_from"), name="billing_market_once"
            ),
        ),
        migrations.AddField(
            model_name="ratingrun",
            name="bucket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="billing.bucket"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.UniqueConstraint(fields=("effective_from", "revision"), name="billing_rule_set_revision"),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)), fields=("effective_from",), name="billing_rule_set_in_force"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(("effective_from__day", 1)), name="billing_rule_set_first_of_month"
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="rule_set",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="billing.ruleset"
            ),
        ),
        migrations.AddField(
            model_name="sellterms",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
            ),
        ),
        migrations.AddField(
            model_name="usagekind",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddField(
            model_name="blockdelta",
            name="kind",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="billing.usagekind",
            ),
        ),
        migrations.AddField(
            model_name="ratedline",
            name="kind",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=0,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="billing.usagekind",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="usagefact",
            name="kind",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=0,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="billing.usagekind",
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="usagefact",
            index=models.Index(
                fields=["bucket", "billed_at", "message_key"], include=("kind", "day"), name="billing_fact_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="ratedline",
            constraint=models.UniqueConstraint(
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
            ),
        ),
        migrations.AddField(
            model_name="volumeanchor",
            name="bucket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="anchors", to="billing.bucket"
            ),
        ),
        migrations.AddIndex(
            model_name="ratingrun",
            index=models.Index(fields=["bucket", "-first_at"], name="billing_run_latest"),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.UniqueConstraint(
                fields=("rule_set", "category", "pricing_type"), name="billing_rule_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(condition=models.Q(("allowance__gte", 0)), name="billing_rule_allowance"),
        ),
        migrations.AddConstraint(
            model_name="sellterms",
            constraint=models.UniqueConstraint(
                fields=("account", "currency", "effective_from"), name="billing_sell_terms_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sellterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("markup_percent__gt", -100)), name="billing_sell_markup"
            ),
        ),
        migrations.AddConstraint(
            model_name="sellterms",
            constraint=models.CheckConstraint(condition=models.Q(("fee__gte", 0)), name="billing_sell_fee"),
        ),
        migrations.AddConstraint(
            model_name="usagekind",
            constraint=models.UniqueConstraint(
                fields=(
                    "account",
                    "waba_id",
                    "phone_number_id",
                    "subaccount_id",
                    "template_id",
                    "country",
                    "category",
                    "pricing_type",
                    "provider",
                    "currency",
                    "market",
                    "price_category",
                    "free_reason",
                    "unrated_reason",
                ),
                name="billing_kind_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="usageblock",
            constraint=models.CheckConstraint(condition=models.Q(("n__gte", 0)), name="billing_block_not_negative"),
        ),
        migrations.AddIndex(
            model_name="blockdelta",
            index=models.Index(fields=["bucket"], name="billing_delta_bucket"),
        ),
        migrations.AddConstraint(
            model_name="volumeanchor",
            constraint=models.UniqueConstraint(fields=("bucket", "above"), name="billing_anchor_once"),
        ),
        migrations.AddConstraint(
            model_name="volumeanchor",
            constraint=models.CheckConstraint(condition=models.Q(("above__gt", 0)), name="billing_anchor_above"),
        ),
        migrations.RunSQL(ROOM_FOR_UPDATES, migrations.RunSQL.noop),
        migrations.RunSQL(KINDS_AND_BLOCKS, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="ratedline",
            name="category",
        ),
        migrations.RemoveField(
            model_name="ratedline",
            name="country",
        ),
        migrations.RemoveField(
            model_name="ratedline",
            name="currency",
        ),
        migrations.RemoveField(
            model_name="ratedline",
            name="market",
        ),
        migrations.RemoveField(
            model_name="ratedline",
            name="phone_number_id",
        ),
        migrations.RemoveField(
            model_name="ratedline",
            name="subaccount_id",
        ),
        migrations.RemoveField(
            model_name="ratedline",
            name="waba_id",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="category",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="country",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="currency",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="free_reason",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="market",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="phone_number_id",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="subaccount_id",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="template_id",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="unrated_reason",
        ),
        migrations.RemoveField(
            model_name="usagefact",
            name="waba_id",
        ),
    ]
