import pytest

from core.calling_codes import country_of


@pytest.mark.parametrize(
    ("msisdn", "country"),
    [
        ("919876543210", "IN"),
        ("6591234567", "SG"),
        ("16505551234", "US"),
        ("14165551234", "CA"),
        ("18765551234", "JM"),
        ("17875551234", "PR"),
        ("18095551234", "DO"),
        ("77011234567", "KZ"),
        ("76001234567", "KZ"),
        ("79161234567", "RU"),
        ("447400123456", "GB"),
        ("447911123456", "GG"),
        ("4915112345678", "DE"),
        ("390612345678", "IT"),
        ("870773111632", ""),  # Inmarsat: a calling code without a country
        ("99999999999", ""),
    ],
)
def test_of_a_number(msisdn, country):
    assert country_of(msisdn) == country


@pytest.mark.parametrize(
    ("user_id", "country"),
    [("US.13491208655302741918", "US"), ("kz.1", "KZ"), ("nobody", ""), ("", ""), ("USA.1", "")],
)
def test_of_a_user_id(user_id, country):
    assert country_of("", user_id) == country


def test_the_number_goes_before_the_user_id():
    assert country_of("6591234567", "US.1") == "SG"
