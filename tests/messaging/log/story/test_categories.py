"""The categories that a message's statuses name."""

from datetime import UTC, datetime

import pytest

from messaging.log.enums import CategoryRank
from messaging.log.models import Message, StatusEvent
from messaging.log.selectors.story import Story
from messaging.log.story.categories import pricing_conflict, pricing_words

AT = datetime(2026, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pricing", "words"),
    [
        ("", ""), ("utility/regular", "Utility, regular"), ("utility/", "Utility"),
        ("/free_not_billable", "free not billable"),
        ("group_utility/free_entry_point", "Group utility, free entry point"),
    ],
)  # fmt: skip
def test_the_words_of_a_status(pricing, words):
    assert pricing_words(pricing) == words


def conflict(*pricings, rank=CategoryRank.PROVEN):
    events = [StatusEvent(at=AT, state="delivered", pricing=pricing) for pricing in pricings]
    category, kind = (*pricings[0].split("/"), "")[:2]
    return pricing_conflict(Story(Message(category=category, pricing_type=kind, category_rank=rank), events, []))


@pytest.mark.parametrize("agreeing", [("",), ("", "utility/regular"), ("utility/", "utility/regular", "/regular")])
def test_statuses_that_agree_are_no_conflict(agreeing):
    assert conflict(*agreeing) == ""


def test_a_conflict_names_both_and_which_counts():
    assert conflict("utility/regular", "marketing/regular") == (
        "Its statuses name different prices: “Utility, regular” and “Marketing, regular”. "
        "“Utility, regular” counts: it came with the earliest proof of delivery."
    )
    assert "counts: it came with the earliest status." in conflict("a/x", "a/y", rank=CategoryRank.REPORTED)
