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
        ("person;reason\r+6591234567;x\r+6591234568;y,y,y\r", [(2, "6591234567", "x"), (3, "6591234568", "y,y,y")]),
        ('person,reason\n+6591234567,"a\nb"\n+6591234568,\n', [(2, "6591234567", "a\nb"), (3, "6591234568", "")]),
        (f"person,reason\n+6591234567,{'x' * 255}\n", [(2, "6591234567", "x" * 255)]),
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


NUL = "A cell has a NUL character: remove it, or save the file again as “CSV UTF-8”."
UNREADABLE = [
    ("+6591234567,x\0", NUL),
    ("\0+6591234567,x", NUL),
    (
        f"+6591234567,{'x' * 131_073}",
        "A cell is longer than 131,072 characters: shorten it, or close its quotation mark.",
    ),
    (f"+6591234567,{'x' * 256}", "The reason has 256 characters: shorten it to 255."),
    ('+6591234567,"said "no"', "A quoted cell has a single quotation mark in it: double the mark, or remove it."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "problem"), UNREADABLE)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_that_cannot_be_read_does_not_take_its_neighbours_with_it(line, problem, end):
    rows, problems = read(end.join(("person,reason", "+6591234568,", line, "+6591234569,")))
    assert rows == [(2, "6591234568", ""), (4, "6591234569", "")]
    assert problems == [(3, problem)]


def test_a_quotation_mark_that_is_not_closed_is_named():
    rows, problems = read('person,reason\n+6591234567,\n+6591234568,"x\n+6591234569,\n')
    assert rows == [(2, "6591234567", "")]
    assert problems == [
        (3, "A quotation mark is not closed: close it and import this row and those after it again.")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "person,\0\n",
            f"Row 1 cannot be read. {NUL}",
        ),
        ("", "The file is empty: give a row for each person."),
        (
            "name,city\nAnn,Bonn\n",
            "No column has the persons: name it person, number, msisdn or phone in the first row.",
        ),
        ("\n" * 1_000_000, "The file has more than 100,000 rows: split it, and remove empty rows."),
        ("+6591234567\n" * 100_001, "The file has more than 100,000 rows: split it, and remove empty rows."),
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
