"""Cells as PostgreSQL writes them: no spreadsheet runs one, and every format returns the original text."""

import csv
import io
import json
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.exports.columns import Column
from archive.exports.formats import copy_out
from core.extracts import ColumnType, extract_rows

pytestmark = pytest.mark.django_db
TEXT = Column("said", "")


def written(form, columns, rows, zone="UTC"):
    out = io.BytesIO()
    assert copy_out(
        extract_rows({column.key: column.kind for column in columns}, rows), columns, form, zone, out
    ) == len(rows)
    return out.getvalue().decode()


@pytest.mark.parametrize("text", ["=1+1", "+65", "-2", "@SUM(A1)", "|cmd", "%0A", "\t=1", "\r=1", "\n=1", "＝1", "＋1"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe_in_csv_alone(text):
    assert next(csv.reader(io.StringIO(written("csv", [TEXT], [[text]]), newline="")))[0] == f"'{text}"
    assert next(csv.reader(io.StringIO(written("xlsx", [TEXT], [[text]]), newline="")))[0] == text
    assert json.loads(written("jsonl", [TEXT], [[text]])) == {"said": text}


# PostgreSQL's text holds any character but NUL, and no half of a surrogate pair.
_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_TEXTS, _TEXTS), min_size=1, max_size=8))
def test_any_text_comes_back(rows):
    columns = [TEXT, Column("more", "")]
    pairs = [list(row) for row in rows]
    assert [list(json.loads(line).values()) for line in written("jsonl", columns, pairs).split("\n")[:-1]] == pairs
    parsed = list(csv.reader(io.StringIO(written("csv", columns, pairs), newline=""), strict=True))
    guarded = [["'" + cell if cell[0] in "=+-@|%\t\r\n＝＋－＠" else cell for cell in row] for row in pairs]
    assert parsed == guarded


@pytest.mark.parametrize(
    ("amount", "cell"), [("0.011800000", "0.0118"), ("12.5", "12.50"), ("0E-9", "0.00"), ("100", "100.00"), (None, "")]
)
def test_amounts_are_exact_with_two_decimals_at_least(amount, cell):
    column = Column("amount", "", ColumnType.AMOUNT)
    assert written("csv", [column], [[amount and Decimal(amount)]]) == f"{cell}\n"
    assert json.loads(written("jsonl", [column], [[amount]])) == {"amount": cell or None}


def test_moments_are_in_the_zone_and_the_session_goes_back_to_utc():
    column = Column("at", "", ColumnType.MOMENT)
    at = [["2026-10-25T00:30:00.5Z"], ["2026-10-25T01:30:00Z"]]  # the hour that Berlin has twice
    assert written("csv", [column], at, "Europe/Berlin") == "2026-10-25 02:30:00.5+02\n2026-10-25 02:30:00+01\n"
    assert json.loads(written("jsonl", [column], at[:1], "Europe/Berlin"))["at"] == "2026-10-25T02:30:00.5+02:00"
    serial = float(written("xlsx", [column], at[1:], "Europe/Berlin"))
    days = (datetime(2026, 10, 25, 2, 30) - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
    assert serial == pytest.approx(days, abs=1e-9)
    assert written("csv", [column], at[1:]) == "2026-10-25 01:30:00+00\n"
