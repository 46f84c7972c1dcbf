"""CSV files of the suppression list: reading what people have, and writing what can be read again."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from typing import NamedTuple

from core.csv_lines import csv_line
from core.errors import UserError
from core.spellings import is_valid
from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Identity
from messaging.persons.selectors.identities import identity_of
from messaging.suppression.models import Suppression, SuppressionEvent

MAX_ROWS = 100_000
LONGEST_REASON = 255
COLUMNS = ("person", "scope", "state", "since", "source", "reason", "actor")
_PERSON_NAMES = frozenset({
    "person", "number", "msisdn", "phone", "phone_number", "phonenumber", "mobile", "user_id",
})  # fmt: skip
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_SCOPES = frozenset({"", "marketing"})
_NUL = UserError("A cell has a NUL character", remedy="remove it, or save the file again as “CSV UTF-8”.")


class Row(NamedTuple):
    """A person of a file. `line` is the row in it, the header being 1."""

    line: int
    identity: Identity
    reason: str


class RowProblem(NamedTuple):
    """A row that cannot be used, why, and the remedy."""

    line: int
    text: str
    problem: str


def read_rows(text: str) -> tuple[list[Row], list[RowProblem]]:
    """The persons of a CSV with a header or with numbers only, and what is wrong with the other rows.

    Commas, semicolons and tabs separate columns. Raises UserError if the whole text is no such file.
    """
    lines = list(islice(_lines(text.lstrip("\ufeff")), MAX_ROWS + 1))
    if len(lines) > MAX_ROWS:
        problem = f"The file has more than {MAX_ROWS:,} rows"
        raise UserError(problem, field="file", remedy="split it, and remove empty rows.")
    columns, start = _columns(lines)
    rows: list[Row] = []
    problems: list[RowProblem] = []
    for number, cells in enumerate(lines[start:], start + 1):
        if isinstance(cells, UserError):
            problems.append(RowProblem(number, "", str(cells)))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        values = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
        try:
            rows.append(Row(number, read_person(values.get("person", "")), _reason_of(values)))
        except UserError as error:
            problems.append(RowProblem(number, values.get("person", "")[:40], str(error)))
    return rows, problems


def _lines(text: str) -> Iterator[list[str] | UserError]:
    """The cells of each row, or why the row cannot be read. Rows end with LF, CRLF or CR."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _row_error(str(error))
        else:
            yield _NUL if any("\0" in cell for cell in cells) else cells


def _row_error(reason: str) -> UserError:
    """What is wrong with a row, by the text of csv.Error; the reader goes on at the next line."""
    if "expected after" in reason:
        return UserError("A quoted cell has a single quotation mark in it", remedy="double the mark, or remove it.")
    if "field limit" in reason:
        problem = f"A cell is longer than {csv.field_size_limit():,} characters"
        return UserError(problem, remedy="shorten it, or close its quotation mark.")
    return UserError("A quotation mark is not closed", remedy="close it and import this row and those after it again.")


def _delimiter(text: str) -> str:
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return max(",;\t", key=first.count)


def _columns(lines: list[list[str] | UserError]) -> tuple[dict[str, int], int]:
    """The columns by name, and the first row with a person."""
    header = lines[0] if lines else []
    if isinstance(header, UserError):
        raise UserError(f"Row 1 cannot be read. {header.message}", field="file", remedy=header.remedy)
    if not any(cell.strip() for cell in header):
        raise UserError("The file is empty", field="file", remedy="give a row for each person.")
    names = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in header]
    columns = {("person" if name in _PERSON_NAMES else name): at for at, name in reversed(list(enumerate(names)))}
    if "person" in columns:
        return columns, 1
    try:
        read_person(header[0])
    except UserError:
        remedy = "name it person, number, msisdn or phone in the first row."
        raise UserError("No column has the persons", field="file", remedy=remedy) from None
    return {"person": 0, "reason": 1}, 0


def _reason_of(values: dict[str, str]) -> str:
    """The reason of a row, if nothing in it means something else."""
    if values.get("scope", "").lower() not in _SCOPES:
        raise UserError(f"The scope is {values['scope']!r}", remedy="only marketing can be stopped; leave it out.")
    if values.get("state", "stopped").lower() not in {"", "stopped", "stop"}:
        raise UserError(f"The state is {values['state']!r}", remedy="leave lifted persons out of the file.")
    reason = values.get("reason", "")
    if len(reason) > LONGEST_REASON:
        raise UserError(f"The reason has {len(reason):,} characters", remedy=f"shorten it to {LONGEST_REASON}.")
    return reason


def read_person(text: str) -> Identity:
    """The identity that somebody typed: a number with its country code, or a user id. Raises UserError."""
    stripped = text.strip().strip("'\"")
    if not stripped:
        raise UserError("The person is missing", field="person", remedy="give a phone number or a user id.")
    if _SCIENTIFIC.fullmatch(stripped):
        remedy = "format the column as text and export the file again."
        raise UserError(f"A spreadsheet has rounded {stripped}", field="person", remedy=remedy)
    is_number = not re.search(r"[A-Za-z@_]", stripped)
    identity = identity_of(re.sub(r"[().\u00a0/]", " ", stripped) if is_number else stripped)
    if identity is None or identity.kind == IdentityKind.USERNAME:
        remedy = "give it with its country code, as +6591234567, or a user id, as US.13491208655302741918."
        raise UserError(f"{stripped[:40]!r} is no phone number", field="person", remedy=remedy)
    if identity.kind == IdentityKind.NUMBER and not is_valid(identity.value):
        remedy = "give it with its country code, as +6591234567."
        raise UserError(f"{stripped[:40]!r} is not a valid phone number", field="person", remedy=remedy)
    return identity


ListedEntry = tuple[Suppression, SuppressionEvent | None, str]
"""An entry with its last event, and with its person as the reader may see it."""


def list_csv(entries: Iterable[ListedEntry]) -> Iterator[str]:
    """The lines of the CSV, header first."""
    yield csv_line(COLUMNS)
    for entry, event, person in entries:
        state, at = ("stopped", entry.stopped_at) if entry.stopped_at else ("lifted", entry.changed_at)
        about = (event.source, event.reason, event.actor) if event else ("", "", "")
        yield csv_line((person, "marketing", state, _moment(at), *about))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
