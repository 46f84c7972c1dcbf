"""A grouping of reports is one declaration: a made-up one is in the page, its chart, REST and files."""

from datetime import timedelta

import pytest
import time_machine

from accounts.enums import Permission
from accounts.services import create_api_key
from archive.exports.columns import columns_by_key
from billing.dimensions import DIMENSIONS, Dimension
from core.extracts import ColumnType
from tests.people import principal, visitor
from tests.traffic import AT, deliver, rate
from tests.visible import text

pytestmark = pytest.mark.django_db
QUERY = "from=2026-10-01&to=2026-10-31&group_by=pricing_type"


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    """The declaration, as a line of billing/dimensions."""
    words = {"regular": "As usual"}.get
    dimension = Dimension("pricing_type", "Pricing type", kind=ColumnType.CODE, words=words, absent="No type")
    monkeypatch.setitem(DIMENSIONS, dimension.name, dimension)


@pytest.fixture(autouse=True)
def messages(acme):
    """Two of one type, and one of no type."""
    deliver(acme)
    deliver(acme, provider_message_id="wamid.B", at=AT + timedelta(hours=1))
    deliver(acme, provider_message_id="wamid.C", category="utility", pricing_type="")
    rate()
    with time_machine.travel(AT.replace(day=20), tick=True):
        yield


def test_the_page_offers_it_and_groups_by_it(acme):
    page = text(visitor(acme, "finance").get(f"/reports/costs/?{QUERY}"))
    assert 'name="group_by" value="pricing_type"' in page
    assert "By pricing type" in page
    assert '<th scope="col">Pricing type</th>' in page
    assert [page.count(f">{words}</a>") for words in ("As usual", "No type")] == [1, 1]


def test_a_chart_is_drawn_along_it_and_stacked_by_it(acme):
    page = text(visitor(acme, "finance").get(f"/reports/costs/?{QUERY}"))
    assert "Cost in USD by pricing type" in page
    assert '"labels": ["As usual", "No type"]' in page
    assert "Cost in USD by day and pricing type" in text(
        visitor(acme, "finance").get(f"/reports/costs/?{QUERY}&group_by=day")
    )


def test_rest_has_it_as_a_field(acme, client):
    _, secret = create_api_key(by=principal(acme), name="Test", scopes=[Permission.VIEW_COSTS])
    answer = client.get(f"/api/v1/reports/costs/?{QUERY}", headers={"Authorization": f"Bearer {secret}"}).json()
    rows = [(row["pricing_type"], row["delivered"], row["amount"]) for row in answer["results"]]
    assert (answer["group_by"], rows) == (["pricing_type"], [("", 1, "0.0014"), ("regular", 2, "0.0236")])


TITLES = (
    "Pricing type,Currency,Delivered,Charged,Free,Unrated,Amount,"
    "Of it upper bounds,Of it inferred,Of it at derived prices"
)


def test_files_have_it_as_a_column(acme):
    assert visitor(acme, "finance").get(f"/reports/costs.csv?{QUERY}").content.decode().splitlines()[-4:] == [
        TITLES,
        ",USD,1,1,0,0,0.0014,0.00,0.0014,0.00",
        "regular,USD,2,2,0,0,0.0236,0.00,0.00,0.00",
        "Total,USD,3,3,0,0,0.025,0.00,0.0014,0.00",
    ]
    assert columns_by_key("costs")["pricing_type"].label == "Pricing type"


def test_it_shares_columns_and_tables_with_another(acme, monkeypatch):
    card = Dimension("card", "Card", ("r.card_id",), ("rate_id",), join="LEFT JOIN billing_rate r ON r.id = l.rate_id")
    monkeypatch.setitem(DIMENSIONS, "card", card)
    page = visitor(acme, "finance").get(f"/reports/costs/?{QUERY}&group_by=card&group_by=tier")
    assert [text(page).count(f'<th scope="col">{title}</th>') for title in ("Pricing type", "Card")] == [1, 1]
