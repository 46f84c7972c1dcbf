"""Ranges of days."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import UserError
from core.periods import Period, format_range, named_period, parse_period

TODAY = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("today", date(2026, 3, 15), TODAY),
        ("7d", date(2026, 3, 9), TODAY),
        ("14d", date(2026, 3, 2), TODAY),
        ("30d", date(2026, 2, 14), TODAY),
        ("month", date(2026, 3, 1), TODAY),
        ("last-month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_named(name, start, end):
    assert named_period(name, TODAY) == Period(name, start, end)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ("7d", "2026-03-09", "2026-03-15")),
        ({"range": "custom"}, ("7d", "2026-03-09", "2026-03-15")),
        ({"range": "today", "from": "2026-01-01"}, ("today", "2026-03-15", "2026-03-15")),
        ({"from": "2026-03-01", "to": "2026-03-02"}, ("custom", "2026-03-01", "2026-03-02")),
        ({"range": "custom", "from": "2026-03-01"}, ("custom", "2026-03-01", "2026-03-15")),
        ({"to": "2026-03-02"}, ("custom", "2026-03-02", "2026-03-02")),
    ],
)
def test_chosen(params, expected):
    period = parse_period(params, TODAY, "7d")
    assert (period.name, str(period.start), str(period.end)) == expected


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"range": "ever"}, "Choose one of the ranges."),
        ({"from": "1 March"}, "Enter dates as 2026-11-30."),
        ({"from": "2026-03-03", "to": "2026-03-02"}, "The first day is after the last."),
        ({"from": "0001-01-01", "to": "0001-01-01"}, "Enter a year from 1970 to 2099."),
        ({"to": "9999-12-31"}, "Enter a year from 1970 to 2099."),
        ({"from": "2020-03-03"}, "Choose at most 400 days."),
    ],
)
def test_bad_periods_say_what_to_do(params, problem):
    with pytest.raises(UserError, match=problem):
        parse_period(params, TODAY, "7d")


def test_moments_are_midnights_of_the_zone_also_when_the_clock_changes():
    start, end = Period("custom", date(2026, 3, 29), date(2026, 3, 29)).moments(ZoneInfo("Europe/London"))
    assert start.astimezone(UTC) == datetime(2026, 3, 29, 0, tzinfo=UTC)
    assert end.astimezone(UTC) == datetime(2026, 3, 29, 23, tzinfo=UTC)


def test_before_is_as_long():
    assert named_period("7d", TODAY).before == Period("custom", date(2026, 3, 2), date(2026, 3, 8))


@pytest.mark.parametrize(
    ("today", "name", "start", "end"),
    [
        (TODAY, "month", date(2026, 2, 1), date(2026, 2, 15)),
        (date(2026, 3, 31), "month", date(2026, 2, 1), date(2026, 2, 28)),
        (TODAY, "last-month", date(2026, 1, 1), date(2026, 1, 31)),
    ],
)
def test_before_a_month_are_the_same_days_of_the_one_before(today, name, start, end):
    assert named_period(name, today).before == Period("custom", start, end)


def test_days():
    assert [day.day for day in Period("custom", date(2026, 2, 27), date(2026, 3, 1)).days] == [27, 28, 1]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), "1 Mar 2026"),
        (date(2026, 3, 1), date(2026, 3, 5), "1 – 5 Mar 2026"),
        (date(2026, 2, 1), date(2026, 3, 5), "1 Feb – 5 Mar 2026"),
        (date(2025, 12, 1), date(2026, 3, 5), "1 Dec 2025 – 5 Mar 2026"),
    ],
)
def test_spell(start, end, words):
    assert format_range(start, end) == words
    assert Period("custom", start, end).label == words
