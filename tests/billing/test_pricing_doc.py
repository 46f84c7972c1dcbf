"""The worked tables of docs/pricing.md come out of the engine to the last digit."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.models import Waba
from billing.models import Rate, RatedLine, TierCut
from billing.rating import rate_bucket
from billing.selectors import explain
from billing.services import VolumeTier, record_usage, record_volume_tiers
from tests.billing.rating_helpers import NOON, rate_all

EIGHT = NOON.replace(hour=8)
DOC = (Path(__file__).parents[2] / "docs" / "pricing.md").read_text(encoding="utf-8")


def table(*columns):
    """The rows of the table with these first columns, as lists of cells without marks."""
    head = "| " + " | ".join(columns)
    lines = DOC[DOC.index(head) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]


def at(*hours):
    """A moment in each hour of the day, in order."""
    return [EIGHT.replace(hour=hour) + timedelta(minutes=n) for n, hour in enumerate(hours)]


def total(account):
    return sum(RatedLine.objects.filter(account=account).values_list("amount", flat=True))


@pytest.fixture
def seven(usage, small_tiers):
    """The seven messages of the section on blocks."""
    sent = [usage(billed_at=moment) for moment in at(8, 8, 10, 10, 10, 11, 11)]
    record_usage(sent)
    rate_all()
    return sent


def test_tiers(seven, acme):
    *rows, (*_, total_in_doc) = table("Position", "Tier", "Each", "Sum")
    assert total(acme) == Decimal(total_in_doc) == sum(Decimal(row[3]) for row in rows)
    for positions, tier, each, amount in rows:
        first, last = (int(number) for number in re.findall(r"\d+", positions))
        line = sum(RatedLine.objects.filter(account=acme, rate__tier=tier).values_list("n", flat=True))
        price = explain(acme, seven[first - 1].message_key).charge.unit_price
        assert (line, price, line * price) == (last - first + 1, Decimal(each), Decimal(amount))


def test_blocks_and_cuts(seven, acme):
    position = 0
    for hour, messages, positions, tiers, _ in table("UTC hour", "Messages"):
        inside = [one for one in seven if one.billed_at.hour == int(hour)]
        charges = [explain(acme, one.message_key).charge for one in inside]
        assert [charge.position for charge in charges] == list(range(position + 1, position + int(messages) + 1))
        assert f"{charges[0].position} to {charges[-1].position}" == positions
        assert " and ".join(sorted({str(charge.tier.number) for charge in charges})) == tiers
        position += int(messages)
    assert list(TierCut.objects.order_by("above").values_list("message_key", flat=True)) == [
        seven[3].message_key, seven[5].message_key
    ]  # fmt: skip


def test_a_late_message(seven, usage, acme):
    before, after = table("When", "tier 1")
    assert total(acme) == Decimal(before[-1]) == worked(before)
    record_usage([usage(billed_at=EIGHT + timedelta(minutes=30))])
    rate_all()
    assert total(acme) == Decimal(after[-1]) == worked(after)


def worked(row):
    """The sum of "3 × 0.0350" over a row's cells."""
    return sum(int(n) * Decimal(price) for n, price in (cell.split(" × ") for cell in row[1:-1]))


def test_a_late_message_that_makes_the_bill_smaller(usage, acme, small_tiers):
    Rate.objects.filter(card=small_tiers, market="India", category="authentication-international").delete()
    for tier, (above, up_to, price) in enumerate(((0, 3, "0.0304"), (3, None, "0.0289")), start=1):
        Rate.objects.create(card=small_tiers, market="India", category="authentication-international", tier=tier,
                            above=above, up_to=up_to, unit_price=Decimal(price), source="test")  # fmt: skip
    kinds = ["authentication", "authentication", "authentication-international"]
    record_usage([usage(billed_at=NOON + timedelta(minutes=n), category=kind) for n, kind in enumerate(kinds)])
    rate_all()
    _, before, after = table("Position", "before")[-1]
    assert total(acme) == Decimal(before)
    record_usage([usage(billed_at=NOON - timedelta(minutes=1), category="authentication")])
    rate_all()
    assert total(acme) == Decimal(after)


def test_volume_at_other_providers(usage, acme, small_tiers):
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    sent = [usage(billed_at=NOON + timedelta(minutes=n)) for n in range(4)]
    record_usage(sent)
    record_volume_tiers(
        [VolumeTier(acme.pk, waba.pk, "UTILITY", "India", "4:5", "2026-10", NOON + timedelta(seconds=30), None)]
    )
    rate_all()
    *rows, (*_, sum_in_doc) = table("Ours", "Our count")
    for one, (_, count, elsewhere, position, tier, each) in zip(sent, rows, strict=True):
        explanation = explain(acme, one.message_key)
        positions_of_message = (
            explanation.charge.position - explanation.external,
            explanation.external,
            explanation.charge.position,
        )
        assert positions_of_message == (int(count), int(elsewhere), int(position))
        assert (explanation.charge.tier.number, explanation.charge.unit_price) == (int(tier), Decimal(each))
    assert total(acme) == Decimal(sum_in_doc)
    assert rate_bucket(explain(acme, sent[0].message_key).bucket_id)
