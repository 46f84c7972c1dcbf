"""What only a browser can tell: policy, theme, keyboard, swaps in place, charts, small screens, no JavaScript."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from local.demo.world import ACME
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.models import Change, PhoneNumber, Template
from providers.vocabulary import Subject
from tests.traffic import deliver, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SETTINGS = (
    "/settings/profile/", "/accounts/password/change/", "/accounts/2fa/", "/settings/team/", "/settings/team/invite/",
    "/settings/keys/", "/settings/keys/new/", "/settings/webhooks/", "/settings/subaccounts/", "/settings/audit/",
)  # fmt: skip
PRICES = (
    "/prices/", "/prices/markets/", "/prices/rules/", "/prices/own/", "/prices/import/", "/prices/what-if/",
    "/reports/unrated/",
)  # fmt: skip
KEEPING = ("/settings/deletions/", "/settings/deletions/new/", "/settings/deletions/person/", "/settings/retention/")
MESSAGES = ("/logs/", "/templates/", "/numbers/", "/health/")
PAGES = (
    "/",
    *MESSAGES,
    "/reports/costs/",
    "/reports/usage/",
    "/exports/",
    "/exports/new/",
    *PRICES,
    *SETTINGS,
    *KEEPING,
)
WIDE = "[...document.querySelectorAll('main, .list')].filter((part) => part.scrollWidth > part.clientWidth).length"


@pytest.fixture
def busy(acme):
    """An account with a delivered, a failed and a received message, a moment ago."""
    now = timezone.now()
    deliver(acme, at=now, template_name="weekend_sale", template_language="en")
    report(acme, "failed", at=now, provider_message_id="wamid.B", category="utility", error_code=131049)
    report(acme, "received", at=now, provider_message_id="wamid.C", direction="inbound", msisdn="6591234567")
    return acme


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(busy, open_page, path):
    page = open_page(busy, viewport={"width": 390, "height": 844})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(WIDE) == 0


def test_log_in(busy, open_page):
    page = open_page(None)
    page.goto("/logs/")
    page.get_by_label("Email").fill("viewer@acme.example")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def test_theme_is_remembered_without_a_flash(busy, open_page):
    page = open_page(busy, color_scheme="light")
    page.goto("/")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.add_init_script(
        "new MutationObserver(() => { window.first ??= document.body && document.documentElement.dataset.bsTheme })"
        ".observe(document, {childList: true, subtree: true})"
    )
    page.reload()
    assert page.evaluate("window.first") == "dark"


def test_slash_searches_and_the_table_swaps_in_place(busy, open_page):
    page = open_page(busy)
    page.goto("/logs/")
    page.evaluate("window.same = true")
    page.keyboard.press("/")
    page.keyboard.type("+65 9123 4567")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/logs/\?q=%2B65\+9123\+4567&range=7d&subaccount=$"))
    expect(page.locator("#sentence")).to_have_text("Newest first, last 7 days")
    assert page.evaluate("window.same")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(3)


def test_filters_swap_and_pills_take_them_back(busy, open_page):
    page = open_page(busy)
    page.goto("/logs/")
    page.get_by_role("search").get_by_label("Direction").select_option("inbound")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Remove Direction: Inbound").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"/logs/\?range=7d&subaccount=$"))


def test_several_statuses(busy, open_page):
    page = open_page(busy)
    page.goto("/logs/")
    page.get_by_role("search").locator("summary", has_text="Status").click()
    page.get_by_role("search").get_by_label("Delivered", exact=True).check()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("search").get_by_label("Undelivered").check()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_rows_open_by_keyboard_and_back_returns(busy, open_page):
    page = open_page(busy)
    page.goto("/logs/?direction=inbound")
    page.locator("a.row-link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("From +65 9123 4567")
    page.locator("a.back").click()
    expect(page).to_have_url(re.compile("direction=inbound"))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_subaccount_of_the_bar_moves_the_whole_frame(busy, open_page):
    page = open_page(busy)
    page.goto("/logs/")
    page.locator("summary", has_text="More filters").click()
    page.get_by_role("search").get_by_label("Subaccount", exact=True).select_option("acme_care")
    expect(page.locator("#subaccounts summary b")).to_have_text("Acme Care")
    page.get_by_role("link", name="Dashboard").click()
    expect(page).to_have_url(re.compile(r"/\?subaccount=acme_care$"))


def test_choosing_custom_waits_for_dates(busy, open_page):
    page = open_page(busy)
    page.goto("/")
    page.get_by_label("Period").select_option("custom")
    today = timezone.localdate().isoformat()
    page.get_by_label("From").fill(today)
    page.get_by_label("To", exact=True).fill(today)
    expect(page).to_have_url(re.compile(f"from={today}&to={today}"))


def test_charts_are_drawn_with_a_table_one_click_away(busy, open_page):
    page = open_page(busy)
    page.goto("/")
    chart = page.locator("[data-chart=chart-statuses]")
    expect(chart.locator("canvas")).to_be_visible()
    expect(chart.locator("table")).to_be_hidden()
    chart.get_by_role("button", name="Table").click()
    expect(chart.locator("table")).to_be_visible()
    expect(chart.locator("canvas")).to_be_hidden()
    drawn = page.evaluate(
        "Chart.getChart(document.querySelector('[data-chart=chart-received] canvas')).data.datasets[0].data"
    )
    assert sum(drawn) == 1


def test_bars_are_links(busy, open_page):
    page = open_page(busy)
    page.goto("/")
    canvas = page.locator("[data-chart=chart-received] canvas")
    place = canvas.evaluate(
        "canvas => { const bar = Chart.getChart(canvas).getDatasetMeta(0).data.at(-1); return [bar.x, bar.y + 5] }"
    )
    canvas.click(position={"x": place[0], "y": place[1]})
    expect(page).to_have_url(re.compile(r"/logs/\?direction=inbound&from="))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_announcements_are_told_on_the_chart_of_the_delivery_rate(busy, open_page):
    """Also on a day without messages, which has no point of its own."""
    sale = Template.objects.get(name="weekend_sale", waba__waba_id=ACME.channels[1].waba_id)
    Change.objects.create(
        account=busy, subject=Subject.TEMPLATE, subject_id=sale.pk, field="status", old="APPROVED", new="PAUSED",
        at=timezone.now() - timedelta(days=3),
    )  # fmt: skip
    page = open_page(busy)
    page.goto(f"/templates/{sale.pk}/")
    canvas = page.locator("[data-chart=chart-rate] canvas")
    place = canvas.evaluate(
        "canvas => { const { scales, chartArea } = Chart.getChart(canvas);"
        " return [scales.x.getPixelForValue(26), chartArea.top + 9] }"
    )
    canvas.hover(position={"x": place[0], "y": place[1]})
    told = canvas.evaluate("canvas => Chart.getChart(canvas).tooltip.body.flatMap((item) => item.lines)")
    assert told == [" Status: approved → paused"]


def test_without_javascript_everything_reads(busy, open_page):
    page = open_page(busy, java_script_enabled=False)
    page.goto("/")
    expect(page.locator("[data-chart=chart-statuses] table")).to_be_visible()
    expect(page.locator("[data-chart=chart-statuses] canvas")).to_be_hidden()
    page.get_by_role("link", name="Logs").click()
    page.get_by_role("search").get_by_label("Direction").select_option("inbound")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("summary", has_text="More filters").click()
    expect(page.get_by_role("search").get_by_label("Country")).to_be_visible()


def test_groups_of_the_report_go_when_their_list_closes(busy, open_page):
    page = open_page(busy)
    page.goto("/reports/costs/")
    page.locator("details.checks summary").click()
    page.get_by_label("Country", exact=True).first.check()
    page.locator("h1").click()
    expect(page).to_have_url(re.compile("group_by=day&group_by=country"))


@pytest.mark.parametrize("width", [1280, 390])
def test_operations_refresh_themselves_in_place(busy, open_page, width):
    page = open_page(busy, staff=True, viewport={"width": width, "height": 844})
    page.goto("/operations/")
    expect(page.locator("#sentence")).to_have_text("No problems: nothing is waiting or on hold")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    InboxItem.objects.create(
        account=busy, endpoint=WebhookEndpoint.objects.filter(account=busy).first(), provider="meta", body=b"",
        state=InboxState.PARKED,
    )  # fmt: skip
    page.evaluate("window.same = true")
    page.evaluate("htmx.ajax('GET', '/operations/', {target: '#operations', swap: 'outerHTML'})")
    expect(page.locator("#sentence")).to_have_text("1 webhook on hold")
    expect(page.locator("#operations tbody tr")).to_have_count(1)
    assert page.evaluate("window.same")


def test_the_admin_works_under_its_policy(acme, open_page):
    """A blocked script or style is an error in the console, which fails the test."""
    page = open_page(acme, staff=True)
    User.objects.update(is_superuser=True)
    number = PhoneNumber.objects.filter(account=acme).first()
    for path in ("/admin/", "/admin/accounts/account/", f"/admin/log/phonenumber/{number.pk}/change/"):
        assert "script-src 'self'" in page.goto(path).headers["content-security-policy"]
        expect(page.locator("main, #content, #main").first).to_be_visible()
