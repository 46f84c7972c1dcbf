"""UMIDs, the ids of 8x8's messages: UUIDs, which may come in any spelling."""

import re
from typing import Any
from uuid import UUID

from providers.reading import text

_SPELLING = re.compile(r"(?:urn:)?(?:uuid:)?[{(]?([0-9a-f-]+)[})]?", re.IGNORECASE | re.ASCII)
_DIGITS = 32


def hexadecimal(umid: str) -> str | None:
    """The 32 digits of a UMID in any spelling; None for what is no UUID."""
    match = _SPELLING.fullmatch(umid)
    digits = match[1].replace("-", "").lower() if match else ""
    return digits if len(digits) == _DIGITS else None


def canonical(value: Any) -> str:
    """A UMID in lower case with hyphens, so that one message has one id; other text stays as it is.

    Empty if the value is neither text nor a number.
    """
    umid = text(value, 512).strip()
    return str(UUID(digits)) if (digits := hexadecimal(umid)) else umid
