"""REST of the cost report: exact figures, groups, and who is refused."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from billing.dimensions import DIMENSIONS
from billing.models import Bucket, DirtyBucket, SellTerms
from local.demo.world import ACME
from tests.people import principal
from tests.traffic import AT, deliver, rate

EIGHT, META, DIALOG = ACME.channels
URL = "/api/v1/reports/costs/"
OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}
FIGURES = ("delivered", "charged", "free", "unrated", "amount")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def headers_of(account, *scopes, subaccounts=()):
    key, text = create_api_key(by=principal(account), name="Test", scopes=scopes or [Permission.VIEW_COSTS])
    key.subaccounts.set(Subaccount.objects.filter(account=account, code__in=subaccounts))
    return {"Authorization": f"Bearer {text}"}


def row(*figures, **keys):
    sold = {"sell_amount": None, "sell_unrated": 0, "margin": None}
    has_8x8 = figures[-1] in {"0.016", "0.0278", "0.0396"}  # whose message has no type
    parts = {"amount_inferred": "0.016" if has_8x8 else "0.00", "amount_derived": "0.00", "amount_provider": "0.00"}
    return {**keys, "currency": "USD", **dict(zip(FIGURES, figures, strict=True)), **parts, **sold}


def tier(**values):
    return {"number": 1, "from": 1, "to": None, "anchored": False, **values}


@pytest.fixture
def get(client, acme):
    """Asks for the report with a key of acme; the answer's JSON."""
    headers = headers_of(acme)

    def ask(**query):
        return client.get(URL, {**OCTOBER, **query}, headers=headers).json()

    return ask


@pytest.mark.django_db(transaction=True)
class TestRated:
    @pytest.fixture(autouse=True)
    def messages(self, acme):
        """Two to India and one to Singapore, charged; one free; one without a category; one in another month."""
        deliver(acme, provider_message_id="1")
        deliver(acme, provider_message_id="2", at=AT + timedelta(days=1))
        deliver(acme, provider_message_id="3", msisdn="6591234567", channel=EIGHT, category="utility", pricing_type="")
        deliver(acme, provider_message_id="4", pricing_type="free_entry_point")
        deliver(acme, provider_message_id="5", category="", pricing_type="")
        deliver(acme, provider_message_id="6", at=datetime(2026, 10, 31, 16, tzinfo=UTC))  # November in Singapore
        with time_machine.travel(NOW, tick=False):
            rate()

    def test_the_whole_answer(self, get):
        total = row(5, 3, 1, 1, "0.0396")
        assert get() == {
            "from": "2026-10-01",
            "to": "2026-10-31",
            "time_zone": "Asia/Singapore",
            "data_as_of": "2026-11-01T00:00:00Z",
            "group_by": [],
            "results": [total],
            "totals": [total],
        }

    @pytest.mark.parametrize(
        ("group_by", "rows"),
        [
            (
                "category,country",
                [
                    row(1, 0, 0, 1, "0.00", category="", country="IN"),
                    row(3, 2, 1, 0, "0.0236", category="marketing", country="IN"),
                    row(1, 1, 0, 0, "0.016", category="utility", country="SG"),
                ],
            ),
            ("day", [row(4, 2, 1, 1, "0.0278", day="2026-10-15"), row(1, 1, 0, 0, "0.0118", day="2026-10-16")]),
            ("month", [row(5, 3, 1, 1, "0.0396", month="2026-10-01")]),
            (
                "subaccount",
                [
                    row(4, 2, 1, 1, "0.0236", subaccount="acme_shop", subaccount_name="Acme Online"),
                    row(1, 1, 0, 0, "0.016", subaccount="acme_wa", subaccount_name="Acme Stores"),
                ],
            ),
            (
                "channel",
                [
                    row(1, 1, 0, 0, "0.016", channel=EIGHT.number_id, channel_name="Acme Stores"),
                    row(4, 2, 1, 1, "0.0236", channel=META.number_id, channel_name="Acme Online"),
                ],
            ),
            (
                "tier",
                [
                    row(1, 1, 0, 0, "0.016", tier=tier(end_known=False)),
                    row(2, 2, 0, 0, "0.0236", tier=tier(end_known=True)),
                    row(2, 0, 1, 1, "0.00", tier=None),
                ],
            ),
            ("template", [row(5, 3, 1, 1, "0.0396", template=None)]),
        ],
    )
    def test_groups(self, get, group_by, rows):
        answer = get(group_by=group_by)
        assert answer["results"] == rows
        assert answer["totals"] == [row(5, 3, 1, 1, "0.0396")]

    def test_days_are_those_of_the_time_zone_of_the_waba(self, get):
        november = get(**{"from": "2026-11-01", "to": "2026-11-01", "group_by": "day"})
        assert november["results"] == [row(1, 1, 0, 0, "0.0118", day="2026-11-01")]

    @pytest.mark.parametrize(
        ("filters", "delivered"),
        [
            ({"subaccount": "acme_wa"}, [1]),
            ({"channel": META.number_id, "state": "free"}, [1]),
            ({"country": "in", "market": "India"}, [4]),
            ({"template": "order_update"}, []),
            ({"subaccount": "harbour"}, []),
        ],
    )
    def test_filters(self, get, filters, delivered):
        assert [total["delivered"] for total in get(**filters)["totals"]] == delivered

    def test_own_prices(self, acme, get):
        SellTerms.objects.create(account=acme, currency="USD", effective_from="2026-10-01", markup_percent=50)
        DirtyBucket.objects.bulk_create(DirtyBucket(bucket=bucket) for bucket in Bucket.objects.all())
        rate()
        (charged,) = get(state="charged")["totals"]
        assert (charged["sell_amount"], charged["sell_unrated"], charged["margin"]) == ("0.0594", 0, "0.0198")
        (total,) = get()["totals"]
        assert (total["sell_amount"], total["sell_unrated"], total["margin"]) == ("0.0594", 1, None)

    def test_a_key_limited_to_a_subaccount_sees_only_that(self, acme, client):
        headers = headers_of(acme, subaccounts=["acme_wa"])
        assert client.get(URL, OCTOBER, headers=headers).json()["totals"] == [row(1, 1, 0, 0, "0.016")]

    def test_another_account_sees_nothing_of_it(self, other, client):
        assert client.get(URL, OCTOBER, headers=headers_of(other)).json()["results"] == []

    def test_the_queries_are_few(self, acme, client, django_assert_num_queries):
        headers = headers_of(acme)
        client.get(URL, OCTOBER, headers=headers)
        with django_assert_num_queries(5):  # key, lines, names of subaccounts, zones, age of the data
            client.get(URL, {**OCTOBER, "group_by": "day,subaccount,category"}, headers=headers)


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"from": ""}, "from", "Enter a day as 2026-10-31."),
        ({"to": "2026-10-32"}, "to", "Enter a day as 2026-10-31."),
        ({"to": "2026-09-30"}, "to", "Must not be before from (2026-10-01)."),
        ({"currency": "USD"}, "currency", "There is no such parameter."),
        ({"state": ["free", "charged"]}, "state", "Provide this parameter only once."),
        ({"category": "spam"}, "category", '"spam" is not a valid choice.'),
        (
            {"group_by": "day,colour"},
            "group_by",
            f"Unknown group colour. Choose from {', '.join(DIMENSIONS)}.",
        ),
    ],
)
def test_a_parameter_that_is_not_valid_is_named(get, query, field, message):
    answer = get(**query)
    assert answer["status"] == 400
    assert answer["errors"] == [{"field": field, "message": message}]


def test_it_needs_the_scope_for_costs(acme, client):
    answer = client.get(URL, OCTOBER, headers=headers_of(acme, Permission.VIEW_MESSAGES))
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This API key does not have the scope costs:read."


@pytest.mark.django_db(transaction=True)
class TestTheRunningMonth:
    """Three free service messages of a number that has a thousand, two utility messages to India a day for a week."""

    @pytest.fixture(autouse=True)
    def messages(self, acme, tiers):
        tiers("utility", (0, 20, "0.0014", True), (20, None, "0.0012", False))
        for n in range(14):
            deliver(acme, provider_message_id=f"u{n}", category="utility", at=AT + timedelta(days=n // 2))
        for n in range(3):
            deliver(acme, provider_message_id=f"s{n}", category="service", channel=EIGHT, pricing_type="")
        with time_machine.travel(AT + timedelta(days=7), tick=False):
            rate()
            yield

    def about(self, results):
        return {
            "month": "2026-10-01", "time_zone": "Asia/Singapore", "data_as_of": "2026-10-22T08:00:00Z",
            "results": results,
        }  # fmt: skip

    def test_forecast(self, acme, client):
        """0.0196 by the 21st; ten more days of 0.0028 each, today among them, are 0.0280."""
        answer = client.get("/api/v1/reports/forecast/", headers=headers_of(acme)).json()
        assert answer == self.about([{"currency": "USD", "to_date": "0.0196", "expected": "0.05", "days": 7}])

    def test_a_limited_key_forecasts_its_own(self, acme, client):
        headers = headers_of(acme, subaccounts=["acme_care"])
        assert client.get("/api/v1/reports/forecast/", headers=headers).json()["results"] == []

    def test_tiers(self, acme, client):
        answer = client.get("/api/v1/reports/tiers/", headers=headers_of(acme)).json()
        price = {"provider": "meta", "currency": "USD", "market": "India", "then_known": True}
        assert answer == self.about([
            {
                "scope": "portfolio", "scope_name": "Acme Retail", "group": "India/utility", "position": 14,
                "external": 0, "start": 0, "threshold": 20, "end_known": True, "remaining": 6,
                "expected_on": "2026-10-24",
                "prices": [{**price, "category": "utility", "now": "0.0014", "then": "0.0012"}],
            },
            {
                "scope": "phone_number", "scope_name": "Acme Stores", "group": "service", "position": 3, "external": 0,
                "start": 0, "threshold": 1000, "end_known": True, "remaining": 997, "expected_on": None,
                "prices": [{**price, "provider": "8x8", "category": "service", "now": "0.00", "then": "0.0014"}],
            },
        ])  # fmt: skip

    def test_volume_is_that_of_all_subaccounts(self, acme, client):
        answer = client.get("/api/v1/reports/tiers/", headers=headers_of(acme, subaccounts=["acme_wa"]))
        assert answer.status_code == 403
        assert answer.json()["detail"] == "Volume is counted over all subaccounts, but this API key is limited to some."

    @pytest.mark.parametrize("url", ["/api/v1/reports/forecast/", "/api/v1/reports/tiers/"])
    def test_it_takes_no_parameters_and_the_scope_for_costs(self, acme, client, url):
        answer = client.get(url, {"month": "2026-09"}, headers=headers_of(acme)).json()
        assert answer["errors"] == [{"field": "month", "message": "There is no such parameter."}]
        assert client.get(url, headers=headers_of(acme, Permission.VIEW_MESSAGES)).status_code == 403

    @pytest.mark.parametrize(("url", "queries"), [("forecast", 4), ("tiers", 8)])
    def test_the_queries_are_few(self, acme, client, django_assert_num_queries, url, queries):
        headers = headers_of(acme)
        client.get(f"/api/v1/reports/{url}/", headers=headers)
        with django_assert_num_queries(queries):  # key, zone, age; lines, or counts, anchors, cards and two of names
            client.get(f"/api/v1/reports/{url}/", headers=headers)
