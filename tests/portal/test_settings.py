"""Settings: a number that the environment gives is checked, and the error names variable and remedy."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.settings import whole_number


@pytest.mark.parametrize("value", ["23", "169", "7 days", "-72", "72.5", "٧٢", ""])
def test_a_number_out_of_bounds(monkeypatch, value):
    monkeypatch.setenv("FREE_ENTRY_HOURS", value)
    with pytest.raises(ImproperlyConfigured, match=r"FREE_ENTRY_HOURS is .*: enter a whole number from 24 to 168\."):
        whole_number("FREE_ENTRY_HOURS", 72, 24, 168)


def test_a_number_within_bounds(monkeypatch):
    assert whole_number("FREE_ENTRY_HOURS", 72, 24, 168) == 72
    monkeypatch.setenv("FREE_ENTRY_HOURS", "168")
    assert whole_number("FREE_ENTRY_HOURS", 72, 24, 168) == 168
