"""Phone numbers that are written in two ways: mobile numbers of Brazil, Mexico and Argentina.

WhatsApp's `wa_id` keeps the form in which a number was registered, so one phone has two spellings in webhooks. Sources:
the numbering plans as libphonenumber has them (Brazil's ninth digit, Mexico's former 1, Argentina's 9).
"""

import re
from collections.abc import Iterable

import phonenumbers

from core.numbers import decimals

# Without the ninth digit, numbers from 2 to 5 are landlines of somebody else; mobile numbers began with 6 to 9.
_BRAZIL = re.compile(r"55([14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])9?([16-9]\d{7})")
_MEXICO = re.compile(r"521?([2-9]\d{9})")
_ARGENTINA = re.compile(r"549?(11\d{8}|[23]\d{9})")
_Plan = tuple[re.Pattern[str], str, str]
_PLANS: tuple[_Plan, ...] = (
    (_BRAZIL, "55{}9{}", "55{}{}"), (_MEXICO, "52{}", "521{}"), (_ARGENTINA, "549{}", "54{}")
)  # fmt: skip
_FIRST_DIGITS: tuple[_Plan, ...] = tuple(
    (re.compile(re.sub(r"\\d\{(\d)\}", r"\\d{0,\1}", pattern.pattern)), form, other) for pattern, form, other in _PLANS
)
_GROUPS = (r"\1", r"\2")
_HIGHEST_LENGTH = 15


def spellings(msisdn: str) -> tuple[str, ...]:
    """Every spelling of a number in digits with its country code: its standard form first; most have only one."""
    return _forms(msisdn, _PLANS)


def first_digits(digits: str) -> tuple[str, ...]:
    """Every spelling of the first digits of a number, as `spellings` has them of a whole one."""
    return _forms(digits, _FIRST_DIGITS)


def _forms(digits: str, plans: Iterable[_Plan]) -> tuple[str, ...]:
    for pattern, *forms in plans:
        if match := pattern.fullmatch(digits):
            return tuple(form.format(*match.groups()) for form in forms)
    return (digits,)


def standard(msisdn: str) -> str:
    """The spelling that stands for all."""
    return spellings(msisdn)[0]


def standard_sql(column: str) -> str:
    """`standard` as a PostgreSQL expression."""
    whens = (
        f"WHEN {column} ~ '^{pattern.pattern}$' THEN "
        f"regexp_replace({column}, '^{pattern.pattern}$', '{form.format(*_GROUPS)}')"
        for pattern, form, _ in _PLANS
    )
    return f"CASE {' '.join(whens)} ELSE {column} END"


def full_number(text: str) -> str:
    """The number that a text with a country code is, in its standard spelling; empty without a country code.

    Without a plus sign or `00` the digits must be a valid number of their country.
    """
    digits = decimals(text)
    number = next(iter(read_numbers(f"+{digits.lstrip('0')}")), "")
    return number if _has_code(text) or (is_valid(number) and not digits.startswith("0")) else ""


def national_numbers(text: str, countries: Iterable[str]) -> set[str]:
    """The numbers, in every spelling, that a text without a country code is in these countries (ISO 3166)."""
    if _has_code(text):
        return set()
    numbers = {number for number in (_parse(decimals(text), each) for each in countries) if is_valid(number)}
    return {form for number in numbers for form in spellings(number)}


def national(digits: str) -> str:
    """A number in digits with its country code, without that code; empty if it is none of a country."""
    try:
        return str(phonenumbers.national_significant_number(phonenumbers.parse(f"+{digits}")))
    except phonenumbers.NumberParseException:
        return ""


def is_valid(digits: str) -> bool:
    """Whether digits with a country code are a number of its numbering plan."""
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}")))
    except phonenumbers.NumberParseException:
        return False


def read_numbers(text: str, countries: Iterable[str] = ()) -> list[str]:
    """The numbers that a text may mean, in all their spellings, in digits with the country code; empty if none.

    With a plus sign or `00` the text has its country code. Otherwise it may also be a national number of one of the
    countries (ISO 3166).
    """
    numbers = list(spellings(_international(decimals(text).lstrip("0"))))
    for country in () if _has_code(text) else countries:
        numbers += spellings(_parse(text, country))
    return [number for number in dict.fromkeys(numbers) if 0 < len(number) <= _HIGHEST_LENGTH]


def _has_code(text: str) -> bool:
    """Whether a text states that its number begins with a country code."""
    return "+" in text or decimals(text).startswith("00")


def _international(digits: str) -> str:
    """The digits as the number is dialled from abroad, without a 0 or 15 that only belongs to national dialling."""
    return _parse(f"+{digits}", None) or digits


def _parse(text: str, country: str | None) -> str:
    """The digits of a possible number; empty otherwise."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
