"""From a file to prices in force, in a browser: the page follows the work by itself."""

import pytest
from playwright.sync_api import expect

from billing.proposals import dry_runs
from tests.traffic import AT, deliver, rate

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEARER = "market,category,currency,tier_from,tier_to,rate,source\nIndia,marketing,USD,0,MAX,0.0200,FOUND: x\n"


def test_a_dry_run_shows_its_figures_when_they_are_there(acme, open_page):
    deliver(acme, at=AT)
    rate()
    page = open_page(acme)
    page.goto("/prices/import/")
    page.get_by_label("First day").fill("2026-10-01")
    file = {"name": "rates.csv", "mimeType": "text/csv", "buffer": DEARER.encode()}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and compare").click()
    expect(page.get_by_role("heading", name="Calculating")).to_be_visible()
    dry_runs.advance()
    page.get_by_role("link", name="Activate").click()
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("1 group of messages is waiting to be rated again")).to_be_visible()
    rate()
    expect(page.get_by_text("All messages are rated.")).to_be_visible()
