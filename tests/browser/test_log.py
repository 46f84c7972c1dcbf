"""The log in a browser: arrows, selection, columns, saved filters, and new messages that come by themselves."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.traffic import deliver, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(acme, open_page):
    """The log of an account with three messages, of a moment ago."""
    for name in "ABC":
        report(acme, "sent", provider_message_id=f"wamid.{name}", at=timezone.now(), category="utility")
    page = open_page(acme)
    page.goto("/logs/")
    return page


def test_arrows_walk_x_selects_and_enter_opens(page):
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("1 selected")
    expect(page.locator("tbody tr").nth(1).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(page.locator("tbody tr").nth(0).locator("a.row-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/logs/[0-9a-f-]{36}/$"))


def test_a_click_anywhere_opens_the_row(page):
    page.locator("tbody tr").first.locator("abbr").click()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def test_all_that_match_are_offered_counted_and_downloaded(page):
    expect(page.locator("[data-bulk]")).to_be_hidden()
    page.get_by_label("Select all messages on this page").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("3 selected")
    page.get_by_role("button", name="Select all 3 matching messages").click()
    expect(page.locator("[data-bulk-count]")).to_have_text("All 3 matching messages are selected")
    with page.expect_download() as download:
        page.get_by_role("button", name="UMIDs").click()
    assert len(download.value.path().read_text().split()) == 3
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("[data-bulk]")).to_be_hidden()


def test_columns_are_picked(page):
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Response code").check()
    page.get_by_role("checkbox", name="Cost").uncheck()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("columnheader", name="Response code")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Cost")).to_have_count(0)


def test_filters_are_saved_as_they_are_now(page):
    page.get_by_role("search").get_by_label("Direction").select_option("inbound")
    expect(page.get_by_role("heading", name="No messages match")).to_be_visible()
    page.locator("summary", has_text="Saved filters").click()
    page.get_by_label("Save these filters as").fill("Only received")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("“Only received” has been saved.")
    expect(page).to_have_url(re.compile("direction=inbound"))
    page.goto("/logs/")
    page.locator("summary", has_text="Saved filters").click()
    page.get_by_role("link", name="Only received").click()
    expect(page).to_have_url(re.compile("direction=inbound"))


def test_live_new_messages_come_on_top_and_what_is_selected_stays(acme, page):
    page.get_by_label("Live", exact=True).check()
    expect(page).to_have_url(re.compile("live=on"))
    expect(page.locator("#live")).to_have_count(1)
    oldest = page.locator("tbody tr").last
    oldest.get_by_role("checkbox").check()
    deliver(acme, at=timezone.now(), provider_message_id="wamid.D", msisdn="6591234567")
    report(acme, "read", at=timezone.now(), provider_message_id="wamid.A")
    expect(page.locator("tbody tr")).to_have_count(4, timeout=30_000)
    expect(page.locator("tbody tr").first).to_contain_text("+65 9123 4567")
    expect(oldest).to_contain_text("Read")
    expect(oldest.get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#sentence")).to_have_text(re.compile("^4 messages sent"))
