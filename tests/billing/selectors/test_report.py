from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import Subaccount, Waba
from billing.rating import dirty_buckets, rate_bucket
from billing.selectors import CostRow, charges_of, cost_report, explain
from billing.services import Usage, record_usage

NOON = datetime(2026, 10, 15, 4, tzinfo=UTC)  # noon in Singapore
OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 10, 31)}


@pytest.fixture
def deliver(acme):
    """Record and rate deliveries of Acme's."""
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    shop = Subaccount.objects.get(account=acme, code="acme_shop")

    def run(*changes):
        given = {"account_id": acme.pk, "provider": "meta", "waba_id": waba.pk, "phone_number_id": 1,
                 "subaccount_id": shop.pk, "template_id": None, "country": "IN", "category": "marketing", "pricing_type": "regular",
                 "billed_at": NOON, "webhook_id": 7}  # fmt: skip
        usages = [Usage(**({"message_key": uuid4()} | given | change)) for change in changes]
        record_usage(usages)
        for bucket in dirty_buckets():
            rate_bucket(bucket)
        return [usage.message_key for usage in usages]

    return run


def test_a_report_by_day_subaccount_country_and_category(deliver, acme):
    deliver({}, {}, {"country": "SG"})
    report = cost_report(acme, **OCTOBER, group_by=["day", "subaccount", "country", "category"])
    keys = {"day": date(2026, 10, 15), "subaccount": "acme_shop", "subaccount_name": "Acme Online",
            "category": "marketing"}  # fmt: skip
    assert report.rows == [
        CostRow(keys | {"country": "IN"}, "USD", 2, 2, 0, 0, Decimal("0.0236")),
        CostRow(keys | {"country": "SG"}, "USD", 1, 1, 0, 0, Decimal("0.0732")),
    ]
    assert report.totals == [CostRow({}, "USD", 3, 3, 0, 0, Decimal("0.0968"))]
    assert report.time_zone == "Asia/Singapore"


def test_free_and_unrated_messages_are_counted_apart(deliver, acme):
    deliver({}, {"pricing_type": "free_entry_point"}, {"category": "authentication-international", "country": "NP"})
    assert cost_report(acme, **OCTOBER, group_by=[]).rows == [CostRow({}, "USD", 3, 1, 1, 1, Decimal("0.0118"))]


def test_currencies_are_never_mixed(deliver, acme):
    deliver({})
    euro = Waba.objects.get(account=acme, waba_id="102290129340777")
    euro.currency = "EUR"
    euro.save()
    deliver({"waba_id": euro.pk})
    assert [row.currency for row in cost_report(acme, **OCTOBER, group_by=[]).totals] == ["EUR", "USD"]


@pytest.mark.parametrize(("filters", "delivered"), [
    ({"countries": ["SG"]}, 1), ({"categories": ["utility"]}, 0), ({"subaccount_ids": []}, 0),
    ({"countries": ["IN", "SG"], "categories": ["marketing"]}, 2),
])  # fmt: skip
def test_filters(deliver, acme, filters, delivered):
    deliver({}, {"country": "SG"})
    report = cost_report(acme, **OCTOBER, group_by=[], **filters)
    assert sum(row.delivered for row in report.totals) == delivered


def test_days_are_included_at_both_ends(deliver, acme):
    deliver({})
    day = date(2026, 10, 15)
    assert cost_report(acme, start=day, end=day, group_by=[]).totals[0].delivered == 1
    assert cost_report(acme, start=day + timedelta(days=1), end=date(2026, 10, 31), group_by=[]).totals == []


def test_a_group_nobody_knows_is_named(acme):
    with pytest.raises(ValueError, match="cannot group by 'colour': choose from day, month, subaccount"):
        cost_report(acme, **OCTOBER, group_by=["colour"])


def test_another_account_sees_nothing(deliver, acme, other):
    (key,) = deliver({})
    assert cost_report(other, **OCTOBER, group_by=[]).totals == []
    assert charges_of(other, [key]) == {}


def test_a_report_takes_four_queries_whatever_its_size(deliver, acme, django_assert_num_queries):
    deliver({}, {"country": "SG"}, {"country": "ID"})
    with django_assert_num_queries(4):
        cost_report(acme, **OCTOBER, group_by=["day", "country"])


def test_a_charge_is_explained(deliver, acme):
    first, second = deliver({"category": "utility"}, {"category": "utility", "billed_at": NOON + timedelta(seconds=1)})
    found = explain(acme, second)
    assert (found.charge.position, found.webhook_id, found.rule_set) == (
        2,
        7,
        "Meta PMP rules from 2026-10-01, revision 1",
    )
    assert (found.charge.unit_price, found.charge.market, found.charge.card.name) == (
        Decimal("0.0014"),
        "India",
        "Meta USD 2026-10-01",
    )
    assert explain(acme, uuid4()) is None
    assert explain(acme, first).charge.position == 1
