"""Meta's ids of messages and calls, which hold a phone number in Base64, for people who may not see numbers.

An id keeps its last characters, so that two can be told apart: they are of the message's own key.
"""

import re

from core.numbers import DOTS

_ID, _KEPT = r"^(wa[a-z]*id\.).+(.{8})$", rf"\1{DOTS}\2"


def mask_message_id(text: str) -> str:
    """Write "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI…zQ1AA==" as "wamid.•••••zQ1AA=="; other ids as they are."""
    return re.sub(_ID, _KEPT, text)


def mask_message_id_sql(column: str) -> str:
    """`mask_message_id` as a PostgreSQL expression."""
    return f"regexp_replace({column}, '{_ID}', '{_KEPT}')"
