"""The time zone in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.zones import current_zone, zone_label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("UTC", "UTC"),
        ("Asia/Singapore", "Asia/Singapore, UTC+8"),
        ("Asia/Kolkata", "Asia/Kolkata, UTC+5:30"),
        ("America/Lima", "America/Lima, UTC−5"),
        ("Africa/Accra", "Africa/Accra, UTC"),
        ("Europe/London", "Europe/London, UTC+1"),
    ],
)
def test_label(name, label):
    july = datetime(2026, 7, 1, tzinfo=UTC)
    assert zone_label(july, ZoneInfo(name)) == label
    with timezone.override(ZoneInfo(name)):
        assert zone_label(july) == label


def test_outside_a_request_it_is_utc():
    assert current_zone().key == "UTC"
