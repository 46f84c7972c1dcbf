"""Properties of the engine over random deliveries (P1-P3, P5, P6, P9-P11; P8 is in test_pricing.py)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Waba
from billing.enums import SellBase
from billing.models import Bucket, Rate, RateCard, RatedLine, SellTerms, UsageFact, VolumeAnchor
from billing.proposals.corrections import activate, mark_dirty
from billing.proposals.what_if import Proposal
from billing.rating.verification import verify
from billing.selectors import charges_of
from billing.services import VolumeTier, record_usage, record_volume_tiers
from tests.billing.rating_helpers import rate_all
from tests.people import principal

START = datetime(2026, 10, 15, 12, tzinfo=UTC)
deliveries = st.lists(
    st.fixed_dictionaries({
        "after": st.integers(0, 9) | st.integers(0, 5).map(lambda hours: hours * 3600),  # ties, edges, empty hours
        "category": st.sampled_from(["utility"] * 4 + ["authentication", "authentication-international", "marketing",
                                                       "marketing_lite", "group_utility", "service", ""]),
        "category_assumed": st.sampled_from([False, False, True]),
        "pricing_type": st.sampled_from(["regular"] * 4 + ["free_entry_point", ""]),
        "country": st.sampled_from(["IN", "IN", "IN", "SG", "NP", ""]),
        "phone_number_id": st.integers(1, 2),
        "provider": st.sampled_from(["meta", "8x8"]),
    }),
    max_size=16,
)  # fmt: skip
anchors = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([2, 4, 5, 6, 9]), st.integers(0, 4)), max_size=3)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_serial = count(1)
_DERIVED = ("usagefact", "usageblock", "blockdelta", "dirtybucket", "ratedline", "tiercut", "volumeanchor", "ratingrun")


def delete_usage():
    """Take away what the example before recorded."""
    with connection.cursor() as cursor:
        for table in _DERIVED:
            cursor.execute(f"DELETE FROM billing_{table}")  # noqa: S608


def usages(usage, story, *, start=START):
    """The deliveries of a story, with keys of its own."""
    base = next(_serial) << 32
    return [
        usage(**{"message_key": UUID(int=base + n), "billed_at": start + timedelta(seconds=one["after"])}
              | {name: value for name, value in one.items() if name != "after"})
        for n, one in enumerate(story)
    ]  # fmt: skip


def announce(acme, announced):
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    record_volume_tiers([
        VolumeTier(acme.pk, waba.pk, "UTILITY", "India", f"{start}:", "2026-10",
                   START + timedelta(hours=hours // 3, seconds=seconds), None)
        for hours, start, seconds in announced
    ])  # fmt: skip


def result():
    """Every line, without ids."""
    return Counter(
        RatedLine.objects.values_list(
            "bucket_id", "day", "kind_id", "state", "reason", "rate_id", "anchored", "n", "amount", "sell_amount"
        )
    )


@pytest.mark.usefixtures("small_tiers")
@few
@given(deliveries, anchors, st.data())
def test_p1_blocks_and_cuts_equal_the_window_and_the_reference(usage, acme, story, announced, data):
    delete_usage()
    sent = usages(usage, story)
    terms = data.draw(st.sampled_from([None, *SellBase]))
    SellTerms.objects.all().delete()
    if terms:
        SellTerms.objects.create(
            account=acme, currency="USD", effective_from=date(2026, 1, 1), base=terms, fee=Decimal("0.001"),
            markup_percent=Decimal("12.5"), fee_on_free=data.draw(st.booleans()),
        )  # fmt: skip
    while sent:
        size = data.draw(st.integers(1, len(sent)))
        record_usage(sent[:size])
        sent = sent[size:]
        if data.draw(st.booleans()):
            rate_all()
    announce(acme, announced)
    rate_all()
    assert [str(difference) for difference in verify(Bucket.objects.filter(account=acme))] == []


@pytest.mark.usefixtures("small_tiers")
@few
@given(deliveries, anchors, st.data())
def test_p2_p9_order_duplicates_and_batches_change_nothing(usage, acme, story, announced, data):
    delete_usage()
    sent = usages(usage, story)
    record_usage(sent)
    announce(acme, announced)
    rate_all()
    expected = result()
    delete_usage()
    announce(acme, announced + announced)
    for one in data.draw(st.permutations(sent + sent[:3])):
        record_usage([one])
    rate_all()
    assert result() == expected


@few
@given(deliveries, deliveries)
def test_p3_late_messages_move_few_others(usage, acme, small_tiers, story, late):
    delete_usage()
    story = [one | {"category": "utility", "pricing_type": "regular", "country": "IN"} for one in story]
    late = [one | {"category": "utility", "pricing_type": "regular", "country": "IN"} for one in late]
    sent = usages(usage, story)
    record_usage(sent)
    rate_all()
    keys = [one.message_key for one in sent]
    before = {key: charge.tier.number for key, charge in charges_of(acme, keys).items()}
    record_usage(usages(usage, late))
    rate_all()
    after = {key: charge.tier.number for key, charge in charges_of(acme, keys).items()}
    assert sum(before[key] != after[key] for key in keys) <= 2 * len(late)  # two thresholds


@few
@given(deliveries, st.integers(1, 900))
def test_p5_a_corrected_price_changes_amounts_and_no_count(usage, acme, small_tiers, story, change):
    delete_usage()
    record_usage(usages(usage, story))
    rate_all()
    before = {line.pk: line for line in RatedLine.objects.all()}
    second = Rate.objects.get(card=small_tiers, market="India", category="utility", tier=2)
    second.unit_price += Decimal(change).scaleb(-4)
    second.save()
    mark_dirty(list(Bucket.objects.all()))
    rate_all()
    for line in RatedLine.objects.all():
        former = before.pop(line.pk)
        difference = Decimal(change).scaleb(-4) if line.rate_id == second.pk else Decimal(0)
        assert (line.n, line.amount) == (former.n, (former.amount or 0) + line.n * difference or former.amount)
    assert not before


bounds = st.sampled_from([((0, 3), (3, 5), (5, None)), ((0, 2), (2, None)), ((0, None),), ()])


@pytest.mark.usefixtures("small_tiers")
@few
@given(
    deliveries, anchors, st.lists(st.tuples(bounds, st.integers(1, 99), st.sampled_from(["buy", "sell"])), max_size=4)
)
def test_p5_repriced_lines_equal_those_counted_again(usage, acme, story, announced, corrections):
    """Any row of corrections: those that keep the tiers' bounds are priced from the lines, the others from blocks."""
    delete_usage()
    RateCard.objects.filter(account=acme).delete()
    terms = {"account": acme, "currency": "USD", "effective_from": date(2026, 1, 1)}
    SellTerms.objects.update_or_create(**terms, defaults={"base": SellBase.CARD})
    record_usage(usages(usage, story))
    announce(acme, announced)
    rate_all()
    for revision, (tiers, price, book) in enumerate(corrections):
        card = RateCard.objects.create(
            account=acme, book=book, currency="USD", effective_from=date(2026, 10, 1), revision=100 + revision,
            is_active=False,
        )  # fmt: skip
        Rate.objects.bulk_create(
            Rate(card=card, market="India", category="utility", tier=n, above=above, up_to=up_to,
                 unit_price=Decimal(price).scaleb(-2) / n, source="test")
            for n, (above, up_to) in enumerate(tiers, start=1)
        )  # fmt: skip
        activate(Proposal(cards=[card]), by=principal(None, "test"))
        rate_all()
        assert [str(difference) for difference in verify(Bucket.objects.filter(account=acme))] == []
    delete_usage()


@few
@given(deliveries, st.data())
def test_p6_one_price_costs_the_same_in_any_order(usage, acme, small_tiers, story, data):
    delete_usage()
    story = [one | {"category": "marketing", "pricing_type": "regular", "country": "IN"} for one in story]
    times = data.draw(st.permutations([one["after"] for one in story]))
    record_usage(usages(usage, [one | {"after": after} for one, after in zip(story, times, strict=True)]))
    rate_all()
    assert sum(RatedLine.objects.values_list("amount", flat=True)) == len(story) * Decimal("0.0118")


@few
@given(
    st.lists(st.integers(-90_000, 90_000), min_size=1, max_size=8),
    st.sampled_from(["Asia/Singapore", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Pacific/Auckland"]),
    st.sampled_from([(2026, 11, 1, 0), (2026, 10, 25, 1), (2026, 3, 29, 1), (2026, 3, 1, 0)]),
)
def test_p10_each_message_is_in_one_month_of_its_wabas_zone(usage, acme, offsets, zone, edge):
    delete_usage()
    Waba.objects.filter(account=acme).update(time_zone=zone)
    edge_at = datetime(*edge, tzinfo=UTC)
    sent = [usage(billed_at=edge_at + timedelta(seconds=offset)) for offset in offsets]
    record_usage(sent)
    rate_all()
    facts = {fact.message_key: fact for fact in UsageFact.objects.select_related("bucket")}
    for one in sent:
        day = one.billed_at.astimezone(ZoneInfo(zone)).date()
        assert (facts[one.message_key].day, facts[one.message_key].bucket.month) == (day, day.replace(day=1))
    assert sum(RatedLine.objects.values_list("n", flat=True)) == len(sent)


@few
@given(deliveries, anchors)
def test_p11_announced_volume_only_lowers_prices_and_never_shrinks(usage, acme, small_tiers, story, announced):
    delete_usage()
    story = [one | {"category": "utility", "pricing_type": "regular", "country": "IN"} for one in story]
    sent = usages(usage, story)
    record_usage(sent)
    rate_all()
    keys = [one.message_key for one in sent]
    before = charges_of(acme, keys)
    announce(acme, announced)
    rate_all()
    after = charges_of(acme, keys)
    assert all(after[key].amount <= before[key].amount for key in keys)
    earliest = {}
    for hours, start, seconds in announced:
        at = START + timedelta(hours=hours // 3, seconds=seconds)
        earliest[start - 1] = min(at, earliest.get(start - 1, at))
    assert dict(VolumeAnchor.objects.values_list("above", "reached_at")) == earliest
    tiers = [after[one.message_key].tier.number for one in sorted(sent, key=lambda u: (u.billed_at, u.message_key))]
    assert tiers == sorted(tiers)
