"""Names of countries."""

from core.countries import countries, country_name


def test_names():
    assert country_name("IN") == "India"
    assert country_name("ZZ") == "ZZ"
    assert list(countries().values()) == sorted(countries().values())
    assert len(countries()) == 250
