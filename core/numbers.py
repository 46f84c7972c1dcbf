"""Phone numbers: reading what people type, and writing them in full or masked."""

import re
from functools import cache, lru_cache

import phonenumbers

DOTS = "•••••"


# Between digits: spaces, dashes, and the marks of direction that come with numbers copied from a phone.
_SIGNS = r"\s()./\-\u2010-\u2015\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NUMBER = re.compile(rf"[{_SIGNS}]*+\+?[\d{_SIGNS}]++")  # possessive: a long text costs linear time


def digits_of(text: str) -> str:
    """The digits 0 to 9 of a phone number as a person types it in any script, without plus sign and leading zeros."""
    return decimals(text).lstrip("0")


def decimals(text: str) -> str:
    """The decimal digits in a text, written 0 to 9."""
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


def is_number(text: str) -> bool:
    """Whether a text is a phone number or its first digits: digits, spaces and the signs people write between them."""
    return bool(_NUMBER.fullmatch(text)) and 0 < len(digits_of(text)) <= 15


def _split(digits: str) -> tuple[str, str]:
    """Calling code and the rest; an unknown calling code is empty."""
    for length in (1, 2, 3):
        if int(digits[:length] or 0) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return digits[:length], digits[length:]
    return "", digits


@lru_cache(maxsize=4096)
def format_number(digits: str) -> str:
    """Write "919876543210" as "+91 98765 43210", grouped as in its country."""
    if not digits.isdecimal():
        return digits
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def mask_number(digits: str) -> str:
    """Write "919876543210" as "+91 98•••••210": calling code, two digits, three digits; never more than half of it."""
    if not digits.isdecimal():
        return f"{digits[:3]}{DOTS}" if digits else ""
    code, national = _split(digits)
    if len(national) < 8:
        return f"+{code} {DOTS}{national[-2:]}".replace("+ ", "+")
    return f"+{code} {national[:2]}{DOTS}{national[-3:]}".replace("+ ", "+")


def mask_number_sql(column: str) -> str:
    """`mask_number` as a PostgreSQL expression, without the plus sign, which spreadsheets take for a formula."""
    code = _calling_codes()
    code_pattern = f"(?:({code})|(?!{code}))"
    long, short = f"^{code_pattern}(\\d\\d)\\d{{3,}}(\\d{{3}})$", f"^{code_pattern}\\d*?(\\d{{0,2}})$"
    return (
        f"CASE WHEN {column} = '' THEN '' WHEN {column} !~ '^[0-9]+$' THEN left({column}, 3) || '{DOTS}' "
        f"WHEN {column} ~ '{long}' THEN ltrim(regexp_replace({column}, '{long}', '\\1 \\2{DOTS}\\3')) "
        f"ELSE ltrim(regexp_replace({column}, '{short}', '\\1 {DOTS}\\2')) END"
    )


@cache
def _calling_codes() -> str:
    return "|".join(str(code) for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
