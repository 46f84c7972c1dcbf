"""Charts of a template or number: its delivery rate and announcements, on one axis."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from core.charts import Mark
from messaging.log.assets.changes import BAD, GOOD, WARN, ChangeEntry
from messaging.log.charts import rate_by_day
from messaging.log.enums import Status
from messaging.log.selectors.traffic import Counts

FIRST, SECOND = date(2026, 10, 14), date(2026, 10, 15)


def change_at(day, hour, minute, *fields):
    return ChangeEntry(datetime(2026, 10, day, hour, minute, tzinfo=UTC), *fields, webhook_id=None)


def chart(timeline):
    with timezone.override(ZoneInfo("Asia/Singapore")):
        return rate_by_day({FIRST: Counts({Status.READ: 3, Status.UNDELIVERED: 1}), SECOND: Counts()}, timeline)


def test_announcements_are_on_the_day_in_the_readers_zone():
    timeline = [  # newest first, as the page lists them; half past four in the afternoon of UTC is the next day
        change_at(14, 16, 30, "Status", "approved", "paused", "first pause, 3 hours", WARN),
        change_at(14, 15, 30, "Quality", "", "low", "", BAD),
        change_at(12, 9, 0, "Status", "pending", "approved", "", GOOD),
    ]
    assert chart(timeline).marks == [
        Mark(0, "Quality", "Quality: low", BAD),
        Mark(1, "Status", "Status: approved → paused (first pause, 3 hours)", WARN),
    ]


def test_rate_without_announcements():
    rate_chart = chart([])
    assert [(label, [cell.text for cell in cells], marks) for label, cells, marks in rate_chart.rows] == [
        ("14 Oct", ["75.0\u00a0%"], []), ("15 Oct", ["–"], []),
    ]  # fmt: skip
    assert rate_chart.note == "Delivered messages as a share of messages with an outcome."
