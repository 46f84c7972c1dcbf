"""Cases worked by hand: Meta's published examples (pricing page, updated 2026-09-30) and the rules' edges (G1, G3-G7).

The examples give the way of counting, not prices; the cards here have small tiers, and each figure is worked out in
the test. G2, the usage example of 8x8, is in tests/billing/api/test_usage.py.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Waba
from billing.enums import Book
from billing.models import Bucket, Rate, RateCard, RatedLine, VolumeAnchor
from billing.selectors import charges_of, cost_report, explain
from billing.services import VolumeTier, record_usage, record_volume_tiers
from tests.billing.rating_helpers import NOON, lines, rate_all


def seconds(n):
    return NOON + timedelta(seconds=n)


def total(account):
    return sum(line.amount for line in RatedLine.objects.filter(account=account))


def card_of(currency, effective_from, prices, account=None):
    """A card in force with one open tier for each (market, category): price."""
    card = RateCard.objects.create(
        account=account, currency=currency, effective_from=effective_from, name="test", sha256="", revision=9,
        book=Book.BUY, is_active=True,
    )  # fmt: skip
    Rate.objects.bulk_create(
        Rate(card=card, market=market, category=category, unit_price=Decimal(price), source="test")
        for (market, category), price in prices.items()
    )
    return card


def test_g1_example_1_each_message_costs_its_own_tier(usage, acme, small_tiers):
    """Graduated: 3 at the list rate, 2 at the second, 4 at the third: 3 × 0.0350 + 2 × 0.0333 + 4 × 0.0263."""
    record_usage([usage(billed_at=seconds(n)) for n in range(9)])
    rate_all()
    assert total(acme) == Decimal("0.1050") + Decimal("0.0666") + Decimal("0.1052") == Decimal("0.2768")


def test_g1_example_2_authentication_international_goes_on_counting(usage, acme, small_tiers):
    """From mid-month on messages are authentication-international: the counter of authentication goes on, so the
    fourth message in all is the first of the second tier, at the international price of that tier.
    """
    Rate.objects.filter(card=small_tiers, market="India", category="authentication-international").delete()
    Rate.objects.bulk_create(
        Rate(card=small_tiers, market="India", category="authentication-international", tier=n, above=above,
             up_to=up_to, unit_price=Decimal(price), source="test")
        for n, (above, up_to, price) in enumerate(((0, 3, "0.0304"), (3, 5, "0.0289"), (5, None, "0.0274")), start=1)
    )  # fmt: skip
    record_usage(
        [usage(billed_at=seconds(n), category="authentication") for n in range(2)]
        + [usage(billed_at=seconds(n), category="authentication-international") for n in range(2, 6)]
    )
    rate_all()
    assert lines(acme) == [
        ("charged", Decimal("0.0014"), 2, Decimal("0.0028")),  # 1, 2: domestic, list
        ("charged", Decimal("0.0274"), 1, Decimal("0.0274")),  # 6: third tier
        ("charged", Decimal("0.0289"), 2, Decimal("0.0578")),  # 4, 5: second tier
        ("charged", Decimal("0.0304"), 1, Decimal("0.0304")),  # 3: list
    ]
    assert Bucket.objects.filter(account=acme).count() == 1


def test_g1_example_3_one_portfolio_fills_two_months_at_once(usage, acme, small_tiers):
    """At 2026-10-31 20:00 UTC it is November in Singapore and still October in New York."""
    singapore = Waba.objects.get(account=acme, waba_id="102290129340398")
    assert singapore.time_zone == "Asia/Singapore"
    new_york = Waba.objects.create(
        account=acme, portfolio=singapore.portfolio, waba_id="2", name="NY", time_zone="America/New_York",
        currency="USD",
    )  # fmt: skip
    moment = datetime(2026, 10, 31, 20, tzinfo=UTC)
    record_usage(
        [usage(waba_id=singapore.pk, billed_at=moment + timedelta(seconds=n)) for n in range(4)]
        + [usage(waba_id=new_york.pk, billed_at=moment + timedelta(seconds=n)) for n in range(5)]
    )
    rate_all()
    sums = {bucket.month: sum(line.amount for line in bucket.lines.all()) for bucket in Bucket.objects.all()}
    assert sums == {
        date(2026, 10, 1): 3 * Decimal("0.0350") + 2 * Decimal("0.0333"),
        date(2026, 11, 1): 3 * Decimal("0.0350") + 1 * Decimal("0.0333"),
    }


def test_g1_example_4_volume_at_another_provider_moves_the_tiers(usage, acme, small_tiers):
    """Another provider used up the list tier: Meta announces the second tier before our first message, so that is
    position 4, and ours cost 2 × 0.0333 + 2 × 0.0263.
    """
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    record_volume_tiers(
        [VolumeTier(acme.pk, waba.pk, "UTILITY", "INDIA", "4:5", "2026-10", NOON - timedelta(hours=5), None)]
    )
    sent = [usage(billed_at=seconds(n)) for n in range(4)]
    record_usage(sent)
    rate_all()
    assert [(line.n, line.unit_price, line.anchored) for line in RatedLine.objects.order_by("-unit_price")] == [
        (2, Decimal("0.0333"), True), (2, Decimal("0.0263"), True)
    ]  # fmt: skip
    first = explain(acme, sent[0].message_key)
    assert (first.charge.position, first.external, first.charge.tier.number) == (4, 3, 2)


def test_g1_an_anchor_inside_an_hour_splits_it(usage, acme, small_tiers):
    """Two of ours, then 3 in all are announced at second 2: the third of ours is position 4."""
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    record_usage([usage(billed_at=seconds(n)) for n in range(4)])
    record_volume_tiers([VolumeTier(acme.pk, waba.pk, "UTILITY", "India", "4:5", "2026-10", seconds(2), 1)])
    rate_all()
    assert VolumeAnchor.objects.get().external == 1
    rows = RatedLine.objects.order_by("-unit_price").values_list("n", "unit_price", "anchored")
    assert list(rows) == [(2, Decimal("0.0350"), False), (2, Decimal("0.0333"), True)]


def test_g3_the_allowance_counts_by_number_over_all_markets(usage, acme):
    """1,001 service messages of one number to two markets: the last is charged; 999 of another: none."""
    service = {"category": "service", "pricing_type": ""}
    record_usage(
        [usage(billed_at=seconds(n), phone_number_id=1, country="IN", **service) for n in range(1000)]
        + [usage(billed_at=seconds(1000), phone_number_id=1, country="SG", **service)]
        + [usage(billed_at=seconds(n), phone_number_id=2, country="IN", **service) for n in range(999)]
    )
    rate_all()
    rows = RatedLine.objects.order_by("state", "kind__phone_number_id").values_list(
        "kind__phone_number_id", "state", "reason", "n", "amount"
    )
    assert list(rows) == [
        (1, "charged", "", 1, Decimal("0.0160")),
        (1, "free", "service_allowance", 1000, 0),
        (2, "free", "service_allowance", 999, 0),
    ]


def test_g4_the_card_changes_at_local_midnight(usage, acme):
    """India's marketing rate in Singapore's 2026-06-30 and 2026-07-01, one second apart."""
    card_of("USD", date(2026, 7, 1), {("India", "marketing"): "0.5"}, account=acme)
    midnight = datetime(2026, 7, 1, tzinfo=ZoneInfo("Asia/Singapore"))
    record_usage(
        [
            usage(category="marketing", billed_at=midnight - timedelta(seconds=1)),
            usage(category="marketing", billed_at=midnight),
        ]
    )
    rate_all()
    rows = RatedLine.objects.order_by("day").values_list("day", "unit_price")
    assert list(rows) == [(date(2026, 6, 30), Decimal("0.0118")), (date(2026, 7, 1), Decimal("0.5"))]


def test_g5_a_market_leaves_its_region(usage, acme):
    """Poland was in Rest of Central & Eastern Europe until 2026-06-30, with that region's counter and price."""
    midnight = datetime(2026, 7, 1, tzinfo=ZoneInfo("Asia/Singapore"))
    record_usage(
        [
            usage(country="PL", billed_at=midnight - timedelta(seconds=1)),
            usage(country="PL", billed_at=midnight),
        ]
    )
    rate_all()
    rows = Bucket.objects.order_by("month").values_list("month", "accrual_group")
    assert list(rows) == [
        (date(2026, 6, 1), "Rest of Central & Eastern Europe/utility"),
        (date(2026, 7, 1), "Poland/utility"),
    ]


@pytest.mark.parametrize(("n", "second_tier"), [(3, 0), (4, 1), (5, 2), (6, 2)])
def test_g6_the_thresholds_edges(usage, acme, small_tiers, n, second_tier):
    """Positions 1 to 3 are in the first tier, 4 and 5 in the second: t and t + 1."""
    record_usage([usage(billed_at=seconds(k)) for k in range(n)])
    rate_all()
    assert sum(RatedLine.objects.filter(rate__tier=2).values_list("n", flat=True)) == second_tier
    assert sum(RatedLine.objects.filter(rate__tier=1).values_list("n", flat=True)) == 3


@pytest.mark.parametrize(
    ("currency", "price", "amount"),
    [("CLP", "8.5", "59.5"), ("USD", "0.0118", "0.0826"), ("KWD", "0.00361", "0.02527")],
)
def test_g7_nothing_is_rounded_whatever_the_currency(usage, acme, currency, price, amount):
    """Currencies of 0, 2 and 3 decimals: 7 messages cost exactly 7 × the price; rounding belongs to a statement."""
    Waba.objects.filter(account=acme).update(currency=currency)
    card_of(currency, date(2026, 10, 2), {("India", "marketing"): price})
    sent = [usage(category="marketing", billed_at=seconds(n)) for n in range(7)]
    record_usage(sent)
    rate_all()
    report = cost_report(acme, start=date(2026, 10, 1), end=date(2026, 10, 31), group_by=[])
    assert [(row.currency, row.amount) for row in report.totals] == [(currency, Decimal(amount))]
    assert charges_of(acme, [sent[0].message_key])[sent[0].message_key].amount == Decimal(price)
