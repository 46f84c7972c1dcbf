"""Pricing categories in words, in colours and on rate cards."""

import pytest

from providers.vocabulary import Category, card_columns, category_family, category_name


@pytest.mark.parametrize(
    ("category", "name", "family"),
    [
        ("authentication-international", "Authentication international", "authentication"),
        ("marketing_lite", "Marketing lite", "marketing"),
        ("referral_conversion", "Referral conversion", "other"),
        ("group_utility", "Group utility", "utility"),
        ("", "", "other"),
    ],
)
def test_a_category_in_words_and_its_family(category, name, family):
    assert (category_name(category), category_family(category)) == (name, family)


def test_rate_cards_have_a_column_for_most():
    assert card_columns() == ["marketing", "utility", "authentication", "authentication-international", "service"]
    assert (Category.MARKETING_LITE.card_column, Category.REFERRAL_CONVERSION.card_column) == ("marketing", "")
