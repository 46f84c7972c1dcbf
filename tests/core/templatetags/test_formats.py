"""How values look to people."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from core.templatetags import formats
from core.templatetags.icons import _ICONS, icon

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _singapore():
    with timezone.override(ZoneInfo("Asia/Singapore")), time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 20, 6, 3, 22, tzinfo=UTC), ">14:03:22</time>"),
        (datetime(2026, 11, 19, 15, 59, tzinfo=UTC), ">19 Nov 23:59</time>"),
        (datetime(2026, 11, 19, 16, 0, tzinfo=UTC), ">00:00:00</time>"),
        (datetime(2025, 11, 12, 6, 3, tzinfo=UTC), ">12 Nov 2025 14:03</time>"),
        (None, "–"),
    ],
)
def test_moment(moment, text):
    assert formats.moment(moment).endswith(text)


def test_moment_in_full_on_hover_and_for_screen_readers():
    full = "12 Nov 2026, 14:03:22 (Asia/Singapore, UTC+8)"
    assert formats.moment(datetime(2026, 11, 12, 6, 3, 22, tzinfo=UTC)) == (
        f'<time datetime="2026-11-12T14:03:22+08:00" title="{full}" aria-label="{full}">12 Nov 14:03</time>'
    )


def test_exact():
    text = formats.exact(datetime(2026, 11, 12, 6, 3, 22, 45000, tzinfo=UTC))
    assert text.endswith(' title="Asia/Singapore, UTC+8">12 Nov 2026, 14:03:22.045</time>')
    assert formats.exact(None) == "–"


def test_day():
    assert formats.day(date(2026, 11, 12)) == "Thu 12 Nov"
    assert formats.day(date(2025, 11, 12)) == "Wed 12 Nov 2025"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("0.011800000"), "0.0118"),
        (Decimal("0.086"), "0.0860"),
        (Decimal("1234567.123456789"), "1,234,567.123456789"),
        (Decimal(0), "0.0000"),
        (None, "unrated"),
    ],
)
def test_price_is_exact(amount, text):
    assert formats.price(amount) == text


def test_total_has_two_decimals_and_the_exact_value_on_hover():
    text = formats.total(Decimal("1234.5678"), "USD")
    assert text == '<span title="USD 1234.5678">USD\u00a01,234.57</span>'


def test_percent_and_count():
    assert formats.percent(0.9621) == "96.2\u00a0%"
    assert formats.percent(None) == "–"
    assert formats.count(12480) == "12,480"


def test_icons_are_hidden_from_screen_readers():
    assert all('aria-hidden="true"' in icon(name) for name in _ICONS)
