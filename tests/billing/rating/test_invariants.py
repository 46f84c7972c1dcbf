"""What always holds (I1-I6, I10-I14). Those of statements and seals (I7-I9) come with statements."""

import csv
import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Sum

from accounts.models import Waba
from billing.enums import Book, SellBase
from billing.models import (
    BlockDelta,
    Bucket,
    MarketTable,
    Rate,
    RateCard,
    RatedLine,
    RatingRun,
    RuleSet,
    SellTerms,
    TierCut,
    UsageBlock,
    UsageFact,
)
from billing.prices.rate_cards import DATA
from billing.proposals.corrections import mark_dirty, save_sell_terms
from billing.rating import dirty_buckets
from billing.rating.verification import verify
from billing.selectors import charges_of, cost_report, explain
from billing.services import record_usage
from tests.billing.rating_helpers import NOON, rate_all
from tests.people import principal


@pytest.fixture
def month(usage, acme, small_tiers):
    """Deliveries of every state, rated: tiers, free, unrated, over several hours."""
    sent = [usage(billed_at=NOON + timedelta(minutes=40 * n)) for n in range(7)]
    sent += [
        usage(pricing_type="free_entry_point"), usage(category=""), usage(country="NP", category="marketing"),
        usage(country="NP", category="authentication-international"), usage(category="service", pricing_type=""),
    ]  # fmt: skip
    record_usage(sent)
    rate_all()
    return sent


def rows(table):
    """Every row of a derived table with the transaction that wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT xmin, ctid, * FROM {table} ORDER BY 3")  # noqa: S608
        return cursor.fetchall()


def test_i1_a_message_is_one_row_and_a_replay_writes_none(month):
    before = rows("billing_usagefact")
    record_usage(month[::-1])
    assert rows("billing_usagefact") == before
    assert len(before) == len(month)
    assert not BlockDelta.objects.exists()
    assert dirty_buckets() == []


def test_i2_the_earliest_proof_counts(month, usage):
    first = month[0]
    record_usage([first._replace(billed_at=NOON + timedelta(days=3))])
    record_usage([first._replace(billed_at=NOON - timedelta(days=3))])
    record_usage([first])
    assert UsageFact.objects.get(pk=first.message_key).billed_at == NOON - timedelta(days=3)


def test_i3_blocks_and_deltas_are_the_facts(month, usage):
    record_usage([month[0]._replace(billed_at=NOON - timedelta(hours=2)), usage(), month[3]])
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT bucket_id, hour, day, kind_id, sum(n)::bigint, bit_xor(fingerprint) FROM (
                SELECT bucket_id, hour, day, kind_id, n, fingerprint FROM billing_usageblock
                UNION ALL SELECT bucket_id, hour, day, kind_id, n, fingerprint FROM billing_blockdelta
            ) u GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4
        """)
        rows = cursor.fetchall()
        cursor.execute("""
            SELECT bucket_id, floor(extract(epoch FROM billed_at) / 3600)::int, day, kind_id, count(*),
                bit_xor(hash_record_extended(ROW(message_key, billed_at, day, kind_id), 0))
            FROM billing_usagefact GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        """)
        assert rows == cursor.fetchall()


def test_i4_lines_cover_the_blocks_and_each_tier_holds_what_it_can(month):
    for bucket in Bucket.objects.all():
        in_blocks = UsageBlock.objects.filter(bucket=bucket).aggregate(n=Sum("n"))["n"]
        assert bucket.lines.aggregate(n=Sum("n"))["n"] == in_blocks
    utility = Bucket.objects.get(accrual_group="India/utility")
    held = utility.lines.filter(state="charged").values("rate__above", "rate__up_to").annotate(n=Sum("n"))
    assert {(row["rate__above"], row["rate__up_to"]): row["n"] for row in held} == {(0, 3): 3, (3, 5): 2, (5, None): 2}


def test_i5_blocks_equal_the_window(month):
    assert list(verify(list(Bucket.objects.all()))) == []


def test_i6_rating_again_writes_no_row(month):
    tables = ("billing_ratedline", "billing_tiercut", "billing_usageblock", "billing_ratingrun")
    before = {table: rows(table) for table in tables}
    mark_dirty(list(Bucket.objects.all()))
    rate_all()
    assert {table: rows(table) for table in tables} == before


def test_i6_new_terms_begin_a_run_and_new_messages_go_on_with_it(month, usage, small_tiers):
    bucket = Bucket.objects.get(accrual_group="India/utility")
    record_usage([usage(billed_at=NOON + timedelta(hours=9))])
    rate_all()
    assert [run.n for run in bucket.runs.all()] == [9]
    small_tiers.is_active = False
    small_tiers.save()
    mark_dirty([bucket])
    rate_all()
    first, second = bucket.runs.order_by("id")
    assert (first.terms != second.terms, first.n, second.n) == (True, 9, 9)


def test_i10_free_costs_nothing_and_has_no_position_unrated_has_no_amount(month, acme):
    for line in RatedLine.objects.exclude(state="charged"):
        assert line.reason
        assert line.amount == (0 if line.state == "free" else None)
    for one in month[7:]:
        explanation = explain(acme, one.message_key)
        if explanation.charge.state == "free" and explanation.charge.reason != "service_allowance":
            assert explanation.charge.position is None
    assert RatedLine.objects.filter(state="unrated").aggregate(n=Sum("n"))["n"] == 2


@pytest.mark.parametrize("base", SellBase)
def test_i11_both_books_cover_the_same_messages(month, acme, base):
    own = RateCard.objects.create(
        account=acme, book=Book.SELL, currency="USD", effective_from=date(2026, 10, 1), name="own", sha256=""
    )
    Rate.objects.create(card=own, market="India", category="utility", unit_price=Decimal("0.05"), source="test")
    terms = SellTerms(
        account=acme, currency="USD", effective_from=date(2026, 10, 1), base=base, markup_percent=Decimal("10.0001"),
        fee=Decimal("0.002"), fee_on_free=True,
    )  # fmt: skip
    assert save_sell_terms(terms, by=principal(None, "owner@acme.example")) == Bucket.objects.count()
    rate_all()
    lines = RatedLine.objects.filter(account=acme)
    if base == SellBase.NOTHING:
        assert set(lines.values_list("sell_state", "sell_amount")) == {("", None)}
        return
    assert not lines.filter(sell_state="", kind__currency="USD").exists()
    assert not lines.exclude(sell_price=None).exclude(sell_amount=F("n") * F("sell_price")).exists()
    first = lines.filter(state="charged", kind__country="IN", rate__tier=1, kind__category="utility").get()
    start = first.unit_price if base == SellBase.COST else Decimal("0.05")
    assert first.sell_price == start * Decimal("1.100001") + Decimal("0.002")
    free = lines.filter(state="free", reason="free_entry_point").get()
    assert (free.sell_state, free.sell_price) == ("charged", Decimal("0.002"))
    assert list(verify(list(Bucket.objects.all()))) == []


def test_i12_every_amount_follows_from_the_file_it_names(usage, acme):
    sent = [usage(country=country, category=category) for country in ("IN", "DE", "PL", "KE", "JM", "GG")
            for category in ("marketing", "utility", "authentication")]  # fmt: skip
    record_usage(sent)
    rate_all()
    files = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in (DATA / "rate_cards").glob("*.csv")}
    for one in sent:
        charge = explain(acme, one.message_key).charge
        with files[charge.card.sha256].open(encoding="utf-8") as file:
            prices = {(row["market"], row["category"], row["currency"]): row["rate"]
                      for row in csv.DictReader(file) if row["tier_from"] == "0"}  # fmt: skip
        assert charge.amount == Decimal(prices[charge.market, charge.category, charge.currency])


def test_i13_one_revision_is_in_force_and_tiers_are_contiguous(small_tiers):
    with pytest.raises(IntegrityError), transaction.atomic():
        RateCard.objects.create(currency="USD", effective_from=small_tiers.effective_from, revision=99, name="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSet.objects.create(effective_from=date(2026, 10, 1), revision=99, name="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        MarketTable.objects.create(revision=99, name="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.create(card=small_tiers, market="Atlantis", category="utility", unit_price=Decimal(-1))
    for card in RateCard.objects.filter(is_active=True):
        tiers = {}
        for rate in card.rates.order_by("market", "category", "tier"):
            tiers.setdefault((rate.market, rate.category), []).append(rate)
        for bounds in tiers.values():
            assert (bounds[0].above, bounds[-1].up_to) == (0, None)
            assert all(lower.up_to == upper.above for lower, upper in pairwise(bounds))


def test_i14_another_accounts_money_does_not_exist(month, acme, other):
    keys = [one.message_key for one in month]
    assert charges_of(other, keys) == {}
    assert [explain(other, key) for key in keys] == [None] * len(keys)
    report = cost_report(other, start=date(2026, 10, 1), end=date(2026, 10, 31), group_by=["day"])
    assert (report.rows, report.totals) == ([], [])
    assert set(RatedLine.objects.values_list("account_id", flat=True)) == {acme.pk}
    assert not TierCut.objects.exclude(bucket__account=acme).exists()
    assert not RatingRun.objects.exclude(bucket__account=acme).exists()


def test_a_wabas_new_time_zone_moves_its_messages(month, usage, acme):
    """16:30 UTC on 31 October is November in Singapore and October in London."""
    edge = usage(billed_at=datetime.fromisoformat("2026-10-31T16:30:00+00:00"), category="marketing")
    record_usage([edge])
    rate_all()
    assert UsageFact.objects.get(pk=edge.message_key).day == date(2026, 11, 1)
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    waba.time_zone = "Europe/London"
    waba.save()
    rate_all()
    rate_all()
    fact = UsageFact.objects.select_related("bucket").get(pk=edge.message_key)
    assert (fact.day, fact.bucket.month) == (date(2026, 10, 31), date(2026, 10, 1))
    assert list(verify(list(Bucket.objects.all()))) == []
