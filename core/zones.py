"""The time zone in use, in words."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone


def current_zone() -> ZoneInfo:
    """The active zone of this request."""
    zone: Any = timezone.get_current_timezone()  # outside requests Django returns datetime.UTC
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")


def zone_label(moment: datetime | None = None, zone: ZoneInfo | None = None) -> str:
    """A zone (the one in use) with its offset now, or at a moment: "Asia/Singapore, UTC+8"."""
    local = timezone.localtime(moment, zone or current_zone())
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    name = (zone or current_zone()).key
    if name == "UTC":
        return name
    hours, odd_minutes = divmod(abs(minutes), 60)
    offset = f"{'+' if minutes > 0 else '−'}{hours}{f':{odd_minutes:02}' if odd_minutes else ''}" if minutes else ""
    return f"{name}, UTC{offset}"
