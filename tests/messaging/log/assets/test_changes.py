"""Announcements in words."""

import pytest

from messaging.log.assets.changes import change_entry, limit, limit_short
from messaging.log.models import Change


@pytest.mark.parametrize(
    ("field", "old", "new", "reason", "labels"),
    [
        ("status", "", "PAUSED", "FIRST_PAUSE", ("Status", "", "paused", "first pause, 3 hours", "warn")),
        ("status", "PENDING", "APPROVED", "", ("Status", "pending", "approved", "", "good")),
        ("quality", "GREEN", "RED", "", ("Quality", "high", "low", "", "bad")),
        ("category", "UTILITY", "MARKETING", "", ("Category", "utility", "marketing", "", "warn")),
        ("flag", "", "UNFLAGGED", "", ("Flag", "", "unflagged", "", "good")),
        ("throughput", "", "HIGH", "", ("Throughput", "", "up to 1,000 messages per second", "", "good")),
        ("display_name", "", "REJECTED", "NAME_FORMAT_UNACCEPTABLE",
         ("Display name", "", "rejected", "name format unacceptable", "bad")),
        ("messaging_limit", "TIER_2K", "TIER_10K", "",
         ("Messaging limit", "2,000 people in 24 hours", "10,000 people in 24 hours", "", "good")),
        ("messaging_limit", "TIER_10K", "TIER_2K", "",
         ("Messaging limit", "10,000 people in 24 hours", "2,000 people in 24 hours", "", "warn")),
        ("account.account_violation", "", "ACCOUNT_VIOLATION", "ADULT",
         ("Account violation", "", "account violation", "adult", "warn")),
        ("alert", "", "OBA_APPROVED", "Your account is now verified.",
         ("Alert", "", "oba approved", "Your account is now verified.", "neutral")),
        ("mood", "", "Sunny", "Sunny", ("Mood", "", "Sunny", "", "neutral")),
    ],
)  # fmt: skip
def test_labels(field, old, new, reason, labels):
    entry = change_entry(Change(field=field, old=old, new=new, reason=reason))
    assert (entry.title, entry.old, entry.new, entry.reason, entry.level) == labels


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ("TIER_250", "250 people in 24 hours"),
        ("TIER_100K", "100,000 people in 24 hours"),
        ("TIER_UNLIMITED", "unlimited"),
        ("TIER_NOT_SET", "not set"),
        ("", ""),
        ("SOMETHING", "SOMETHING"),
    ],
)
def test_limits(tier, words):
    assert limit(tier) == words


def test_a_limit_in_a_table():
    assert limit_short("TIER_10K") == "10,000 / 24 h"
