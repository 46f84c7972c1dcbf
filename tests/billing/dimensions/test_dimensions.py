"""Values of groupings in words."""

from datetime import date

import pytest

from billing.dimensions import DIMENSIONS, TemplateKey, TierKey


def spell(group, keys):
    return DIMENSIONS[group].spell(keys)


def test_keys_in_words():
    assert spell("day", {"day": date(2026, 11, 2)}) == "2 Nov 2026"
    assert spell("month", {"month": date(2026, 11, 1)}) == "November 2026"
    assert spell("subaccount", {"subaccount": "a", "subaccount_name": "Shop"}) == "Shop"
    assert spell("subaccount", {"subaccount": "", "subaccount_name": ""}) == "No subaccount"
    assert spell("category", {"category": "authentication-international"}) == "Authentication international"
    assert spell("country", {"country": ""}) == "Unknown"
    assert spell("waba", {"waba": "", "waba_name": ""}) == "Unknown"
    assert spell("channel", {"channel": "106", "channel_name": ""}) == "106"
    assert spell("provider", {"provider": "8x8"}) == "8x8"
    assert spell("template", {"template": TemplateKey("sale", "en")}) == "sale (en)"
    assert spell("template", {"template": None}) == "No template"


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        (None, "No tier"),
        (TierKey(1, 1, None, end_known=True, anchored=False), "Tier 1"),
        (TierKey(1, 1, 250_000, end_known=True, anchored=False), "Tier 1, 1 – 250,000"),
        (
            TierKey(2, 250_001, None, end_known=True, anchored=True),
            "Tier 2, from 250,001, includes other providers",
        ),
        (TierKey(1, 1, None, end_known=False, anchored=False), "Tier 1, end unknown"),
    ],
)
def test_tiers_in_words(tier, words):
    assert spell("tier", {"tier": tier}) == words
