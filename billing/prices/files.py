"""What the files of cards, markets and rules share: CSV in UTF-8, read as a spreadsheet shows it."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from core.errors import UserError

LONGEST_NAME = 64  # of a market, as the tables hold it
MOST_MESSAGES = 10**9  # in a tier's bound or an allowance, which is an integer of 32 bits


def file_error(message: str, **named: object) -> UserError:
    """Why a file cannot be used: the message names the row and what to write there, `named` fills its placeholders."""
    return UserError(message % named if named else message, field="file")


def sha256_of(path: Path) -> str:
    """The digest by which a file is known again."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows_of(path: Path) -> list[list[str]]:
    """Every row's cells. Raises UserError for what is no CSV in UTF-8."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if "\0" in text:
            raise file_error(_("The file is not text: save it as CSV UTF-8."))
        return list(csv.reader(text.splitlines()))
    except UnicodeDecodeError:
        raise file_error(_("The file is not UTF-8 text: save it as CSV UTF-8.")) from None
    except csv.Error as error:
        raise file_error(_("The file is not valid CSV: %(error)s. Save it as CSV UTF-8."), error=error) from None


def records_of(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Row numbers and cells by column of a file whose first row names these columns; empty rows are left out.

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
    places = [names.index(column) for column in columns]
    for number, cells in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in cells):
            padded = [cell.strip() for cell in cells] + [""] * (len(names) - len(cells))
            yield number, dict(zip(columns, (padded[place] for place in places), strict=True))


def name_in(text: str, number: int) -> str:
    """A market's name that fits its column."""
    name = text.strip()
    if not name or len(name) > LONGEST_NAME:
        raise file_error(
            _("Row %(number)s: a market can have at most %(longest)d characters: %(name)s."),
            number=number,
            longest=LONGEST_NAME,
            name=repr(name[:80]),
        )
    return name


def whole_in(text: str, number: int, column: str) -> int:
    """A number of messages, with or without commas."""
    digits = text.replace(",", "").strip()
    if not (digits.isascii() and digits.isdecimal()) or int(digits[:20]) > MOST_MESSAGES:
        raise file_error(
            _("Row %(number)s: %(column)s is %(text)s, which is not a number of messages."),
            number=number,
            column=column,
            text=repr(text[:80]),
        )
    return int(digits)
