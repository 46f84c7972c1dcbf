"""The health page."""

import re

import pytest
import time_machine

from messaging.log.models import PhoneNumber, Template
from tests.people import visitor
from tests.traffic import AT, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(AT.replace(hour=12), tick=True):
        yield


def words(response):
    return " ".join(re.sub(r"<[^>]+>|\s+", " ", response.content.decode()).split())


def test_all_is_well(acme):
    page = words(visitor(acme, "viewer").get("/health/"))
    assert "Available Everything can send" in page
    assert "16 templates can be sent." in page


def test_what_is_wrong_and_what_to_do(acme):
    Template.objects.filter(name="weekend_sale", waba__name="Acme").update(status="PAUSED")
    PhoneNumber.objects.filter(display_name="Acme Online").update(flag="FLAGGED")
    report(acme, "failed", error_source="meta", error_code=190)
    page = words(visitor(acme).get("/health/"))
    assert "Blocked Something is blocked" in page
    assert "Token no longer valid. 190 Obtain a new access token." in page
    assert "Limited" in page
    assert "Meta has flagged this number for low quality." in page
    assert "Blocked or limited templates weekend_sale (en)" in page


def test_history(acme):
    with time_machine.travel(AT.replace(month=11), tick=True):
        page = words(visitor(acme).get("/health/"))
    assert "abandoned_cart (en) 12 Oct 08:00 Template: limited → blocked first pause, 3 hours" in page
    assert "pending" not in page.lower()


def test_nothing_to_watch_yet(acme):
    PhoneNumber.objects.all().delete()
    assert "Nothing to monitor yet" in words(visitor(acme).get("/health/"))


def test_limited_people_see_their_part(acme):
    page = words(visitor(acme, "viewer", "acme_care").get("/health/"))
    assert "Acme Care" in page
    assert "Acme Online" not in page


def test_queries(acme, django_assert_num_queries):
    client = visitor(acme)
    # session, user, memberships, limits, subaccounts; numbers, templates, changes, failures, quiet numbers;
    # changes before and since
    with django_assert_num_queries(12):
        client.get("/health/")
