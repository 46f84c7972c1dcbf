"""Phone numbers, whole and masked."""

import pytest

from portal.core.numbers import masked, whole


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("919876543210", "+91 98765 43210"),
        ("6591234567", "+65 9123 4567"),
        ("999", "+999"),
        ("US.13491208655302741918", "US.13491208655302741918"),
        ("", ""),
    ],
)
def test_whole(digits, shown):
    assert whole(digits) == shown


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("919876543210", "+91 98•••••210"),
        ("6591234567", "+65 91•••••567"),
        ("37255512", "+372 •••••12"),
        ("9999876543210", "+99•••••210"),
        ("US.13491208655302741918", "US.•••••"),
        ("", ""),
    ],
)
def test_masked(digits, shown):
    assert masked(digits) == shown
