"""A number on top of a page: what it is made of, how it changed, and the rows behind it."""

from dataclasses import dataclass
from decimal import Decimal

from core.words import Text


@dataclass(frozen=True)
class KeyFigure:
    """`trend` is better, worse, or empty; `exact` the value to the last digit, where it is rounded."""

    label: Text
    value: str
    detail: Text
    link: str = ""
    change: str = ""
    trend: str = ""
    exact: str = ""


def change(now: Decimal | int, before: Decimal | int) -> str:
    """The change against the period before, in words; nothing when there is nothing to compare with."""
    return signed(f"{Decimal(now - before) / before * 100:+.1f}\u00a0%") if before else ""


def signed(text: str) -> str:
    """With a minus as wide as the plus."""
    return text.replace("-", "−")
