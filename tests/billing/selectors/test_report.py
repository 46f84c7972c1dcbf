from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine

from accounts.models import Subaccount, Waba
from billing.dimensions import TemplateKey, TierKey
from billing.models import Bucket, DirtyBucket, SellTerms
from billing.rating import dirty_buckets, rate_bucket
from billing.report.table import CostTable
from billing.selectors import (
    CostFilter,
    CostRow,
    Resale,
    charges_of,
    cost_report,
    cost_totals,
    data_as_of,
    explain,
)
from billing.services import DeliveredMessage, record_usage
from local.demo.world import ACME
from messaging.log.models import PhoneNumber, Template

META = ACME.channels[1]

NOON = datetime(2026, 10, 15, 4, tzinfo=UTC)  # noon in Singapore
OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 10, 31)}


@pytest.fixture
def deliver(acme):
    """Record and rate deliveries of Acme's."""
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    shop = Subaccount.objects.get(account=acme, code="acme_shop")

    def run(*changes):
        defaults = {"account_id": acme.pk, "provider": "meta", "waba_id": waba.pk, "phone_number_id": 0,
                 "subaccount_id": shop.pk, "template_id": None, "country": "IN", "category": "marketing",
                 "pricing_type": "regular", "billed_at": NOON, "webhook_id": 7}  # fmt: skip
        usages = [DeliveredMessage(**({"message_key": uuid4()} | defaults | change)) for change in changes]
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


def test_the_parts_of_an_amount_that_may_differ_from_the_invoice(deliver, acme):
    """0.0118 each: by webhook, inferred without a type, an upper bound as lite; the free message adds nothing."""
    deliver({}, {"pricing_type": ""}, {"category": "marketing_lite"}, {"pricing_type": "free_entry_point"})
    report = cost_report(acme, **OCTOBER, group_by=["price_source"])
    price = Decimal("0.0118")
    assert {row.keys["price_source"]: (row.charged, row.free) for row in report.rows} == {
        "webhook": (1, 1), "inferred": (1, 0), "provider": (1, 0),
    }  # fmt: skip
    (total,) = report.totals
    assert total.amounts_by_source == {"webhook": price, "inferred": price, "provider": price}
    assert (total.amount, report.estimated) == (3 * price, True)
    assert CostTable(report, str).estimates == ["Of USD 0.04, 0.01 inferred and 0.01 as upper bounds."]


def test_currencies_are_never_mixed(deliver, acme):
    deliver({})
    euro = Waba.objects.get(account=acme, waba_id="102290129340777")
    euro.currency = "EUR"
    euro.save()
    deliver({"waba_id": euro.pk})
    assert [row.currency for row in cost_report(acme, **OCTOBER, group_by=[]).totals] == ["EUR", "USD"]


@pytest.mark.parametrize(("filters", "delivered"), [
    ({"country": "SG"}, 1), ({"category": "utility"}, 0), ({"subaccount_ids": []}, 0), ({"market": "India"}, 2),
    ({"country": "IN", "category": "marketing"}, 2), ({"subaccount": "acme_shop"}, 3), ({"subaccount": "acme_wa"}, 0),
    ({"state": "free"}, 1), ({"state": "charged"}, 2), ({"channel": META.number_id}, 1), ({"channel": "7"}, 0),
    ({"template": "order_update"}, 1), ({"template": "nothing"}, 0),
])  # fmt: skip
def test_filters(deliver, acme, filters, delivered):
    number = PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id)
    order_update = Template.objects.filter(account=acme, name="order_update").first()
    deliver(
        {"phone_number_id": number.pk}, {"country": "SG", "template_id": order_update.pk},
        {"pricing_type": "free_entry_point"},
    )  # fmt: skip
    report = cost_report(acme, **OCTOBER, group_by=[], cost_filter=CostFilter(**filters))
    assert sum(row.delivered for row in report.totals) == delivered


def test_numbers_and_templates_are_named_as_the_provider_names_them(deliver, acme):
    """A template that two WABAs have is one row: people know it by its name."""
    number = PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id)
    one, two = Template.objects.filter(account=acme, name="order_update")
    deliver(
        {"phone_number_id": number.pk, "template_id": one.pk}, {"phone_number_id": number.pk, "template_id": two.pk}, {}
    )
    report = cost_report(acme, **OCTOBER, group_by=["channel", "template"])
    assert [(row.keys, row.delivered) for row in report.rows] == [
        ({"channel": "", "channel_name": "", "template": None}, 1),
        ({"channel": META.number_id, "channel_name": "Acme Online", "template": TemplateKey("order_update", "en")}, 2),
    ]


def test_by_waba_and_provider(deliver, acme):
    deliver({})
    assert cost_report(acme, **OCTOBER, group_by=["waba", "provider"]).rows[0].keys == {
        "waba": "102290129340398",
        "waba_name": "Acme",
        "provider": "meta",
    }


def test_tiers_say_what_is_not_known_of_them(deliver, acme, tiers):
    """Utility with tiers of 2 and an end nobody knows, marketing at one price, a free one in no tier."""
    tiers("utility", (0, 2, "0.0014", True), (2, None, "0.0012", False))
    deliver(
        *[{"category": "utility", "billed_at": NOON + timedelta(seconds=n)} for n in range(3)],
        {}, {"pricing_type": "free_entry_point"},
    )  # fmt: skip
    rows = cost_report(acme, **OCTOBER, group_by=["category", "tier"]).rows
    assert [(row.keys["category"], row.keys["tier"], row.delivered, row.amount) for row in rows] == [
        ("marketing", TierKey(1, 1, None, end_known=True, anchored=False), 1, Decimal("0.0118")),
        ("marketing", None, 1, 0),
        ("utility", TierKey(1, 1, 2, end_known=True, anchored=False), 2, Decimal("0.0028")),
        ("utility", TierKey(2, 3, None, end_known=False, anchored=False), 1, Decimal("0.0012")),
    ]


def test_own_prices_and_their_margin(deliver, acme):
    SellTerms.objects.create(
        account=acme, currency="USD", effective_from=date(2026, 10, 15), markup_percent=10, fee=Decimal("0.001")
    )
    deliver({"billed_at": NOON - timedelta(days=1)}, {})
    before, after = cost_report(acme, **OCTOBER, group_by=["day"]).rows
    assert before.resale is None
    assert after.resale == Resale(amount=Decimal("0.01398"), cost=Decimal("0.0118"))
    assert after.resale.margin == Decimal("0.00218")


def test_a_margin_is_not_known_while_a_message_is_unrated(deliver, acme):
    SellTerms.objects.create(account=acme, currency="USD", effective_from=date(2026, 10, 1), markup_percent=10)
    deliver({}, {"category": "authentication-international", "country": "NP"})
    (total,) = cost_totals(acme, *OCTOBER.values())
    assert (total.resale.amount, total.resale.unrated, total.resale.margin) == (Decimal("0.01298"), 1, None)


def test_the_data_are_as_old_as_the_bucket_that_waits(deliver, acme):
    with time_machine.travel(NOON, tick=False):
        deliver({})
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        deliver({"country": "SG"})
    assert data_as_of(acme, *OCTOBER.values()) == NOON + timedelta(hours=1)
    india = Bucket.objects.get(account=acme, accrual_group="India/marketing")
    DirtyBucket.objects.create(bucket=india)
    assert data_as_of(acme, *OCTOBER.values()) == NOON
    assert cost_report(acme, **OCTOBER, group_by=[]).data_as_of == NOON


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


@pytest.mark.parametrize(
    ("group_by", "queries"),
    [(["day", "country"], 3), (["subaccount", "waba", "channel", "template"], 7)],  # one for each kind of name
)
def test_a_report_takes_few_queries_whatever_its_size(deliver, acme, django_assert_num_queries, group_by, queries):
    deliver({}, {"country": "SG"}, {"country": "ID"})
    with django_assert_num_queries(queries):  # lines, zones, age
        cost_report(acme, **OCTOBER, group_by=group_by)


def test_a_charge_is_explained(deliver, acme):
    first, second = deliver({"category": "utility"}, {"category": "utility", "billed_at": NOON + timedelta(seconds=1)})
    explanation = explain(acme, second)
    assert (explanation.charge.position, explanation.webhook_id, explanation.rule_set) == (
        2,
        7,
        "Meta PMP rules from 2026-10-01, revision 1",
    )
    assert (explanation.charge.unit_price, explanation.charge.market, explanation.charge.card.name) == (
        Decimal("0.0014"),
        "India",
        "Meta USD 2026-10-01",
    )
    assert explain(acme, uuid4()) is None
    assert explain(acme, first).charge.position == 1
