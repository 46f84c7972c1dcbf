"""The current month: its forecast, and the distance to the next price."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import BusinessPortfolio, Subaccount, Waba
from billing.models import ASSUMED, Bucket, Rate, VolumeAnchor
from billing.rating import dirty_buckets, rate_bucket
from billing.selectors import CostFilter, Forecast, NextPrice, TierProgress, forecast, tier_progress
from billing.selectors.progress import expected_days, weekday_averages
from billing.services import DeliveredMessage, record_usage
from local.demo.world import ACME
from messaging.log.models import PhoneNumber

TODAY = date(2026, 10, 21)  # a Wednesday
FIRST = datetime(2026, 10, 1, 4, tzinfo=UTC)  # noon in Singapore
CENT = Decimal("0.0118")


def day(n, of=CENT):
    """n October days of the same cost."""
    return {date(2026, 10, each): of for each in n}


@pytest.fixture
def deliver(acme):
    """Record and rate deliveries of Acme's: (day of October, how many, what is said of them)."""
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    shop = Subaccount.objects.get(account=acme, code="acme_shop")

    def run(*deliveries):
        defaults = {"account_id": acme.pk, "provider": "meta", "waba_id": waba.pk, "phone_number_id": 1,
                 "subaccount_id": shop.pk, "template_id": None, "country": "IN", "category": "marketing",
                 "pricing_type": "regular", "webhook_id": None}  # fmt: skip
        record_usage([
            DeliveredMessage(**{
                **defaults, "message_key": uuid4(), "billed_at": FIRST + timedelta(days=day - 1, seconds=n), **changes
            })
            for day, count, changes in deliveries
            for n in range(count)
        ])  # fmt: skip
        for bucket in dirty_buckets():
            rate_bucket(bucket)

    return run


class TestUsual:
    def test_averages_by_weekday(self):
        """Two whole weeks: Mondays 1 and 3, Tuesdays 5 and nothing, today left out."""
        by_day = {date(2026, 10, 5): Decimal(1), date(2026, 10, 12): Decimal(3), date(2026, 10, 6): Decimal(5),
                  date(2026, 10, 19): Decimal(99)}  # fmt: skip
        assert weekday_averages(by_day, date(2026, 10, 19)) == ((2, Decimal("2.5"), 0, 0, 0, 0, 0), 14)

    def test_looks_back_four_weeks(self):
        assert weekday_averages({date(2026, 1, 1): Decimal(9)}, TODAY) == ((0,) * 7, 28)

    @pytest.mark.parametrize("by_day", [{}, day([15]), day([21])])
    def test_needs_a_whole_week(self, by_day):
        assert weekday_averages(by_day, TODAY) is None

    def test_what_is_missing_of_today_is_still_to_come(self):
        averages = weekday_averages(day(range(1, 21), Decimal(4)), TODAY)
        (today, rest), *others = expected_days({TODAY: Decimal(1)}, averages, TODAY)
        assert (today, rest) == (TODAY, 3)
        assert others == [(date(2026, 10, n), 4) for n in range(22, 32)]
        assert next(iter(expected_days({TODAY: Decimal(9)}, averages, TODAY))) == (TODAY, 0)


def test_the_example_of_the_document():
    """docs/pricing.md, "Forecast": two weeks behind it, 5 today, 300 in the month so far."""
    weeks = [10, 12, 14, 12, 12, 4, 2, 14, 12, 14, 12, 16, 4, 2]
    today = date(2026, 12, 28)
    by_day = {date(2026, 12, 14 + n): Decimal(cost) for n, cost in enumerate(weeks)} | {today: Decimal(5)}
    averages = weekday_averages(by_day, today)
    assert averages == ((12, 12, 14, 12, 14, 4, 2), 14)
    assert 300 + sum(amount for _, amount in expected_days(by_day, averages, today)) == 345


class TestForecast:
    def test_a_month_of_like_days(self, deliver, acme):
        """2 a day for 20 days, 1 today: 41 so far, 1 more today and 2 on each of 10 days; 62 × 0.0118 = 0.7316."""
        deliver(*[(n, 2, {}) for n in range(1, 21)], (21, 1, {}))
        assert forecast(acme, TODAY) == [Forecast("USD", 41 * CENT, Decimal("0.73"), 20)]

    def test_days_of_the_month_before_count_for_the_week(self, deliver, acme):
        deliver(*[(n, 1, {"category": "utility", "country": "SG"}) for n in range(-6, 3)])
        (progress,) = forecast(acme, date(2026, 10, 2))
        assert progress.days == 8
        assert progress.to_date == 2 * Decimal("0.016")
        assert progress.expected == Decimal("0.50")  # 31 × 0.016 = 0.496

    def test_too_little_behind_it(self, deliver, acme):
        deliver((20, 1, {}))
        assert forecast(acme, TODAY) == [Forecast("USD", CENT, None, 0)]

    def test_nothing_priced(self, deliver, acme, other):
        deliver((20, 1, {"category": ""}))
        assert forecast(acme, TODAY) == []
        assert forecast(other, TODAY) == []

    def test_only_what_is_asked_for(self, deliver, acme):
        deliver((20, 1, {}))
        assert forecast(acme, TODAY, CostFilter(subaccount_ids=[])) == []

    def test_one_query(self, deliver, acme, django_assert_num_queries):
        deliver((20, 1, {}))
        with django_assert_num_queries(1):
            forecast(acme, TODAY)


class TestTiers:
    UTILITY = ((0, 30, "0.0014", True), (30, 50, "0.0012", True), (50, None, "0.0010", False))

    def price(self, now, then, *, category="utility", known=True):
        return NextPrice("India", category, "meta", "USD", Decimal(now), then and Decimal(then), known)

    def test_distance_price_and_day(self, deliver, acme, tiers):
        """One a day for 20 days: 10 to go, one today, so the last at this price comes on the 30th."""
        tiers("utility", *self.UTILITY)
        deliver(*[(n, 1, {"category": "utility"}) for n in range(1, 21)])
        assert tier_progress(acme, TODAY) == [
            TierProgress(
                scope="portfolio", scope_name="Acme Retail", accrual_group="India/utility", position=20, external=0,
                start=0, threshold=30, end_known=True, expected_on=date(2026, 10, 30),
                prices=(self.price("0.0014", "0.0012"),),
            )
        ]  # fmt: skip
        assert tier_progress(acme, TODAY)[0].remaining == 10

    def test_at_the_edge_the_next_message_decides(self, deliver, acme, tiers):
        tiers("utility", *self.UTILITY)
        deliver((20, 30, {"category": "utility"}))
        (progress,) = tier_progress(acme, TODAY)
        assert (progress.start, progress.threshold, progress.prices) == (30, 50, (self.price("0.0012", "0.0010"),))
        assert progress.expected_on is None  # less than a week behind it

    def test_not_expected_this_month(self, deliver, acme, tiers):
        tiers("utility", (0, 1000, "0.0014", True), (1000, None, "0.0012", True))
        deliver(*[(n, 1, {"category": "utility"}) for n in range(1, 21)])
        assert tier_progress(acme, TODAY)[0].expected_on is None

    def test_behind_the_last_known_price(self, deliver, acme, tiers):
        tiers("utility", *self.UTILITY)
        deliver((20, 60, {"category": "utility"}))
        (progress,) = tier_progress(acme, TODAY)
        assert (progress.start, progress.threshold, progress.remaining, progress.end_known) == (50, None, None, False)
        assert progress.prices == (self.price("0.0010", None),)

    def test_a_price_that_is_only_assumed_is_not_known(self, deliver, acme, tiers):
        tiers("utility", (0, 30, "0.0014", True), (30, None, "0.0014", False))
        Rate.objects.filter(market="India", category="utility", tier=2).update(source=ASSUMED)
        deliver((20, 1, {"category": "utility"}))
        (progress,) = tier_progress(acme, TODAY)
        assert (progress.threshold, progress.prices) == (30, (self.price("0.0014", None, known=False),))

    def test_what_was_sent_through_others_counts(self, deliver, acme, tiers):
        """Meta said that 25 were passed when we had sent 10: 15 went elsewhere."""
        tiers("utility", *self.UTILITY)
        deliver((1, 10, {"category": "utility"}))
        bucket = Bucket.objects.get(account=acme)
        VolumeAnchor.objects.create(bucket=bucket, above=25, reached_at=FIRST + timedelta(days=1))
        rate_bucket(bucket.pk)
        (progress,) = tier_progress(acme, TODAY)
        assert (progress.position, progress.external, progress.threshold) == (25, 15, 30)

    def test_the_bundled_card_states_the_next_price_of_a_market(self, deliver, acme):
        """Brazil in October: 250,000 at the list rate, of which 249,990 went through other providers."""
        deliver((1, 1, {"category": "utility", "country": "BR"}))
        bucket = Bucket.objects.get(account=acme)
        VolumeAnchor.objects.create(bucket=bucket, above=249_990, reached_at=FIRST)
        deliver((2, 7, {"category": "utility", "country": "BR"}))
        (progress,) = tier_progress(acme, TODAY)
        assert (progress.position, progress.threshold, progress.remaining) == (249_998, 250_000, 2)
        assert progress.prices == (
            NextPrice("Brazil", "utility", "meta", "USD", Decimal("0.0068"), Decimal("0.0065"), then_known=True),
        )

    def test_a_market_named_since_has_no_known_next_price(self, deliver, acme):
        deliver((1, 1, {"category": "utility", "country": "SG"}))
        (progress,) = tier_progress(acme, TODAY)
        assert (progress.threshold, progress.end_known) == (None, False)

    def test_one_count_of_two_categories_has_two_prices(self, deliver, acme, tiers):
        tiers("authentication", (0, 30, "0.0014", True), (30, None, "0.0012", True))
        tiers("authentication-international", (0, 40, "0.0280", True), (40, None, "0.0200", True))
        deliver((1, 5, {"category": "authentication"}), (1, 5, {"category": "authentication-international"}))
        (progress,) = tier_progress(acme, TODAY)
        assert (progress.position, progress.threshold) == (10, 30)
        assert progress.prices == (
            self.price("0.0014", "0.0012", category="authentication"),
            self.price("0.0280", "0.0280", category="authentication-international"),
        )

    def test_free_service_messages_of_a_number(self, deliver, acme):
        number = PhoneNumber.objects.get(account=acme, provider_number_id=ACME.channels[1].number_id)
        deliver((1, 3, {"category": "service", "pricing_type": "", "phone_number_id": number.pk}))
        (progress,) = tier_progress(acme, TODAY)
        assert (progress.scope, progress.scope_name, progress.position, progress.threshold) == (
            "phone_number", "Acme Online", 3, 1000,
        )  # fmt: skip
        assert [(price.now, price.then) for price in progress.prices] == [(0, Decimal("0.0014"))]

    def test_what_has_one_price_has_no_tiers(self, deliver, acme):
        deliver((1, 3, {}))
        assert tier_progress(acme, TODAY) == []

    def test_free_and_unrated_messages_take_no_position(self, deliver, acme, tiers):
        tiers("utility", *self.UTILITY)
        deliver((1, 2, {"category": "utility"}), (1, 3, {"category": "utility", "pricing_type": "free_entry_point"}))
        assert [each.position for each in tier_progress(acme, TODAY)] == [2]

    def test_the_nearest_comes_first_and_the_month_before_does_not_count(self, deliver, acme, tiers):
        tiers("utility", *self.UTILITY)
        tiers("authentication", (0, 4, "0.0014", True), (4, None, "0.0012", True))
        deliver(
            (-5, 40, {"category": "utility"}), (1, 2, {"category": "utility"}), (1, 2, {"category": "authentication"})
        )
        assert [(each.accrual_group, each.position) for each in tier_progress(acme, TODAY)] == [
            ("India/authentication", 2),
            ("India/utility", 2),
        ]

    def test_another_account_sees_nothing(self, deliver, acme, other, tiers):
        tiers("utility", *self.UTILITY)
        deliver((1, 2, {"category": "utility"}))
        assert BusinessPortfolio.objects.filter(account=other).exists()
        assert tier_progress(other, TODAY) == []

    def test_few_queries(self, deliver, acme, tiers, django_assert_num_queries):
        tiers("utility", *self.UTILITY)
        deliver((1, 2, {"category": "utility"}), (1, 1, {"category": "service", "pricing_type": ""}))
        with django_assert_num_queries(5):  # counts, anchors, cards, portfolios, numbers
            tier_progress(acme, TODAY)
