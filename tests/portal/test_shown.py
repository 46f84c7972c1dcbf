"""How values look to people."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from core.templatetags.icons import _ICONS, icon
from portal.templatetags import shown

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
    assert shown.moment(moment).endswith(text)


def test_moment_in_full_on_hover_and_for_screen_readers():
    full = "12 Nov 2026, 14:03:22 (Asia/Singapore, UTC+8)"
    assert shown.moment(datetime(2026, 11, 12, 6, 3, 22, tzinfo=UTC)) == (
        f'<time datetime="2026-11-12T14:03:22+08:00" title="{full}" aria-label="{full}">12 Nov 14:03</time>'
    )


def test_exact():
    text = shown.exact(datetime(2026, 11, 12, 6, 3, 22, 45000, tzinfo=UTC))
    assert text.endswith(' title="Asia/Singapore, UTC+8">12 Nov 2026, 14:03:22.045</time>')
    assert shown.exact(None) == "–"


def test_day():
    assert shown.day(date(2026, 11, 12)) == "Thu 12 Nov"
    assert shown.day(date(2025, 11, 12)) == "Wed 12 Nov 2025"


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
    assert shown.price(amount) == text


def test_total_has_two_decimals_and_the_exact_value_on_hover():
    text = shown.total(Decimal("1234.5678"), "USD")
    assert text == '<span title="USD 1234.5678">USD\u00a01,234.57</span>'


def test_percent_and_count():
    assert shown.percent(0.9621) == "96.2\u00a0%"
    assert shown.percent(None) == "–"
    assert shown.count(12480) == "12,480"


@pytest.mark.parametrize(
    ("said", "html"),
    [
        ("delivered", '<i class="dot dot-delivered"></i>Delivered'),
        ("failed", '<i class="dot dot-undelivered"></i>Undelivered'),
        ("deleted_by_moon", '<i class="dot dot-unknown"></i>Deleted by moon'),
        ("", '<i class="dot dot-unknown"></i>Unknown'),
    ],
)
def test_status_is_a_dot_and_a_word(said, html):
    assert shown.status(said) == f'<span class="status-word">{html}</span>'


@pytest.mark.parametrize(("may", "text"), [(True, "+91 98765 43210"), (False, "+91 98•••••210")])
def test_numbers_are_masked_unless_the_role_sees_them(may, text):
    request = SimpleNamespace(membership=SimpleNamespace(may=lambda permission: may))
    template = Template("{% load shown %}{% msisdn '919876543210' %}")
    assert template.render(Context({"request": request})) == text


def test_numbers_are_masked_without_a_membership():
    assert Template("{% load shown %}{% msisdn '919876543210' %}").render(Context()) == "+91 98•••••210"


def test_charge_reasons():
    assert shown.charge_reason("no_card") == "No rate card in the WABA's currency is in force on that day"
    assert shown.charge_reason("free_entry_point") == "Inside the free entry point window"
    assert shown.charge_reason("new_word") == "New word"


def test_icons_are_hidden_from_screen_readers():
    assert all('aria-hidden="true"' in icon(name) for name in _ICONS)
