"""Keyset cursors and pages."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Account, AuditEntry
from core.paging import Cursor, page

AT = datetime(2026, 11, 20, 14, 3, 22, 123456, tzinfo=UTC)


def test_cursor_survives_the_url():
    assert str(Cursor(AT, 7)) == "1795183402123456-7"
    assert Cursor.parse("1795183402123456-7") == Cursor(AT, 7)


@pytest.mark.parametrize("text", ["", "1", "-", "1-", "-1", "a-1", "1-a", "1-²", "9" * 19 + "-1", "1-" + "9" * 19])
def test_garbled_cursors(text):
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.parse(text)


@pytest.fixture
def acme(db, every_account):
    """An account without any entry."""
    return Account.objects.create(name="Acme")


@pytest.fixture
def rows(acme):
    """Six rows, two at each moment, so that the id must break ties."""
    for n in range(6):
        AuditEntry.objects.create(account=acme, actor=str(n), action="x", at=AT + timedelta(seconds=n // 2))
    return AuditEntry.objects.filter(account=acme)


def actors(result):
    return "".join(row.actor for row in result.rows)


def get_page(rows, **params):
    return page(rows, {name: str(value) for name, value in params.items()}, size=2, column="at")


def test_walk_to_the_end_and_back(rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        first = get_page(rows)
    second = get_page(rows, older=first.older)
    third = get_page(rows, older=second.older)
    assert [actors(result) for result in (first, second, third)] == ["54", "32", "10"]
    assert (first.newer, third.older) == (None, None)
    back = get_page(rows, newer=third.newer)
    assert (actors(back), back.older, back.newer) == ("32", second.older, second.newer)
    assert get_page(rows, newer=back.newer) == first


def test_rows_that_came_since_do_not_shift_the_page(rows, acme):
    older = get_page(rows).older
    AuditEntry.objects.create(account=acme, actor="new", action="x", at=AT + timedelta(days=1))
    assert actors(get_page(rows, older=older)) == "32"


def test_no_rows(rows):
    none = get_page(rows.none())
    assert (none.rows, none.older, none.newer) == ([], None, None)


def test_garbled_cursor_is_the_first_page(rows):
    assert actors(get_page(rows, older="x", newer="y")) == "54"
