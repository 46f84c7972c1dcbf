"""The main path of each person, as they walk it in a browser."""

import csv
import re
import time
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from local.demo.world import ACME, sandbox_token, webhook
from messaging.inbound import inbox
from messaging.log.models import Message
from messaging.sending import dispatch, senders
from tests.provider_servers import sandbox
from tests.traffic import AT, deliver, rate, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_admin_finds_a_failed_message_and_its_reason(acme, open_page):
    now = timezone.now()
    deliver(acme, at=now, provider_message_id="wamid.A")
    report(acme, "failed", at=now, provider_message_id="wamid.B", error_source="meta", error_code=131049)
    page = open_page(acme, "admin")
    page.goto("/")
    page.locator(".key-figure", has_text="Not delivered").get_by_role("link").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("a.row-link").click()
    expect(page.get_by_role("heading", name="Not delivered")).to_be_visible()
    expect(page.locator(".why")).to_contain_text("meta 131049")
    expect(page.locator(".why")).to_contain_text("Wait 24 hours, then try again.")


def test_finance_filters_a_month_by_subaccount_and_downloads_it(acme, open_page):
    deliver(acme, at=AT, provider_message_id="wamid.A", category="marketing")
    deliver(acme, at=AT, provider_message_id="wamid.B", category="utility", channel=ACME.channels[2])
    rate()
    page = open_page(acme, "finance")
    page.goto("/reports/costs/")
    filters = page.get_by_role("search")
    filters.get_by_label("Period").select_option("custom")
    filters.get_by_label("From").fill("2026-10-01")
    filters.get_by_label("To", exact=True).fill("2026-10-31")
    expect(page).to_have_url(re.compile("to=2026-10-31"))
    page.locator("summary", has_text="More filters").click()
    page.locator("#id_subaccount").select_option("acme_shop")
    expect(page).to_have_url(re.compile("subaccount=acme_shop"))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "costs_2026-10-01_2026-10-31.csv"
    rows = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert ["Subaccount", "Acme Online"] in rows
    titles = rows.index(next(row for row in rows if row[:2] == ["Day", "Currency"]))
    day, total = (dict(zip(rows[titles], row, strict=True)) for row in rows[titles + 1 :])
    assert (day["Day"], day["Delivered"], total["Delivered"]) == (str(date(2026, 10, 15)), "1", "1")
    assert day["Amount"] == total["Amount"] != ""


def test_support_searches_a_number_and_opens_the_message(acme, open_page):
    now = timezone.now()
    deliver(acme, at=now, provider_message_id="wamid.A", msisdn="6591234567")
    deliver(acme, at=now, provider_message_id="wamid.B", msisdn="919876543210")
    page = open_page(acme, "support")
    page.goto("/logs/")
    page.keyboard.press("/")
    page.keyboard.type("+65 9123 4567")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("To +65 9123 4567")
    expect(page.get_by_role("heading", name="Cost")).to_have_count(0)


def test_a_developer_makes_a_key_and_sends_with_it(acme, open_page, live_server, settings):
    page = open_page(acme, "developer")
    page.goto("/settings/keys/new/")
    page.get_by_label("Name").fill("Shop back end")
    page.get_by_label("Send messages").check()
    page.get_by_role("button", name="Create key").click()
    key = page.locator("#key").text_content()

    meta = webhook(ACME, "meta")
    options = ("--app-secret", meta["app_secret"], "--number-rate", "0", "--no-pair-rate")
    with sandbox(live_server.url + meta["path"], *options, token=sandbox_token()) as settings.SANDBOX_URL:
        senders.clear_cache()
        answer = page.request.post(
            "/api/v1/subaccounts/acme_shop/messages",
            headers={"Authorization": f"Bearer {key}"},
            data={
                "user": {"msisdn": "+6591234567"}, "type": "template",
                "content": {"template": {"name": "login_code", "language": "en", "components": [
                    {"type": "body", "parameters": [{"type": "text", "text": "123456"}]}]}},
            },
        )  # fmt: skip
        assert answer.status == 200, answer.text()
        umid = answer.json()["umid"]
        until = time.monotonic() + 60
        delivered = Message.objects.filter(account=acme, umid=umid, delivered_at__isnull=False)
        while not delivered.exists() and time.monotonic() < until:
            dispatch.send_due(1)
            inbox.drain()
    senders.clear_cache()

    page.goto("/logs/")
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("login_code")
    expect(row).to_contain_text(re.compile("Delivered|Read"))
