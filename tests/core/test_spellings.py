"""Two spellings of one phone, by the numbering plans of Brazil, Mexico and Argentina."""

import pytest

from core.spellings import full_number, national_numbers, read_numbers, spellings, standard

DDDS = (11, 19, 21, 22, 24, 27, 28, 31, 35, 37, 38, 41, 49, 51, 53, 54, 55, 61, 69, 71, 73, 74, 75, 77, 79, 81, 89, 91)
NO_DDDS = (10, 20, 23, 25, 26, 29, 30, 36, 39, 40, 50, 52, 56, 57, 58, 59, 60, 70, 72, 76, 78, 80, 90)


@pytest.mark.parametrize("ddd", DDDS)
@pytest.mark.parametrize("local", ["61234567", "79999999", "87654321", "91234567", "12345678"])
def test_a_mobile_number_of_brazil_has_a_ninth_digit_or_not(ddd, local):
    pair = (f"55{ddd}9{local}", f"55{ddd}{local}")
    assert [spellings(each) for each in pair] == [pair, pair]


@pytest.mark.parametrize("number", [f"55{ddd}87654321" for ddd in NO_DDDS] + ["5511" + local for local in (
    "22654321", "32654321", "42654321", "52654321", "932654321", "9876543", "9876543210", "8765432", "08765432",
)])  # fmt: skip
def test_no_other_number_of_brazil_has(number):
    assert spellings(number) == (number,)


@pytest.mark.parametrize("national", ["5512345678", "3312345678", "2221234567", "9991234567"])
def test_a_number_of_mexico_has_a_1_or_not(national):
    pair = (f"52{national}", f"521{national}")
    assert [spellings(each) for each in pair] == [pair, pair]


@pytest.mark.parametrize("number", ["521512345678", "52155123456789", "521551234567", "520512345678"])
def test_no_other_number_of_mexico_has(number):
    assert spellings(number) == (number,)


@pytest.mark.parametrize("national", ["1151234567", "2214567890", "3514567890", "2966412345"])
def test_a_number_of_argentina_has_a_9_or_not(national):
    pair = (f"549{national}", f"54{national}")
    assert [spellings(each) for each in pair] == [pair, pair]


@pytest.mark.parametrize("number", ["54911512345", "549115123456789", "544151234567", "5412512345678"])
def test_no_other_number_of_argentina_has(number):
    assert spellings(number) == (number,)


@pytest.mark.parametrize("number", ["", "5", "6591234567", "14155550123", "5512", "919876543210", "351912345678"])
def test_other_numbers_have_one_spelling(number):
    assert spellings(number) == (number,)
    assert standard(number) == number


@pytest.mark.parametrize(
    ("text", "countries", "numbers"),
    [
        ("+65 9123 4567", ["IN"], ["6591234567"]),
        ("0065-9123-4567", ["IN"], ["6591234567"]),
        ("65 9123 4567", [], ["6591234567"]),
        ("9123 4567", ["SG"], ["91234567", "6591234567"]),
        ("098765 43210", ["IN"], ["9876543210", "919876543210"]),
        ("(11) 98765-4321", ["BR"], ["11987654321", "5511987654321", "551187654321"]),
        ("+55 11 8765-4321", [], ["5511987654321", "551187654321"]),
        ("+54 11 15-5123-4567", [], ["5491151234567", "541151234567"]),
        ("+49 (0)151 23456789", [], ["4915123456789"]),
        ("9198", ["SG", "IN"], ["9198"]),
        ("", ["SG"], []),
        ("+", ["SG"], []),
        ("1234567890123456", [], []),
    ],
)
def test_what_people_type(text, countries, numbers):
    assert read_numbers(text, countries) == numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+65 9123 4567", "6591234567"),
        ("0065-9123-4567", "6591234567"),
        ("65 9123 4567", "6591234567"),
        ("551187654321", "5511987654321"),
        ("+1 555 123 4567", "15551234567"),  # not assigned, but with its country code
        ("٦٥٩١٢٣٤٥٦٧", "6591234567"),
        ("9123 4567", ""),
        ("098765 43210", ""),
        ("065 9123 4567", ""),
        ("", ""),
        ("+", ""),
    ],
)
def test_a_full_number_has_its_country_code(text, number):
    assert full_number(text) == number


@pytest.mark.parametrize(
    ("text", "countries", "numbers"),
    [
        ("6591234567", ["IN", "SG"], {"916591234567", "6591234567"}),
        ("11 98765-4321", ["BR", "SG"], {"5511987654321", "551187654321"}),
        ("+6591234567", ["IN"], set()),
        ("006591234567", ["IN"], set()),
        ("6591234567", [], set()),
    ],
)
def test_national_readings(text, countries, numbers):
    assert national_numbers(text, countries) == numbers
