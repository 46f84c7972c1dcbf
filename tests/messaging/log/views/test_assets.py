"""Pages of templates and phone numbers: access, content, and number of queries."""

import re

import pytest
import time_machine

from local.demo.world import ACME
from messaging.log.models import Change, PhoneNumber, Template
from providers.vocabulary import Subject
from tests.people import ROLES, visitor
from tests.traffic import AT, deliver, rate, report
from tests.visible import text

pytestmark = pytest.mark.django_db
SEES_COSTS = {"owner", "admin", "finance"}
WABA, NUMBER = ACME.channels[1].waba_id, ACME.channels[1].number_id


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(AT.replace(day=20), tick=True):
        yield


@pytest.fixture
def sold(acme):
    """The account after one delivery of the sale, rated."""
    deliver(acme, template_name="weekend_sale", template_language="en")
    rate()
    return acme


def words(response):
    return " ".join(re.sub(r"<[^>]+>|\s+", " ", text(response)).split())


def sale(**more):
    return Template.objects.get(name="weekend_sale", waba__waba_id=WABA, **more)


@pytest.mark.parametrize("role", ROLES)
def test_everyone_sees_templates_and_numbers_some_what_they_cost(sold, role):
    client = visitor(sold, role)
    number = PhoneNumber.objects.get(provider_number_id=NUMBER)
    for path in ("/templates/", f"/templates/{sale().pk}/", "/numbers/", f"/numbers/{number.pk}/"):
        page = text(client.get(path))
        assert ("USD\u00a00.01" in page) == (role in SEES_COSTS), path


def test_a_row_of_each_list(sold):
    client = visitor(sold)
    page = words(client.get("/templates/"))
    assert "weekend_sale en, Acme Approved Marketing High 1 USD 0.01 Quality: high" in page
    page = words(client.get("/numbers/"))
    assert "Acme Online +1 555-078-3881 Available High 100,000 / 24 h 1 USD 0.01 Throughput: up to" in page


def test_a_template_that_meta_made_says_so(acme):
    template = Template.objects.filter(account=acme).first()
    client = visitor(acme)
    assert "made by Meta" not in text(client.get(f"/templates/{template.pk}/"))
    Template.objects.filter(pk=template.pk).update(source="AUTO_GENERATED")
    assert text(client.get("/templates/")).count("made by Meta") == 1
    assert "it cannot be edited or deleted" in text(client.get(f"/templates/{template.pk}/"))


def test_filters_of_templates(acme):
    client = visitor(acme)
    assert text(client.get("/templates/?q=reminder&category=utility")).count("row-link") == 2
    assert "No templates match" in text(client.get("/templates/?status=DISABLED"))
    assert "No templates match" in text(client.get("/templates/?status=nonsense"))
    assert text(client.get("/templates/?q=reminder&status=%20&language=%20")).count("row-link") == 4


def test_a_template(sold):
    page = words(visitor(sold).get(f"/templates/{sale().pk}/"))
    assert "Delivered in October 1 to date (Asia/Singapore)" in page
    assert "{{1}} , this weekend everything is {{2}} off." in page
    assert "Status pending → approved" in page


def test_a_move_to_another_category_says_what_it_costs(acme):
    moved = {"template_name": "payment_reminder", "template_language": "en"}
    template = Template.objects.get(name="payment_reminder", waba__waba_id=WABA)
    deliver(acme, **moved)
    deliver(acme, provider_message_id="wamid.U", category="utility")
    rate()
    with time_machine.travel(AT.replace(month=11), tick=True):
        page = words(visitor(acme).get(f"/templates/{template.pk}/"))
    assert "Counted as marketing since Wed 7 Oct" in page
    assert "1 charged message since then cost USD 0.01" in page
    assert "would have cost about USD 0.00 : USD 0.01 more" in page
    assert "Counted as marketing" not in words(visitor(acme, "viewer").get(f"/templates/{template.pk}/"))


def test_the_table_of_the_delivery_rate_has_announcements(sold):
    change = {"account": sold, "subject": Subject.TEMPLATE, "subject_id": sale().pk, "field": "quality"}
    Change.objects.create(**change, old="GREEN", new="RED", reason="Recipients blocked it", at=AT)
    page = words(visitor(sold).get(f"/templates/{sale().pk}/"))
    assert "Day Delivered Announcements" in page
    assert "15 Oct 100.0 % Quality: high → low (Recipients blocked it)" in page


def test_a_paused_template_says_what_to_do(acme):
    Template.objects.filter(pk=sale().pk).update(status="PAUSED", status_reason="FIRST_PAUSE")
    page = words(visitor(acme).get(f"/templates/{sale().pk}/"))
    assert "It is paused (FIRST_PAUSE). Edit or appeal the message template review decision." in page


def test_a_number(sold):
    number = PhoneNumber.objects.get(provider_number_id=NUMBER)
    page = words(visitor(sold).get(f"/numbers/{number.pk}/"))
    assert "Delivery rate 100.0 % of 1 with an outcome, last 30 days" in page
    assert "Messaging limit 100,000 people in 24 hours" in page
    assert "Throughput up to 1,000 messages per second" in page
    assert f'href="/logs/?channel={NUMBER}&amp;range=30d"' in text(visitor(sold).get(f"/numbers/{number.pk}/"))


def test_what_another_account_or_subaccount_has_does_not_exist(acme, other):
    number = PhoneNumber.objects.get(provider_number_id=NUMBER)
    for client in (visitor(other), visitor(acme, "viewer", "acme_care")):
        assert client.get(f"/templates/{sale().pk}/").status_code == 404
        assert client.get(f"/numbers/{number.pk}/").status_code == 404


def test_nothing_yet(acme):
    Template.objects.all().delete()
    assert "No templates yet" in text(visitor(acme).get("/templates/"))
    PhoneNumber.objects.all().delete()
    assert "No phone numbers yet" in text(visitor(acme).get("/numbers/"))


@pytest.mark.parametrize(
    ("path", "n"),
    # Both: session, user, memberships, limits, subaccounts; the month's zone; the report's lines, names, zone, as-of;
    # the rows; the last announcements. Templates: their languages, the report's WABAs. Numbers: five of their health.
    [("/templates/", 14), ("/numbers/", 17)],
)
def test_queries_of_the_lists(sold, path, n, django_assert_num_queries):
    client = visitor(sold)
    with django_assert_num_queries(n):
        client.get(path)


def test_delivery_rate_of_a_template(sold):
    report(sold, "failed", provider_message_id="wamid.B", template_name="weekend_sale", template_language="en")
    report(sold, "failed", provider_message_id="wamid.C", template_name="order_update", template_language="en")
    page = text(visitor(sold).get(f"/templates/{sale().pk}/"))
    assert "of 2 with an outcome, last 30 days" in page
    assert '<span class="key-value">50.0\u00a0%</span>' in page
    link = "/logs/?direction=outbound&template=weekend_sale&from=2026-10-15&to=2026-10-15"
    assert link.replace("&", "\\u0026") in page or link in page
