"""Masks of texts that can hold a phone number: any text, and Meta's ids of messages and calls, which do in Base64."""

import re

from core.numbers import DOTS

# An id keeps its last characters, so that two can be told apart: they are of the message's own key.
_ID, _KEPT = r"^(wa[a-z]*id\.).+(.{8})$", rf"\1{DOTS}\2"


MESSAGE_ID = re.compile(r"wa[mc]id\.\S*")
_USER_ID = re.compile(r"\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{5,}")
_DATE = r"\d{4}-\d\d-\d\d(?!\d)"
_NUMBER = re.compile(rf"(?<![\d-])(?!{_DATE})\+?\d(?:[\s().-]{{0,2}}\d){{6,}}")


def hide_numbers(text: str) -> str:
    """The text with dots for phone numbers, user ids and message ids. Dates stay."""
    for pattern in (MESSAGE_ID, _USER_ID, _NUMBER):
        text = pattern.sub(DOTS, text)
    return text


def mask_message_id(text: str) -> str:
    """Write "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI…zQ1AA==" as "wamid.•••••zQ1AA=="; other ids as they are."""
    return re.sub(_ID, _KEPT, text)


def mask_message_id_sql(column: str) -> str:
    """`mask_message_id` as a PostgreSQL expression."""
    return f"regexp_replace({column}, '{_ID}', '{_KEPT}')"
