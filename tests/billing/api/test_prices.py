"""REST of rate cards and unrated messages."""

from datetime import date

import pytest

from accounts.enums import Permission
from billing.models import RateCard
from billing.prices.rate_cards import import_card_file
from tests.billing.api.test_report import headers_of
from tests.traffic import deliver, rate

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def get(client, acme):
    headers = headers_of(acme)

    def ask(path, **query):
        return client.get(f"/api/v1/{path}", query, headers=headers)

    return ask


@pytest.fixture
def own(tmp_path, acme):
    """Acme's own card, not in force yet."""
    path = tmp_path / "card.csv"
    head = "market,category,currency,tier_from,tier_to,rate,source\n"
    path.write_text(f"{head}India,utility,USD,0,250000,0.0014,x\nIndia,utility,USD,250001,,0.0013,y\n")
    (card,) = import_card_file(path, OCTOBER, acme)
    return card


def test_one_card_with_its_rates(get, own):
    own.activate(by="ada@acme.example")
    answer = get(f"rate-cards/{own.pk}/").json()
    lacks = answer.pop("lacks")
    assert lacks[-1] == "1 market and category pair without all its volume tiers"
    assert answer == {
        "id": own.pk, "name": "Meta USD 2026-10-01 of Acme Retail", "own": True, "book": "buy", "provider": "",
        "currency": "USD", "effective_from": "2026-10-01", "revision": 1, "active": True, "sha256": own.sha256,
        "loaded_at": own.loaded_at.isoformat().replace("+00:00", "Z"), "approved_by": "ada@acme.example",
        "approved_at": own.approved_at.isoformat().replace("+00:00", "Z"), "rates_count": 2,
        "rates": [
            {"market": "India", "category": "utility", "unit_price": "0.0014", "source": "x",
             "tier": {"number": 1, "from": 1, "to": 250_000, "end_known": True}},
            {"market": "India", "category": "utility", "unit_price": "0.0013", "source": "y",
             "tier": {"number": 2, "from": 250_001, "to": None, "end_known": False}},
        ],
    }  # fmt: skip


def test_drafts_and_other_accounts_cards_do_not_exist(get, own, other, client):
    assert get(f"rate-cards/{own.pk}/").status_code == 404
    own.activate(by="ada@acme.example")
    theirs = headers_of(other)
    assert client.get(f"/api/v1/rate-cards/{own.pk}/", headers=theirs).status_code == 404
    listed = client.get("/api/v1/rate-cards/", headers=theirs).json()["results"]
    assert own.pk not in [card["id"] for card in listed]


@pytest.mark.parametrize(
    ("query", "n"), [({}, 13), ({"currency": "usd"}, 6), ({"book": "sell"}, 0), ({"active": "false"}, 0)]
)
def test_filters(get, query, n):
    assert len(get("rate-cards/", **query).json()["results"]) == n


def test_pages(get, monkeypatch):
    monkeypatch.setattr("core.resources.PAGE_SIZE", 7)
    first = get("rate-cards/").json()
    path, _, cursor = first["next"].partition("?older=")
    second = get("rate-cards/", older=cursor).json()
    ids = [card["id"] for answer in (first, second) for card in answer["results"]]
    assert (path, second["next"]) == ("http://testserver/api/v1/rate-cards/", None)
    assert sorted(ids) == sorted(RateCard.objects.values_list("pk", flat=True))


def test_what_is_wrong_is_named(get):
    answer = get("rate-cards/", book="lend", colour="red").json()
    assert [(error["field"], error["message"]) for error in answer["errors"]] == [
        ("colour", "There is no such parameter."),
        ("book", "Select a valid choice. lend is not one of the available choices."),
    ]


@pytest.mark.parametrize("path", ["rate-cards/", "reports/unrated/"])
def test_it_needs_the_scope_for_costs(client, acme, path):
    assert client.get(f"/api/v1/{path}", headers=headers_of(acme, Permission.VIEW_MESSAGES)).status_code == 403


def test_unrated_messages_with_reason_and_remedy(get, acme, other):
    deliver(acme, msisdn="6591234567", category="service")
    deliver(acme, provider_message_id="2", category="", pricing_type="")
    deliver(other, category="", pricing_type="")
    rate()
    RateCard.objects.filter(currency="USD").update(currency="XXX")
    deliver(acme, provider_message_id="3")
    rate()
    assert get("reports/unrated/").json() == {
        "messages": 2,
        "results": [
            {
                "reason": "no_card", "meaning": "No rate card in the WABA's currency is in force on that day.",
                "remedy": "Import a rate card in USD whose first day is 2026-10-15 or earlier.",
                "market": "India", "category": "marketing", "currency": "USD", "countries": ["IN"], "messages": 1,
                "first_day": "2026-10-15", "last_day": "2026-10-15",
            },
            {
                "reason": "no_category", "meaning": "The provider named no category.",
                "remedy": (
                    "Nothing to import: these messages are rated automatically when a webhook names their category."
                ),
                "market": "India", "category": "", "currency": "USD", "countries": ["IN"], "messages": 1,
                "first_day": "2026-10-15", "last_day": "2026-10-15",
            },
        ],
    }  # fmt: skip
