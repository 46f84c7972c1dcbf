"""Phone numbers, whole and masked."""

import phonenumbers
import pytest
from django.db import connection

from core.numbers import digits_of, format_number, is_number, mask_number, mask_number_sql


@pytest.mark.parametrize(
    ("text", "digits", "number"),
    [
        ("+65 9123 4567", "6591234567", True),
        ("0065-9123.4567", "6591234567", True),
        ("(65) 9123", "659123", True),
        ("1" * 15, "1" * 15, True),
        ("1" * 16, "1" * 16, False),
        ("65+91", "6591", False),
        ("65 91 a", "6591", False),
        ("-", "", False),
        ("000", "", False),
        ("", "", False),
    ],
)
def test_numbers_as_people_write_them(text, digits, number):
    assert (digits_of(text), is_number(text)) == (digits, number)


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("919876543210", "+91 98765 43210"),
        ("6591234567", "+65 9123 4567"),
        ("999", "+999"),
        ("US.13491208655302741918", "US.13491208655302741918"),
        ("", ""),
    ],
)
def test_format_number(digits, text):
    assert format_number(digits) == text


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("919876543210", "+91 98•••••210"),
        ("6591234567", "+65 91•••••567"),
        ("37255512", "+372 •••••12"),
        ("9999876543210", "+99•••••210"),
        ("US.13491208655302741918", "US.•••••"),
        ("", ""),
    ],
)
def test_masked(digits, text):
    assert mask_number(digits) == text


@pytest.mark.django_db
def test_sql_masks_as_python_does_but_for_the_plus_sign():
    """Every calling code with numbers of every length, and invalid ones."""
    codes = [str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    numbers = [code + "4917263508912"[:length] for code in codes for length in (0, 1, 2, 5, 7, 8, 9, 12)]
    numbers += ["", "5", "999", "NA.7f3", "user-1"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n, {mask_number_sql('n')} FROM unnest(%s::text[]) n", [numbers])  # noqa: S608 - our own rule
        assert dict(cursor.fetchall()) == {number: mask_number(number).removeprefix("+") for number in numbers}


def test_a_long_text_that_is_no_number_costs_linear_time():
    """With backtracking, these would take hours."""
    assert not is_number("\n" * 1_000_000 + "x")
    assert not is_number("-" * 1_000_000 + "+x")
