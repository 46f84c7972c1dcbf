"""A pricing category is one declaration, a row of a rule file and rows of a rate card: a made-up one is priced."""

import re
from datetime import date

import pytest
import time_machine

from accounts.enums import Permission
from accounts.services import create_api_key
from billing.models import RateCard
from billing.prices.rate_cards import DATA, load_card_file
from billing.prices.rules import load_rule_file
from providers.vocabulary import Category
from tests.people import principal, visitor
from tests.traffic import AT, deliver, rate
from tests.visible import text

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
PAGE = "/reports/costs/?from=2026-10-01&to=2026-10-31&group_by=category"


@pytest.fixture
def declare(monkeypatch):
    """Adds a category at run time, as a line of the enum Category does."""

    def declare(value, card_column, label):
        member = str.__new__(Category, value)
        member._name_, member._value_, member._label_, member.card_column = value.upper(), value, label, card_column
        monkeypatch.setitem(Category._member_map_, member.name, member)
        monkeypatch.setitem(Category._value2member_map_, value, member)
        monkeypatch.setattr(Category, "_member_names_", [*Category._member_names_, member.name])

    return declare


@pytest.fixture
def flash_sale(declare, tmp_path):
    """The declaration and its data: the counting rule and the price."""
    declare("flash_sale", "flash_sale", "Flash sale")
    rules, card = tmp_path / "rules.csv", tmp_path / "card.csv"
    usual = (DATA / "rules" / "2026-10-01.csv").read_text()
    rules.write_text(usual + "flash_sale,,,portfolio,{market}/flash_sale,0,made up\n")
    card.write_text(
        "market,category,currency,tier_from,tier_to,rate,source\n"
        "India,flash_sale,USD,0,1,0.0500,made up\nIndia,flash_sale,USD,2,MAX,0.0400,made up\n"
    )
    load_rule_file(rules, OCTOBER)
    load_card_file(card, OCTOBER)


@pytest.fixture
def delivered(acme):
    """Delivers two messages of a category."""

    def delivered(category):
        for name in ("A", "B"):
            deliver(acme, provider_message_id=f"wamid.{name}", category=category)
        rate()

    with time_machine.travel(AT.replace(day=20), tick=True):
        yield delivered


def test_its_messages_are_counted_and_priced_by_its_card(acme, client, flash_sale, delivered):
    delivered("flash_sale")
    _, secret = create_api_key(by=principal(acme), name="Test", scopes=[Permission.VIEW_COSTS])
    url = PAGE.replace("/reports", "/api/v1/reports") + ",tier"
    rows = client.get(url, headers={"Authorization": f"Bearer {secret}"}).json()["results"]
    assert [(row["category"], row["tier"]["number"], row["amount"]) for row in rows] == [
        ("flash_sale", 1, "0.05"),
        ("flash_sale", 2, "0.04"),
    ]


def test_pages_call_it_by_its_label(acme, flash_sale, delivered):
    delivered("flash_sale")
    finance = visitor(acme, "finance")
    page = text(finance.get(PAGE))
    assert ">Flash sale</a>" in page
    assert '<option value="flash_sale">Flash sale</option>' in page
    assert "2 delivered" in text(finance.get(f"{PAGE}&category=flash_sale"))
    assert re.search(r">\s*Flash sale\s*</td>", text(visitor(acme).get("/logs/?from=2026-10-15&to=2026-10-15")))


def test_the_price_list_has_its_column(acme, flash_sale):
    card = RateCard.objects.get(currency="USD", effective_from=OCTOBER, is_active=True)
    page = text(visitor(acme, "finance").get(f"/prices/cards/{card.pk}/"))
    assert re.findall(r'<th scope="col" class="number">(.*?)</th>', page)[-2:] == ["Service", "Flash sale"]


def test_one_that_names_another_column_needs_no_data(acme, declare, delivered):
    declare("marketing_flash", "marketing", "Marketing flash")
    delivered("marketing_flash")
    page = text(visitor(acme, "finance").get(PAGE))
    assert ">Marketing flash</a>" in page
    assert "USD 0.02, 2 delivered" in page
