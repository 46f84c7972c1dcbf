from datetime import date

import pytest

from billing.prices.markets import MarketMap

pytestmark = pytest.mark.django_db
NOW = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("country", "day", "market"),
    [
        ("IN", NOW, "India"),
        ("US", NOW, "North America"),
        ("CA", NOW, "North America"),
        ("PR", NOW, "Rest of Latin America"),
        ("JM", NOW, "Rest of Latin America"),
        ("BS", NOW, "Other"),
        ("KR", NOW, "Other"),
        ("KZ", NOW, "Kazakhstan"),
        ("KZ", date(2026, 9, 30), "Other"),
        ("RU", NOW, "Russia"),
        ("PL", date(2026, 6, 30), "Rest of Central & Eastern Europe"),
        ("PL", date(2026, 7, 1), "Poland"),
        ("ZW", date(2025, 9, 30), "Other"),
        ("ZW", date(2025, 10, 1), "Rest of Africa"),
        ("GG", NOW, "United Kingdom"),
        ("EH", NOW, "Morocco"),
        ("XX", NOW, "Other"),
        ("", NOW, ""),
    ],
)
def test_the_market_of_a_country_on_a_day(country, day, market):
    assert MarketMap().market(country, day) == market
