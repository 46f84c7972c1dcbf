"""The common part of reading card, market and rule files: CSV in UTF-8."""

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from core.errors import UserError

MAX_ROWS = 10_000  # a card of so many tiers with gaps between them still has fewer than a small integer can number
LONGEST_NAME = 64  # of a market, in the tables
MAX_MESSAGES = 10**9  # in a tier's bound or an allowance, which is an integer of 32 bits
_CURRENCIES = {"$US": "USD", "US$": "USD", "$": "USD", "A$": "AUD", "GBD": "GBP", "£": "GBP", "₹": "INR", "RP": "IDR",
               "€": "EUR"}  # fmt: skip


def file_error(message: str, **values: object) -> UserError:
    """The error of an invalid file. The message names the row and the remedy; `values` fill its placeholders."""
    return UserError(message % values if values else message, field="file")


def sha256_of(path: Path) -> str:
    """The digest that identifies a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows_of(path: Path) -> list[list[str]]:
    """The cells of every row. Raises UserError for a file that is not CSV in UTF-8."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if "\0" in text:
            raise file_error(_("The file is not text: save it as CSV UTF-8."))
        lines = text.splitlines()
        if len(lines) > MAX_ROWS:
            raise file_error(_("The file has more than %(most)s rows: split it by currency."), most=f"{MAX_ROWS:,}")
        return list(csv.reader(lines))
    except UnicodeDecodeError:
        raise file_error(_("The file is not UTF-8 text: save it as CSV UTF-8.")) from None
    except csv.Error as error:
        raise file_error(_("The file is not valid CSV: %(error)s. Save it as CSV UTF-8."), error=error) from None


def records_of(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The row numbers and cells by column of a file whose first row names these columns; skips empty rows.

    Raises UserError.
    """
    rows = rows_of(path)
    names = [cell.strip() for cell in rows[0]] if rows else []
    if missing := [column for column in columns if column not in names]:
        raise file_error(
            _("The first row is missing %(missing)s: it must name %(columns)s."),
            missing=", ".join(missing),
            columns=", ".join(columns),
        )
    indexes = [names.index(column) for column in columns]
    for number, cells in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in cells):
            padded = [cell.strip() for cell in cells] + [""] * (len(names) - len(cells))
            yield number, dict(zip(columns, (padded[index] for index in indexes), strict=True))


def parse_market(text: str, number: int) -> str:
    """The name of a market. Raises UserError if it is empty or too long."""
    name = text.strip()
    if not name or len(name) > LONGEST_NAME:
        raise file_error(
            _("Row %(number)s: a market can have at most %(longest)d characters: %(name)s."),
            number=number,
            longest=LONGEST_NAME,
            name=repr(name[:80]),
        )
    return name


def parse_currency(text: str, number: int) -> str:
    """The ISO code of a currency in any of the spellings of Meta's files. Raises UserError."""
    token = text.strip().upper()
    code = _CURRENCIES.get(token, token)
    if not re.fullmatch("[A-Z]{3}", code):
        raise file_error(
            _("Row %(number)s: %(text)s is not a currency; enter its ISO code, such as USD."),
            number=number,
            text=repr(text[:80]),
        )
    return code


def parse_count(text: str, number: int, column: str) -> int:
    """A number of messages, with or without commas."""
    digits = text.replace(",", "").strip()
    if not (digits.isascii() and digits.isdecimal()) or int(digits[:20]) > MAX_MESSAGES:
        raise file_error(
            _("Row %(number)s: %(column)s is %(text)s, which is not a number of messages."),
            number=number,
            column=column,
            text=repr(text[:80]),
        )
    return int(digits)
