"""Volumes and costs of templates and numbers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.models import Subaccount
from local.demo.world import ACME
from messaging.log.models import Template
from messaging.log.selectors import volumes
from messaging.log.selectors.volumes import (
    Volume,
    by_number,
    by_template,
    days_until,
    of_template,
    running_month,
)
from tests.traffic import AT, deliver, rate

pytestmark = pytest.mark.django_db
WABA, NUMBER = ACME.channels[1].waba_id, ACME.channels[1].number_id


@pytest.fixture
def month(acme):
    """Two marketing messages of a template, one service text, one in the month before."""
    before = {**SALE, "at": AT - timedelta(days=30)}
    for name, event in (("1", SALE), ("2", SALE), ("3", {"category": "service"}), ("4", before)):
        deliver(acme, provider_message_id=f"wamid.{name}", **event)
    rate()
    with time_machine.travel(AT.replace(day=20), tick=True):
        yield running_month(acme)


SALE = {"template_name": "weekend_sale", "template_language": "en"}


def test_the_month_is_that_of_the_wabas_calendar(month):
    assert (month.first, month.today, month.zone) == (date(2026, 10, 1), date(2026, 10, 20), "Asia/Singapore")


def test_by_template(acme, other, month):
    volumes = by_template(acme, None, month)
    assert volumes[WABA, "weekend_sale", "en"] == Volume(2, 0, {"USD": Decimal("0.0236")})
    assert volumes[WABA,].delivered == 1
    assert by_template(other, None, month) == {}


def test_by_number_within_reach(acme, month):
    assert by_number(acme, None, month)["meta", NUMBER].delivered == 3
    care = Subaccount.objects.get(code="acme_care").pk
    assert by_number(acme, [care], month) == {}


def test_one_template(acme, month):
    template = Template.objects.select_related("waba").get(name="weekend_sale", waba__waba_id=WABA)
    rows = of_template(acme, None, template, date(2026, 9, 1), month.today, "day")
    assert [(row.keys["day"], row.delivered) for row in rows] == [(date(2026, 9, 15), 1), (date(2026, 10, 15), 2)]
    twin = Template.objects.select_related("waba").exclude(waba__waba_id=WABA).get(name="weekend_sale")
    assert of_template(acme, None, twin, date(2026, 9, 1), month.today) == []


def test_a_category(acme, month):
    rows = volumes.of_category(acme, None, "marketing", date(2026, 10, 1))
    assert [(row.keys, row.charged) for row in rows] == [({"market": "India", "category": "marketing"}, 2)]


def test_days_until():
    assert days_until(date(2026, 11, 2), 3) == [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)]
