"""The engine in PostgreSQL equals the reference in pricing.py."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db.models import F, Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Waba
from billing.enums import UnratedReason
from billing.models import (
    BlockDelta,
    Bucket,
    DirtyBucket,
    Rate,
    RateCard,
    RatedLine,
    TierCut,
    UsageBlock,
    UsageFact,
    VolumeAnchor,
)
from billing.pricing import Card, Fact, Tier, price_category, rate_bucket
from billing.rating import RatingError, dirty_buckets, due_buckets
from billing.rating import rate_bucket as rate
from billing.rating.engine import PARKED_FOR
from billing.selectors import charges_of
from billing.services import record_usage
from tests.billing.rating_helpers import NOON, lines, rate_all


def test_a_marketing_message_to_india_in_october_2026(usage, acme):
    record_usage([usage(category="marketing")])
    assert rate_all() == [True]
    assert lines(acme) == [("charged", Decimal("0.0118"), 1, Decimal("0.0118"))]


def test_tiers_are_graduated(usage, acme, small_tiers):
    record_usage([usage(billed_at=NOON + timedelta(seconds=n)) for n in range(7)])
    rate_all()
    assert lines(acme) == [
        ("charged", Decimal("0.0263"), 2, Decimal("0.0526")),
        ("charged", Decimal("0.0333"), 2, Decimal("0.0666")),
        ("charged", Decimal("0.0350"), 3, Decimal("0.1050")),
    ]


def test_cuts_name_the_first_message_above_each_threshold(usage, small_tiers):
    sent = [usage(billed_at=NOON + timedelta(seconds=n)) for n in range(7)]
    record_usage(sent)
    rate_all()
    cuts = TierCut.objects.order_by("above").values_list("above", "message_key")
    assert list(cuts) == [(3, sent[3].message_key), (5, sent[5].message_key)]


def test_a_threshold_passed_between_two_hours_by_announced_volume_has_its_cut(usage, acme, small_tiers):
    sent = [usage(billed_at=NOON + timedelta(seconds=seconds)) for seconds in (0, 1, 2, 3600)]
    record_usage(sent)
    rate_all()
    bucket = Bucket.objects.get()
    VolumeAnchor.objects.create(bucket=bucket, above=4, reached_at=NOON + timedelta(seconds=3))  # after the third
    rate(bucket.pk)
    assert [(cut.above, cut.message_key) for cut in TierCut.objects.all()] == [(3, sent[3].message_key)]
    assert charges_of(acme, [sent[3].message_key])[sent[3].message_key].unit_price == Decimal("0.0333")


def test_rating_twice_changes_nothing(usage, acme, small_tiers):
    record_usage([usage(billed_at=NOON + timedelta(seconds=n)) for n in range(7)])
    rate_all()
    before = lines(acme)
    assert dirty_buckets() == []
    rate(Bucket.objects.get(account=acme).pk)
    assert lines(acme) == before


def test_recording_twice_writes_nothing(usage):
    sent = [usage(), usage()]
    record_usage(sent)
    DirtyBucket.objects.all().delete()
    record_usage(sent)
    assert (UsageFact.objects.count(), dirty_buckets()) == (2, [])


def test_an_earlier_proof_moves_a_message_to_the_month_before(usage, acme):
    late = usage(billed_at=datetime(2026, 11, 1, 12, tzinfo=UTC))
    record_usage([late])
    rate_all()
    record_usage([late._replace(billed_at=datetime(2026, 10, 31, 12, tzinfo=UTC))])
    assert len(rate_all()) == 2
    assert [line.day for line in RatedLine.objects.all()] == [date(2026, 10, 31)]


def test_a_later_proof_changes_nothing(usage):
    first = usage()
    record_usage([first])
    record_usage([first._replace(billed_at=NOON + timedelta(days=1))])
    assert UsageFact.objects.get().billed_at == NOON


def test_the_day_is_the_wabas(usage):
    """16:30 UTC on 30 September is 00:30 on 1 October in Singapore: the new card and rules apply."""
    record_usage([usage(billed_at=datetime(2026, 9, 30, 16, 30, tzinfo=UTC), category="service", pricing_type="")])
    fact = UsageFact.objects.select_related("bucket").get()
    assert (fact.day, fact.bucket.month, fact.bucket.allowance) == (date(2026, 10, 1), date(2026, 10, 1), 1000)


def test_a_waba_nobody_knows_leaves_its_messages_unrated(usage, acme):
    record_usage([usage(waba_id=None)])
    rate_all()
    line = RatedLine.objects.get(account=acme)
    assert (line.state, line.reason, line.amount, line.unit_price) == ("unrated", "no_waba", None, None)


def test_a_missing_rate_leaves_its_messages_unrated(usage, acme):
    record_usage([usage(country="NP", category="authentication-international")])
    rate_all()
    line = RatedLine.objects.get(account=acme)
    assert (line.state, line.reason, line.kind.market) == ("unrated", "no_rate", "Nepal")


def test_a_currency_without_a_card_leaves_its_messages_unrated(usage, acme):
    Waba.objects.filter(account=acme).update(currency="CLP")
    record_usage([usage()])
    rate_all()
    assert RatedLine.objects.get(account=acme).reason == "no_card"


def test_a_bucket_whose_sums_differ_is_parked(usage, monkeypatch):
    record_usage([usage()])
    monkeypatch.setattr("billing.rating.engine.RATE", "SELECT 2, 0, 1, 0, '', '', 0")
    with pytest.raises(RatingError):
        rate(dirty_buckets()[0])
    assert Bucket.objects.get().problem == "1 messages in lines, 2 in blocks"
    assert (len(dirty_buckets()), due_buckets()) == (1, [])
    Bucket.objects.update(parked_at=timezone.now() - PARKED_FOR)
    assert due_buckets() == dirty_buckets()
    monkeypatch.undo()
    rate_all()
    assert (Bucket.objects.get().problem, Bucket.objects.get().parked_at) == ("", None)


_serial = count()
stories = st.lists(
    st.tuples(
        st.integers(0, 3),  # seconds, so that ties happen
        st.sampled_from(
            ["utility", "authentication", "authentication-international", "marketing", "marketing_lite", "service", ""]
        ),
        st.sampled_from(["regular", "free_entry_point", ""]),
        st.sampled_from(["IN", "SG", "NP", ""]),
    ),
    max_size=14,
)


def reference_prices(fact):
    card = (
        RateCard.objects.filter(currency=fact.currency, effective_from__lte=fact.day, is_active=True)
        .order_by("-effective_from")
        .first()
    )
    if card is None:
        return UnratedReason.NO_CARD
    rates = Rate.objects.filter(card=card, market=fact.market, category=price_category(fact.category)).order_by("tier")
    tiers = [Tier(r.tier, r.above, r.up_to, r.unit_price, r.end_known, r.is_derived) for r in rates]
    pricing_card = Card(card.name, card.currency, card.effective_from, card.revision, card.sha256)
    return (pricing_card, tiers) if tiers else UnratedReason.NO_RATE


def reference(bucket):
    """What pricing.py makes of a bucket's facts."""
    facts = [
        Fact(f.message_key, f.billed_at, f.day, f.kind.country, f.kind.market, f.kind.category, f.kind.currency,
             f.kind.free_reason, f.kind.unrated_reason, f.kind.provider, f.kind.price_source)
        for f in UsageFact.objects.filter(bucket=bucket).select_related("kind")
    ]  # fmt: skip
    return rate_bucket(facts, reference_prices, allowance=bucket.allowance)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories)
def test_the_engine_equals_the_reference(usage, acme, small_tiers, story):
    base = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=next(_serial))
    for table in (UsageFact, UsageBlock, BlockDelta):
        table.objects.all().delete()
    record_usage([
        usage(billed_at=base + timedelta(seconds=seconds), category=category, pricing_type=kind, country=country)
        for seconds, category, kind, country in story
    ])  # fmt: skip
    for bucket in Bucket.objects.all():
        rate(bucket.pk)
        expected = reference(bucket)
        charges = charges_of(acme, expected)
        for key, charge in expected.items():
            actual = charges[key]
            assert actual == replace(charge, position=None)
        assert merged(bucket) == Counter((charge.state, charge.amount) for charge in expected.values())


def merged(bucket):
    """The bucket's messages by state and price, over days, countries and categories."""
    rows = RatedLine.objects.filter(bucket=bucket)
    assert not rows.exclude(amount=F("n") * F("unit_price")).exclude(state="unrated").exists()
    return {(row["state"], row["unit_price"]): row["total"] for row in
            rows.values("state", "unit_price").annotate(total=Sum("n"))}  # fmt: skip
