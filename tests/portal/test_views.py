"""The dashboard, the frame, and the pages that say what went wrong."""

import json
import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from accounts.models import Membership
from messaging.log.models import PhoneNumber
from tests.people import browser_of, member, visitor
from tests.traffic import AT, deliver, rate, report
from tests.visible import text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _same_day():
    with time_machine.travel(AT.replace(hour=12), tick=True):
        yield


def chart(page, name):
    match = re.search(rf'<script id="chart-{name}" type="application/json">(.*?)</script>', page)
    return json.loads(match[1])


def test_dashboard(acme):
    deliver(acme)
    report(acme, "failed", provider_message_id="wamid.B")
    report(acme, "received", provider_message_id="wamid.C", direction="inbound")
    page = text(visitor(acme, "viewer").get("/"))
    assert "2 messages sent, 50.0\u00a0% delivered, 1 received, last 7 days" in page
    assert "Asia/Singapore, UTC+8" in page
    statuses = chart(page, "statuses")
    assert {series["label"]: series["figures"][-1] for series in statuses["series"]} == {
        "Read": 0,
        "Delivered": 1,
        "Sent or queued": 0,
        "Undelivered": 1,
        "Rejected or expired": 0,
    }
    assert (statuses["labels"][-1], statuses["unfinished"]) == ("Thu 15 Oct", 6)
    assert chart(page, "rate")["series"][0]["figures"] == [None] * 6 + [0.5]
    assert chart(page, "received")["series"][0]["figures"] == [0] * 6 + [1]
    assert [series["figures"] for series in chart(page, "categories")["series"]] == [[1], [0]]


def words(page):
    return " ".join(re.sub(r"<[^>]+>|\s+", " ", page).split())


def test_usage_by_day(acme):
    deliver(acme)
    report(acme, "read", at=AT.replace(hour=9))
    report(acme, "failed", provider_message_id="wamid.B")
    report(acme, "sent", provider_message_id="wamid.C")
    report(acme, "received", provider_message_id="wamid.D", direction="inbound", at=AT.replace(day=14))
    page = text(visitor(acme, "viewer").get("/reports/usage/"))
    assert "Thu 15 Oct 3 1 1 1 1 50.0 % 100.0 % 0 Wed 14 Oct 0 0 0 0 0 – – 1" in words(page)
    assert "Total 3 1 1 1 1 50.0 % 100.0 % 1" in words(page)
    assert '<a class="row-link" href="/logs/?from=2026-10-15&amp;to=2026-10-15">' in page
    assert "Export" not in page


def test_usage_without_messages(acme):
    assert "No messages yet" in text(visitor(acme).get("/reports/usage/"))
    deliver(acme)
    assert "No messages match" in text(visitor(acme).get("/reports/usage/?country=AQ"))
    assert visitor(acme).get("/reports/usage/?channel=nobodys").status_code == 404


def test_reports_are_usage_for_those_who_see_no_costs(acme):
    for role, first, tabs in (("owner", "/reports/costs/", True), ("viewer", "/reports/usage/", False)):
        response = visitor(acme, role).get("/reports/usage/")
        (entry,) = [entry for entry in response.context["frame"].navigation if entry.here]
        assert (entry.name, entry.url) == ("Reports", first)
        assert ('aria-label="Reports"' in text(response)) is tabs


def test_bars_lead_to_their_rows(acme):
    deliver(acme)
    client = visitor(acme)
    statuses = chart(text(client.get("/?channel=106540352242922")), "statuses")
    link = statuses["series"][1]["links"][6]
    assert link == ("/logs/?channel=106540352242922&status=delivered&direction=outbound&from=2026-10-15&to=2026-10-15")
    assert text(client.get(link)).count("row-link") == 1


def test_a_day_begins_at_midnight_also_where_that_is_half_past_in_utc(acme):
    deliver(acme, at=datetime(2026, 10, 14, 18, 40, tzinfo=UTC))  # 00:10 on the 15th in India
    client = visitor(acme, time_zone="Asia/Kolkata")
    page = text(client.get("/?from=2026-10-15&to=2026-10-15"))
    assert sum(sum(series["figures"]) for series in chart(page, "statuses")["series"]) == 1
    before = text(client.get("/?from=2026-10-14&to=2026-10-14"))
    assert 'id="chart-statuses"' not in before


def test_tables_show_the_same_figures_without_javascript(acme):
    deliver(acme)
    page = text(visitor(acme).get("/"))
    assert '<th scope="row">Thu 15 Oct</th>' in page
    assert '<tfoot><tr><th scope="row">Total</th><td class="number">0</td><td class="number">1</td>' in page


def test_queries_of_the_dashboard(acme, django_assert_num_queries):
    deliver(acme, template_name="weekend_sale", template_language="en")
    client = visitor(acme)
    rate()
    # session, user, memberships, limits, subaccounts; channels, templates, days' zone, counts, quiet numbers, held
    # webhooks, messages of uncertain fate; zone, forecast; counts, anchors, cards and portfolios of the tiers; health:
    # numbers, templates, changes, failures, quiet
    with django_assert_num_queries(25):
        client.get("/?range=30d")
    with django_assert_num_queries(25):  # without the zone, but billing queries the templates of the name
        client.get("/?range=30d&country=IN&template=weekend_sale")


def test_filters_by_country_and_template_reach_counts_costs_and_links(acme):
    deliver(acme, template_name="weekend_sale", template_language="en")
    deliver(acme, provider_message_id="wamid.B", msisdn="6591234567")
    rate()
    client = visitor(acme)
    assert "2 messages sent" in text(client.get("/"))
    page = text(client.get("/?country=IN&template=weekend_sale"))
    assert "1 message sent" in page
    assert 'title="USD 0.0118">0.01<' in page
    assert "/reports/costs/?country=IN&amp;template=weekend_sale" in page
    assert "/logs/?country=IN&amp;template=weekend_sale&amp;direction=outbound&amp;range=7d" in page
    assert "No messages match" in text(client.get("/?country=SG&template=weekend_sale"))
    assert "1 message sent" in text(client.get("/?country=SG"))
    assert "2 messages sent" in text(client.get("/?range=month"))


def test_why_messages_were_not_delivered(acme):
    report(acme, "failed", error_source="meta", error_code=131026, provider_message_id="wamid.B")
    report(acme, "failed", error_source="meta", error_code=131026, provider_message_id="wamid.C")
    report(acme, "expired", provider_message_id="wamid.D")
    client = visitor(acme)
    page = text(client.get("/"))
    rows = re.findall(r'<a class="reason-title" href="([^"]+)">([^<]+)</a>.*?<b>(\d+)</b>', page, re.DOTALL)
    assert [(title, n) for _, title, n in rows] == [
        ("Message undeliverable", "2"),
        ("Recipient not reached in time", "1"),
    ]
    for link, _, n in rows:
        assert text(client.get(link.replace("&amp;", "&"))).count("row-link") == int(n)
    assert "Ask the person through another channel to write to you first" in page


def test_health_summary(acme):
    deliver(acme)
    number = PhoneNumber.objects.get(account=acme, provider_number_id="106540352242922")
    number.flag = "FLAGGED"
    number.save()
    page = text(visitor(acme, "viewer").get("/"))
    assert "2 of 3 without limits" in page
    summary = page[page.index("title-health-summary") :]
    assert summary.index(f"/numbers/{number.pk}/") < summary.index("Available")


def test_costs_of_the_running_month_are_for_those_who_may_see_costs(acme):
    deliver(acme)
    rate()
    page = text(visitor(acme, "finance").get("/"))
    assert "Costs in October" in page
    assert "To date in USD" in page
    assert 'title="USD 0.0118">0.01<' in page
    assert "Costs in October" not in text(visitor(acme, "viewer").get("/"))


def test_volume_tiers_are_not_for_those_limited_to_a_subaccount(acme):
    deliver(acme, category="utility", msisdn="6591234567")
    rate()
    assert "The rate card does not say" in text(visitor(acme, "finance").get("/"))
    limited = text(visitor(acme, "finance", "acme_shop").get("/"))
    assert "Costs in October" in limited
    assert "The rate card does not say" not in limited


def test_another_tenant_and_another_subaccount_are_not_counted(acme, other):
    deliver(other)
    assert "No messages yet" in text(visitor(acme).get("/"))
    deliver(acme)
    assert "No messages match" in text(visitor(acme, "viewer", "acme_care").get("/"))
    assert visitor(acme).get("/?channel=106540352249999").status_code == 404


def test_nothing_yet_shows_the_address_to_those_who_may_know_it(acme):
    assert "http://127.0.0.1:8000/webhooks/meta/" in text(visitor(acme, "owner").get("/"))
    assert "/webhooks/" not in text(visitor(acme, "finance").get("/"))


def test_a_bad_period_is_reported_and_the_default_one_shown(acme):
    deliver(acme)
    page = text(visitor(acme).get("/?from=2026-10-20&to=2026-10-01"))
    assert "The first day is after the last." in page
    assert "last 7 days" in page


@pytest.mark.parametrize(
    ("role", "entries"),
    [
        (
            "owner",
            [
                "Dashboard",
                "Logs",
                "Calls",
                "Reports",
                "Templates",
                "Numbers",
                "Health",
                "Exports",
                "Prices",
                "Settings",
            ],
        ),
        ("viewer", ["Dashboard", "Logs", "Calls", "Reports", "Templates", "Numbers", "Health", "Settings"]),
    ],
)
def test_navigation_lists_what_the_role_opens(acme, role, entries):
    frame = visitor(acme, role).get("/").context["frame"]
    assert [entry.name for entry in frame.navigation] == entries
    assert [entry.name for entry in frame.navigation if entry.here] == ["Dashboard"]


def test_operators_who_are_members_find_the_admin(acme):
    operator = member(acme, "owner", is_staff=True)
    frame = browser_of(operator).get("/logs/").context["frame"]
    assert [entry.name for entry in frame.navigation][-3:] == ["Settings", "Operations", "Admin"]


def test_navigation_carries_the_subaccount(acme):
    frame = visitor(acme).get("/logs/?subaccount=acme_shop&channel=106540352242922&status=read").context["frame"]
    assert frame.navigation[0].url == "/?subaccount=acme_shop"
    assert frame.subaccount == "Acme Online"
    assert [(entry.name, entry.url) for entry in frame.subaccounts] == [
        ("All subaccounts", "/logs/?status=read&subaccount="),
        ("Acme Care", "/logs/?status=read&subaccount=acme_care"),
        ("Acme Online", "/logs/?status=read&subaccount=acme_shop"),
        ("Acme Stores", "/logs/?status=read&subaccount=acme_wa"),
    ]


def test_one_subaccount_is_no_choice(acme, other):
    assert visitor(other).get("/").context["frame"].subaccounts == []


def test_account_switch_lists_ones_own_accounts(acme, other):
    user = member(acme, "viewer")
    assert "switch-account" not in text(browser_of(user).get("/"))
    Membership.objects.create(account=other, user=user, role="owner")
    page = text(browser_of(user).get("/"))
    assert page.count('<button name="account"') == 2
    assert "Blue Harbour Clinics" in page


def test_demo_banner_is_for_demo_accounts_on_this_computer(acme, settings):
    assert "Demo data." in text(visitor(acme).get("/"))
    settings.LOOPBACK = False
    assert "Demo data." not in text(visitor(acme).get("/"))


@pytest.mark.parametrize("client", [Client, None])
def test_404(acme, client):
    page = (client() if client else visitor(acme)).get("/nothing-here/")
    assert page.status_code == 404
    assert "Page not found" in text(page)


def test_500_needs_nothing(settings):
    client = Client(raise_request_exception=False)
    settings.ROOT_URLCONF = "tests.portal.broken_urls"
    page = client.get("/")
    assert page.status_code == 500
    assert "Something went wrong" in text(page)


def test_expired_form():
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert page.status_code == 403
    assert "This form has expired" in text(page)


def test_policy_allows_no_inline_code(acme):
    response = visitor(acme).get("/")
    assert "script-src 'self';" in response["Content-Security-Policy"] + ";"
    page = text(response)
    assert not re.search(r'<script(?![^>]*(src=|application/json))|<style| style="| on[a-z]+="', page)
