"""The cost report, as a page and as a file."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Subaccount, Waba
from billing.models import Bucket, RatedLine, UsageKind
from portal.demo.world import ACME
from tests.people import visitor
from tests.traffic import AT, deliver, rate

URL = "/reports/costs/?from=2026-10-01&to=2026-10-31"
CSV = URL.replace("costs/", "costs.csv")
CARE = ACME.channels[2]


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(AT.replace(day=20), tick=True):
        yield


def text(response):
    return response.content.decode()


@pytest.fixture
def line(acme):
    """Makes a rated line."""

    def make(account=acme, n=1, state="charged", amount="0.0118", **said):
        bucket, _ = Bucket.objects.get_or_create(
            account=account, scope="portfolio", scope_id=1, accrual_group="x", month="2026-10-01", rated_at=AT
        )
        kind = {
            "waba_id": 0, "phone_number_id": 0, "subaccount_id": 0, "template_id": 0, "country": "IN",
            "market": "India", "category": "marketing", "currency": "USD",
        }  # fmt: skip
        kind |= {name: said.pop(name) for name in list(said) if name in kind}
        return RatedLine.objects.create(
            account=account, bucket=bucket, n=n, state=state, kind=UsageKind.objects.create(account=account, **kind),
            **{"day": "2026-10-15", "amount": amount if state != "unrated" else None, **said},
        )  # fmt: skip

    return make


@pytest.mark.django_db
def test_csv(acme, line):
    line(n=100, amount="1.180000000")
    line(n=2, state="free", amount="0", category="service")
    line(n=3, state="unrated", currency="")
    response = visitor(acme, "finance").get(f"{CSV}&group_by=day,country,category")
    assert response["Content-Disposition"] == 'attachment; filename="costs_2026-10-01_2026-10-31.csv"'
    assert text(response).splitlines() == [
        "Cost report,Tollgate",
        "Days,2026-10-01,2026-10-31",
        "Time zone,Asia/Singapore",
        "Data as of,2026-10-15T08:00:00+00:00",
        "",
        "Day,Country,Category,Currency,Delivered,Charged,Free,Unrated,Amount",
        "2026-10-15,IN,marketing,,3,0,0,3,",
        "2026-10-15,IN,marketing,USD,100,100,0,0,1.18",
        "2026-10-15,IN,service,USD,2,0,2,0,0.00",
        "Total,,,,3,0,0,3,",
        "Total,,,USD,102,100,2,0,1.18",
    ]


@pytest.mark.django_db
def test_csv_cells_are_no_formulas(acme, line):
    shop = Subaccount.objects.get(account=acme, code="acme_shop")
    Subaccount.objects.filter(pk=shop.pk).update(name="=1+1")
    line(subaccount_id=shop.pk)
    lines = text(visitor(acme, "finance").get(f"{CSV}&group_by=subaccount")).splitlines()
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
    # session, user, memberships, limits, subaccounts; zone; zone, as of, rows, totals
    with django_assert_num_queries(10):
        client.get(f"{URL}&group_by={groups}")


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


@pytest.mark.django_db(transaction=True)
def test_from_webhook_to_report(acme):
    deliver(acme)
    deliver(acme, provider_message_id="wamid.B", msisdn="6591234567", at=AT + timedelta(days=1))
    rate()
    page = text(visitor(acme, "finance").get(f"{URL}&group_by=country"))
    assert "USD 0.08, 2 delivered" in page
    assert '<span class="currency">USD</span> 0.0118' in page
