"""Counts know error codes, and by country and template too. They are made anew from the log, which has them all."""

import django.db.models.deletion
from django.db import migrations, models

_COUNTED = (
    "account_id, slot, subaccount_id, phone_number_id, direction, category, status, free, error_source, error_code"
)
# Whoever writes messages writes deltas last, so behind this lock a message is either seen here or counted by its delta.
_ANEW = f"""
LOCK TABLE messaging_trafficdelta IN ACCESS EXCLUSIVE MODE;
DELETE FROM messaging_trafficdelta;
DELETE FROM messaging_trafficslot;
INSERT INTO messaging_trafficdetail ({_COUNTED}, country, template_id, n)
SELECT account_id, date_bin('15 minutes', created_at, '2020-01-01 00:00+00'), coalesce(subaccount_id, 0),
    coalesce(phone_number_id, 0), direction, category, status, pricing_type LIKE 'free%', error_source,
    coalesce(error_code, 0), country, coalesce(template_id, 0), count(*)
FROM messaging_message GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;
INSERT INTO messaging_trafficslot ({_COUNTED}, n)
SELECT {_COUNTED}, sum(n) FROM messaging_trafficdetail GROUP BY {_COUNTED};
"""  # noqa: S608 - every name is a constant of this module


def _words(longest: int, **about: str) -> "models.CharField[str, str]":
    return models.CharField(db_default="", max_length=longest, **about)


def _code() -> "models.IntegerField[int, int]":
    return models.IntegerField(db_default=0, help_text="0 means: none.")


def _source() -> "models.CharField[str, str]":
    return _words(12, help_text="Whose code it is: meta or 8x8.")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_idempotent_calls"),
        ("messaging", "0004_index_open_counts"),
    ]

    operations = [
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
                ("free", models.BooleanField(help_text="The provider said it is not charged.")),
                ("error_source", _source()),
                ("error_code", _code()),
                ("country", _words(2)),
                ("template_id", models.BigIntegerField(db_default=0)),
                ("n", models.BigIntegerField()),
            ],
            options={"db_table": "messaging_trafficdetail"},
        ),
        migrations.RemoveConstraint(model_name="trafficslot", name="messaging_trafficslot_once"),
        migrations.AddField(model_name="trafficdelta", name="country", field=_words(2)),
        migrations.AddField(model_name="trafficdelta", name="error_code", field=_code()),
        migrations.AddField(model_name="trafficdelta", name="error_source", field=_source()),
        migrations.AddField(
            model_name="trafficdelta", name="template_id", field=models.BigIntegerField(db_default=0)
        ),
        migrations.AddField(model_name="trafficslot", name="error_code", field=_code()),
        migrations.AddField(model_name="trafficslot", name="error_source", field=_source()),
        migrations.RunSQL(_ANEW, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="trafficslot",
            constraint=models.UniqueConstraint(
                fields=(
                    "account", "slot", "subaccount_id", "phone_number_id", "direction", "category", "status", "free",
                    "error_source", "error_code",
                ),
                name="messaging_trafficslot_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="trafficdetail",
            constraint=models.UniqueConstraint(
                fields=(
                    "account", "template_id", "country", "slot", "subaccount_id", "phone_number_id", "direction",
                    "category", "status", "free", "error_source", "error_code",
                ),
                name="messaging_trafficdetail_one",
            ),
        ),
    ]  # fmt: skip
