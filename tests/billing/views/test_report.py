"""The cost report, as a page and as files."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook

from accounts.models import Subaccount, Waba
from billing.models import Bucket, RatedLine, UsageKind
from local.demo.world import ACME
from messaging.log.models import PhoneNumber, Template
from tests.people import visitor
from tests.traffic import AT, deliver, rate
from tests.visible import text

URL = "/reports/costs/?from=2026-10-01&to=2026-10-31"
CSV = URL.replace("costs/", "costs.csv")
XLSX = CSV.replace(".csv", ".xlsx")
META = ACME.channels[1]


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(AT.replace(day=20), tick=True):
        yield


def cells(sheet, **rows):
    """The values of these rows; Excel knows days as midnights."""
    return [
        [value.date() if isinstance(value, datetime) else value for value in row]
        for row in sheet.iter_rows(values_only=True, **rows)
    ]


@pytest.fixture
def line(acme):
    """Makes a rated line."""

    def make(account=acme, n=1, state="charged", amount="0.0118", **changes):
        bucket, _ = Bucket.objects.get_or_create(
            account=account, scope="portfolio", scope_id=1, accrual_group="x", month="2026-10-01", rated_at=AT
        )
        kind = {
            "waba_id": 0, "phone_number_id": 0, "subaccount_id": 0, "template_id": 0, "country": "IN",
            "market": "India", "category": "marketing", "price_category": "marketing", "currency": "USD",
        }  # fmt: skip
        kind |= {name: changes.pop(name) for name in list(changes) if name in kind}
        usage_kind, _ = UsageKind.objects.get_or_create(account=account, **kind)
        return RatedLine.objects.create(
            account=account, bucket=bucket, n=n, state=state, kind=usage_kind,
            **{"day": "2026-10-15", "amount": amount if state != "unrated" else None, **changes},
        )  # fmt: skip

    return make


@pytest.mark.django_db
def test_csv(acme, line):
    line(n=100, amount="1.180000000")
    line(n=2, state="free", amount="0", category="service")
    line(n=3, state="unrated", currency="")
    response = visitor(acme, "finance").get(f"{CSV}&group_by=day,country,category&country=IN")
    assert response["Content-Disposition"] == 'attachment; filename="costs_2026-10-01_2026-10-31.csv"'
    assert response.content.decode().splitlines() == [
        "Cost report,Tollgate",
        "Days,2026-10-01,2026-10-31",
        "Time zone,Asia/Singapore",
        "Data as of,2026-10-15T08:00:00+00:00",
        "Country,India",
        "",
        "Day,Country,Category,Currency,Delivered,Charged,Free,Unrated,Amount",
        "2026-10-15,IN,marketing,,3,0,0,3,",
        "2026-10-15,IN,marketing,USD,100,100,0,0,1.18",
        "2026-10-15,IN,service,USD,2,0,2,0,0.00",
        "Total,,,,3,0,0,3,",
        "Total,,,USD,102,100,2,0,1.18",
    ]


@pytest.mark.django_db
def test_xlsx_holds_numbers_as_numbers_and_ids_as_text(acme, line):
    number = PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id)
    template = Template.objects.filter(account=acme, name="order_update").first()
    line(n=1234, amount="14.561200000", phone_number_id=number.pk, template_id=template.pk, sell_state="charged",
         sell_reason="", sell_amount="16")  # fmt: skip
    line(n=2, state="unrated", phone_number_id=number.pk, sell_state="unrated")
    response = visitor(acme, "finance").get(f"{XLSX}&group_by=day,channel,template,tier")
    assert response["Content-Disposition"] == 'attachment; filename="costs_2026-10-01_2026-10-31.xlsx"'
    sheet = load_workbook(BytesIO(response.content)).active
    assert [[value for value in row if value is not None] for row in cells(sheet, max_row=4)] == [
        ["Cost report", "Tollgate"],
        ["Days", "2026-10-01", "2026-10-31"],
        ["Time zone", "Asia/Singapore"],
        ["Data as of", "2026-10-15T08:00:00+00:00"],
    ]
    titles, charged, unrated, total = cells(sheet, min_row=6)
    assert titles == [
        "Day", "Channel", "Channel name", "Template", "Language", "Tier", "Tier from", "Tier to", "Tier end known",
        "Includes other providers", "Currency", "Delivered", "Charged", "Free", "Unrated", "Amount", "Sold",
        "Sold unrated", "Margin",
    ]  # fmt: skip
    day, keys = date(2026, 10, 15), [META.number_id, "Acme Online"]
    nothing = [None] * 5
    assert unrated == [day, *keys, None, None, *nothing, "USD", 2, 0, 0, 2, None, 0, 2, None]
    assert charged == [day, *keys, "order_update", "en", *nothing, "USD", 1234, 1234, 0, 0, 14.5612, 16, 0, 1.4388]
    assert total == ["Total", *[None] * 9, "USD", 1236, 1234, 0, 2, 14.5612, 16, 2, None]
    assert [sheet["P7"].data_type, sheet["P7"].number_format, sheet["B7"].data_type] == ["n", "#,##0.00#######", "s"]


@pytest.mark.django_db
def test_xlsx_cells_are_no_formulas(acme, line):
    shop = Subaccount.objects.get(account=acme, code="acme_shop")
    Subaccount.objects.filter(pk=shop.pk).update(name="=1+1")
    line(subaccount_id=shop.pk)
    response = visitor(acme, "finance").get(f"{XLSX}&group_by=subaccount")
    cell = load_workbook(BytesIO(response.content)).active["B7"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.django_db
def test_a_workbook_without_rows_has_its_head(acme):
    sheet = load_workbook(BytesIO(visitor(acme, "finance").get(XLSX).content)).active
    assert sheet["A6"].value == "Day"


@pytest.mark.django_db
def test_csv_cells_are_no_formulas(acme, line):
    shop = Subaccount.objects.get(account=acme, code="acme_shop")
    Subaccount.objects.filter(pk=shop.pk).update(name="=1+1")
    line(subaccount_id=shop.pk)
    lines = visitor(acme, "finance").get(f"{CSV}&group_by=subaccount").content.decode().splitlines()
    assert lines[5:7] == [
        "Subaccount,Subaccount name,Currency,Delivered,Charged,Free,Unrated,Amount",
        "acme_shop,'=1+1,USD,1,1,0,0,0.0118",
    ]


@pytest.mark.django_db
def test_page(acme, line):
    line(n=100, amount="1.180000000")
    line(n=3, state="unrated", category="utility")
    page = text(visitor(acme, "finance").get(f"{URL}&group_by=category"))
    assert "USD 1.18, 103 delivered, 3 unrated, 1 – 31 Oct 2026" in page
    assert '<span class="currency">USD</span> 1.1800' in page
    assert '<span class="unrated">unrated</span>' in page
    assert '<span title="USD 1.18">USD\u00a01.18</span>' in page
    assert "3 delivered messages are unrated and not in this amount" in page
    assert "Days in Asia/Singapore" in page


@pytest.mark.django_db
def test_unrated_is_never_zero(acme, line):
    line(n=3, state="unrated", currency="")
    page = text(visitor(acme, "finance").get(URL))
    assert page.count('<span class="unrated">unrated</span>') == 2  # its row and the total
    assert "0.00" not in page


@pytest.mark.django_db
def test_currencies_are_never_added(acme, line):
    line(n=1, amount="1.18")
    line(n=1, amount="98.50", currency="INR")
    page = text(visitor(acme, "finance").get(URL))
    assert "INR 98.50 and USD 1.18, 2 delivered" in page
    assert "Cost in INR by day" in page
    assert "Cost in USD by day" in page


@pytest.mark.django_db
def test_another_tenants_costs_are_not_there(acme, other, line):
    line(other, amount="77.7")
    page = text(visitor(acme, "finance").get(URL))
    assert "77.7" not in page
    assert "No costs yet" in page


@pytest.mark.django_db
def test_two_empty_states(acme, line):
    client = visitor(acme, "finance")
    assert "No costs yet" in text(client.get(URL))
    line()
    assert "No deliveries match" in text(client.get(f"{URL}&country=AQ"))


@pytest.mark.django_db
def test_limited_member_sees_only_their_subaccounts(acme, line):
    line(amount="55.5")
    assert "No deliveries match" in text(visitor(acme, "finance", "acme_shop").get(URL))
    assert "55.50" in text(visitor(acme, "finance").get(URL))


@pytest.mark.django_db
@pytest.mark.parametrize("groups", ["day", "day,subaccount,country,category"])
def test_queries(acme, line, groups, django_assert_num_queries):
    line()
    line(category="utility")
    client = visitor(acme, "finance")
    # session, user, memberships, limits, subaccounts; zone, channels, templates, markets; lines, zone, as of, before
    with django_assert_num_queries(13 + ("subaccount" in groups)):
        client.get(f"{URL}&group_by={groups}")


@pytest.mark.django_db
def test_queries_of_the_running_month(acme, line, django_assert_num_queries):
    line()
    client = visitor(acme, "finance")
    with django_assert_num_queries(20):  # and the forecast; counts, anchors, cards and portfolios of the tiers; notices
        client.get("/reports/costs/")


@pytest.mark.django_db
def test_numbers_on_top_compare_with_the_month_before(acme, line):
    line(n=100, amount="1.180000000")
    line(n=50, amount="1.000000000", day="2026-09-15")
    line(n=50, amount="9.000000000", day="2026-09-25")  # later than today's day of the month
    page = text(visitor(acme, "finance").get("/reports/costs/"))
    assert "Cost in USD" in page
    assert "+18.0\xa0%" in page
    assert "+100.0\xa0%" in page
    assert "Compared with 1 – 20 Sep 2026" in page


@pytest.mark.django_db
def test_the_running_month_has_a_forecast(acme, line):
    for day in range(6, 20):
        line(n=1, amount="1.00", day=f"2026-10-{day:02}")
    page = text(visitor(acme, "finance").get("/reports/costs/"))
    assert "Expected by 31 Oct in USD" in page
    assert '<span class="key-value">26.00</span>' in page
    assert "based on the weekdays of the last 14 days" in page
    assert "Expected" not in text(visitor(acme, "finance").get(URL))


@pytest.mark.django_db
def test_volume_is_not_for_those_limited_to_a_subaccount(acme, line):
    shop = Subaccount.objects.get(account=acme, code="acme_shop")
    line(category="utility", price_category="utility", subaccount_id=shop.pk)
    assert "Next price by volume" in text(visitor(acme, "finance").get("/reports/costs/"))
    limited = text(visitor(acme, "finance", "acme_shop").get("/reports/costs/"))
    assert "USD 0.01" in limited
    assert "Next price by volume" not in limited


@pytest.mark.django_db
def test_resale_has_its_columns(acme, line):
    line(n=100, amount="1.180000000", sell_state="charged", sell_amount="2")
    page = text(visitor(acme, "finance").get(URL))
    assert '<th scope="col" class="number">Margin</th>' in page
    assert '<td class="number">0.8200</td>' in page
    assert "sold for USD 2.00" in page


@pytest.mark.django_db
def test_a_channel_of_another_account_does_not_exist(acme, other, line):
    line()
    client = visitor(acme, "finance")
    assert client.get(f"{URL}&channel={META.number_id}").status_code == 200
    assert client.get(f"{URL}&channel=106540352249999").status_code == 404
    assert client.get(f"{URL}&template=nobody_has_this").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("url", [URL, CSV])
def test_unknown_group_is_named(acme, url):
    response = visitor(acme, "finance").get(f"{url}&group_by=phase_of_moon")
    assert response.status_code == (400 if "csv" in url else 200)
    assert "phase_of_moon is not one of the available choices" in text(response)


@pytest.mark.django_db
def test_today_is_that_of_the_wabas(acme, line):
    Waba.objects.filter(account=acme).update(time_zone="Pacific/Auckland")
    with time_machine.travel(AT.replace(day=31, hour=12), tick=False):  # already November there
        page = text(visitor(acme, "finance").get("/reports/costs/"))
    assert "this month" in page
    assert 'value="month" selected' in page
    assert "Pacific/Auckland" in page


@pytest.mark.django_db
def test_rows_lead_to_their_messages(acme, line):
    line()
    page = text(visitor(acme, "finance").get(f"{URL}&group_by=day&group_by=country")).replace("&amp;", "&")
    link = "/logs/?direction=outbound&country=IN&from=2026-10-15&to=2026-10-15&status=delivered&status=read"
    assert f'class="row-link" href="{link}"' in page


@pytest.mark.django_db
def test_rows_of_a_channel_and_template_lead_to_their_messages(acme, line):
    number = PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id)
    template = Template.objects.filter(account=acme, name="order_update").first()
    line(phone_number_id=number.pk, template_id=template.pk)
    page = text(visitor(acme, "finance").get(f"{URL}&group_by=channel,template")).replace("&amp;", "&")
    assert f"?direction=outbound&channel={META.number_id}&template=order_update&from=2026-10-01&to=2026-10-31" in page


@pytest.mark.django_db(transaction=True)
def test_from_webhook_to_report(acme):
    deliver(acme)
    deliver(acme, provider_message_id="wamid.B", msisdn="6591234567", at=AT + timedelta(days=1))
    rate()
    page = text(visitor(acme, "finance").get(f"{URL}&group_by=country"))
    assert "USD 0.08, 2 delivered" in page
    assert '<span class="currency">USD</span> 0.0118' in page
