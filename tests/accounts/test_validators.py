import pytest
from django.core.exceptions import ValidationError

from accounts.validators import validate_subaccount_code, validate_time_zone


@pytest.mark.parametrize("code", ["abc", "acme_wa", "A-1.b_2&c", "x" * 50])
def test_subaccount_codes(code):
    assert validate_subaccount_code(code) is None


@pytest.mark.parametrize("code", ["", "ab", "x" * 51, "acme wa", "acme/wa", "acmé", "acme_wa\n"])
def test_what_is_no_subaccount_code(code):
    with pytest.raises(ValidationError, match="Enter 3 to 50 letters, digits or any of"):
        validate_subaccount_code(code)


@pytest.mark.parametrize("name", ["UTC", "Asia/Singapore", "America/Argentina/Buenos_Aires"])
def test_time_zones(name):
    assert validate_time_zone(name) is None


@pytest.mark.parametrize("name", ["", "Mars/Base", "asia/singapore", "../etc/passwd", "+08:00"])
def test_what_is_no_time_zone(name):
    with pytest.raises(ValidationError, match="is not a time zone: enter an IANA name such as Asia/Singapore"):
        validate_time_zone(name)
