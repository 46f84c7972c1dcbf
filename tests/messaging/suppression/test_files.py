"""CSV files of the suppression list, as people have them."""

import pytest

from core.errors import UserError
from messaging.suppression.files import read_person, read_rows

NOTHING = "is no phone number: give it with its country code, as +6591234567, or a user id, as US.13491208655302741918."


def read(text):
    rows, problems = read_rows(text)
    return [(row.line, row.identity.value, row.reason) for row in rows], [
        (each.line, each.problem) for each in problems
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("person,reason\n+65 9123 4567,phoned\n", [(2, "6591234567", "phoned")]),
        (
            "\ufeffMSISDN;Reason\r\n6591234567;\r\n\r\n00 65 9123 4568;x\r\n",
            [(2, "6591234567", ""), (4, "6591234568", "x")],
        ),
        ("Phone number\tname\n+65 (9123) 4567\tAnn\n", [(2, "6591234567", "")]),
        ("reason,number\nx,SG.13491208655302741918\n", [(2, "SG.13491208655302741918", "x")]),
        ("+6591234567\n+6591234568\n", [(1, "6591234567", ""), (2, "6591234568", "")]),
        ("person\n551187654321\n", [(2, "5511987654321", "")]),
    ],
)
def test_good_files(text, rows):
    assert read(text) == (rows, [])


def test_a_row_that_cannot_be_used_is_named_with_the_remedy_and_the_others_are_read():
    lines = (
        "person,scope,state", "9.19877E+11,,", ",x,", "12,,", "+6591234567,marketing,stopped", "+6591234568,utility,",
        "6591234569,,lifted", "ann,,",
    )  # fmt: skip
    rows, problems = read("\n".join(lines))
    assert rows == [(5, "6591234567", "")]
    assert problems == [
        (2, "A spreadsheet has rounded 9.19877E+11: format the column as text and export the file again."),
        (3, "The person is missing: give a phone number or a user id."),
        (4, f"'12' {NOTHING}"),
        (6, "The scope is 'utility': only marketing can be stopped; leave it out."),
        (7, "The state is 'lifted': leave lifted persons out of the file."),
        (8, f"'ann' {NOTHING}"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The file is empty: give a row for each person."),
        (
            "name,city\nAnn,Bonn\n",
            "No column has the persons: name it person, number, msisdn or phone in the first row.",
        ),
        ("+6591234567\n" * 100_001, "The file has 100,001 rows: split it into files of at most 100,000."),
    ],
)
def test_what_is_no_file_of_persons(text, problem):
    with pytest.raises(UserError) as error:
        read_rows(text)
    assert str(error.value) == problem


@pytest.mark.parametrize("text", ["91234567", "@ann", "wamid.x", "+99912345678", "1" * 20])
def test_no_person(text):
    with pytest.raises(UserError, match="country code"):
        read_person(text)
