"""A key figure at the top of a page: its value, how it changed, and a link to the rows behind it."""

from dataclasses import dataclass
from decimal import Decimal

from core.words import Text


@dataclass(frozen=True)
class KeyFigure:
    """`trend` is better, worse or empty; `exact` is the unrounded value."""

    label: Text
    value: str
    detail: Text
    link: str = ""
    change: str = ""
    trend: str = ""
    exact: str = ""


def relative_change(now: Decimal | int, before: Decimal | int) -> str:
    """The change against the previous period in percent; empty if that was zero."""
    return with_minus_sign(f"{Decimal(now - before) / before * 100:+.1f}\u00a0%") if before else ""


def with_minus_sign(text: str) -> str:
    """Replace the hyphen with a minus sign, which is as wide as a plus."""
    return text.replace("-", "−")
