"""REST of messages and charges: exact answers, every filter, and who is refused."""

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount, Waba
from accounts.services import create_api_key
from billing.models import Exemption, RateCard, RatingRun, SellTerms, UsageFact, UsageKind
from billing.prices.rate_cards import DATA
from billing.proposals.corrections import save_sell_terms
from local.demo.world import ACME
from messaging.log.models import Message, Participant, Source
from tests.people import principal
from tests.traffic import AT, channel_of, deliver, rate, report, send_to_group

EIGHT, META, DIALOG = ACME.channels
URL = "/api/v1/messages/"
DELIVERED = {
    "provider": "meta",
    "provider_message_id": "wamid.A",
    "subaccount_id": "acme_shop",
    "channel": "106540352242922",
    "direction": "outbound",
    "msisdn": "919876543210",
    "user_id": "",
    "username": "",
    "profile_name": "",
    "group_id": "",
    "country": "IN",
    "content_type": "template",
    "category": "marketing",
    "template": {"name": "weekend_sale", "language": "en"},
    "source_category": "",
    "source_name": "",
    "recipient_type": "",
    "response_code": None,
    "status": "delivered",
    "status_detail": "",
    "error": None,
    "participants": None,
    "created_at": "2026-10-15T08:00:00Z",
    "queued_at": None,
    "sent_at": "2026-10-15T08:00:00Z",
    "delivered_at": "2026-10-15T08:00:02Z",
    "read_at": None,
    "failed_at": None,
    "rejected_at": None,
    "expired_at": None,
    "received_at": None,
    "client_message_id": "",
    "cost": {"state": "charged", "amount": "0.0118", "currency": "USD"},
}
PARTICIPANT = {
    "user_id": "",
    "category": "",
    "sent_at": None,
    "delivered_at": None,
    "read_at": None,
    "failed_at": None,
    "error_source": "",
    "error_code": None,
    "error_title": "",
}
CHARGED = {
    "state": "charged",
    "reason": "",
    "meaning": "",
    "price_source": "webhook",
    "amount": "0.0118",
    "currency": "USD",
    "category": "marketing",
    "market": "India",
    "market_table": "Markets, revision 1",
    "country": "IN",
    "billed_at": "2026-10-15T08:00:02Z",
    "billing_month": "2026-10",
    "position": 1,
    "external_volume": 0,
    "tier": {"number": 1, "from": 1, "to": None, "end_known": True},
    "unit_price": "0.0118",
    "rate_card": {
        "name": "Meta USD 2026-10-01",
        "effective_from": "2026-10-01",
        "revision": 1,
        "sha256": sha256((DATA / "rate_cards/2026-10-01.csv").read_bytes()).hexdigest(),
    },
    "exemption": None,
    "rule_set": "Meta PMP rules from 2026-10-01, revision 1",
    "sale": None,
    "rating": None,
    "evidence": {"webhook_event": None, "status": "delivered"},
    "participants": None,
}


@pytest.fixture
def key_of():
    """Makes a key of an account; the headers that carry it."""

    def make(account, *scopes, subaccounts=()):
        key, text = create_api_key(by=principal(account), name="Test", scopes=scopes or list(Permission))
        key.subaccounts.set(Subaccount.objects.filter(account=account, code__in=subaccounts))
        return {"Authorization": f"Bearer {text}"}

    return make


@pytest.fixture
def get(client, acme, key_of):
    """Call the API with a key of acme with all scopes and return the JSON."""
    headers = key_of(acme)

    def ask(url, **query):
        return client.get(url, query, headers=headers).json()

    return ask


def ids(answer):
    return [message["provider_message_id"] for message in answer["results"]]


def test_a_template_that_is_not_registered_has_its_name(acme, get):
    message = deliver(acme, template_name="spring_drop", template_language="en_US")
    template = get(f"{URL}{message.umid}/?fields=template")["template"]
    assert template == {"name": "spring_drop", "language": "en_US"}


def test_a_delivered_marketing_template(acme, get):
    message = deliver(acme, template_name="weekend_sale", template_language="en", content_type="template")
    assert get(f"{URL}{message.umid}/") == {"umid": str(message.umid), **DELIVERED}


def test_a_message_to_a_group_has_participants_with_a_charge_each(acme, get):
    message = send_to_group(acme)
    rate()
    body = get(f"{URL}{message.umid}/")
    assert (body["msisdn"], body["group_id"], body["status"]) == ("", "GRP_z", "delivered")
    keys = dict(Participant.objects.values_list("msisdn", "participant_key"))
    assert body["participants"] == [
        {**PARTICIPANT, "participant_key": str(keys[about["msisdn"]]), **about}
        for about in (
            {"msisdn": "33612340381", "country": "FR", "status": "undelivered", "failed_at": "2026-10-15T08:00:03Z",
             "error_source": "meta", "error_code": 131026, "error_title": "Undeliverable"},
            {"msisdn": "6591230381", "country": "SG", "status": "delivered", "delivered_at": "2026-10-15T08:00:02Z",
             "category": "group_utility"},
            {"msisdn": "919812340381", "country": "IN", "status": "delivered", "delivered_at": "2026-10-15T08:00:01Z",
             "category": "group_utility"},
        )
    ]  # fmt: skip
    assert body["cost"] == {"state": "charged", "amount": "0.0174", "currency": "USD"}
    charge = get(f"/api/v1/charges/{message.umid}/")
    assert (charge["state"], charge["amount"], charge["market"]) == ("charged", "0.0174", None)
    assert [(one["state"], one["market"], one["amount"]) for one in charge["participants"]] == [
        ("none", None, None), ("charged", "Singapore", "0.016"), ("charged", "India", "0.0014"),
    ]  # fmt: skip


def test_a_message_to_a_group_that_reached_nobody_costs_nothing(acme, get):
    message = report(acme, "sent", group_id="GRP_z", msisdn="")
    assert get(f"{URL}{message.umid}/")["participants"] == []
    charge = get(f"/api/v1/charges/{message.umid}/")
    assert (charge["state"], charge["participants"]) == ("none", [])


def test_a_failed_message_says_whose_code_it_is(acme, get):
    report(acme, "failed", error_source="meta", error_code=131026, error_title="Message undeliverable")
    (message,) = get(URL)["results"]
    assert message["status"] == "undelivered"
    assert message["failed_at"] == "2026-10-15T08:00:00Z"
    assert message["error"] == {
        "source": "meta",
        "code": 131026,
        "title": "Message undeliverable",
        "meaning": "The person is not on WhatsApp, has not accepted its current terms, or uses a version that is"
        " too old.",
        "remedy": "Ask the person through another channel to write to you first, to accept the terms and to update"
        " WhatsApp.",
        "retryable": "no",
    }
    assert message["cost"] == {"state": "none", "amount": None, "currency": None}


@pytest.mark.parametrize(
    ("event", "cost"),
    [
        ({"pricing_type": "free_entry_point"}, {"state": "free", "amount": "0.00", "currency": "USD"}),
        ({"category": "", "pricing_type": ""}, {"state": "unrated", "amount": None, "currency": "USD"}),
    ],
)
def test_costs_that_are_no_amount(acme, get, event, cost):
    deliver(acme, **event)
    assert get(URL)["results"][0]["cost"] == cost


class TestFilters:
    @pytest.fixture(autouse=True)
    def messages(self, acme):
        """A: Meta, delivered template to India. B: 8x8, failed, to Singapore. C: 360dialog, came in from Britain."""
        self.message = deliver(acme, template_name="weekend_sale", template_language="en")
        spring = Source.objects.create(account=acme, category="campaign", name="Spring")
        Message.objects.update(source=spring, recipient_type="lead", response_code=200)
        report(acme, "failed", channel=EIGHT, provider_message_id="B", msisdn="6591234567", category="utility",
               at=AT + timedelta(hours=1), error_source="8x8", error_code=1018)  # fmt: skip
        report(acme, "received", channel=DIALOG, provider_message_id="C", msisdn="447911123456", direction="inbound",
               at=AT + timedelta(hours=2))  # fmt: skip

    def test_none(self, get):
        assert ids(get(URL)) == ["C", "B", "wamid.A"]

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("subaccount", "acme_shop", ["wamid.A"]),
            ("subaccount", "nobody", []),
            ("channel", DIALOG.number_id, ["C"]),
            ("direction", "inbound", ["C"]),
            ("status", "undelivered", ["B"]),
            ("status", ["undelivered", "received"], ["C", "B"]),
            ("country", "in", ["wamid.A"]),
            ("provider_message_id", "wamid.A", ["wamid.A"]),
            ("provider_message_id", "wamid", []),
            ("msisdn", "+6591234567", ["B"]),
            ("msisdn", "+65 9123", ["B"]),
            ("msisdn", "006591234567", ["B"]),
            ("msisdn", "6591235", []),
            ("category", "utility", ["B"]),
            ("template", "weekend_sale", ["wamid.A"]),
            ("error_code", 1018, ["B"]),
            ("response_code", 200, ["wamid.A"]),
            ("source_category", "campaign", ["wamid.A"]),
            ("source_category", "api", []),
            ("source_name", "Spring", ["wamid.A"]),
            ("source_name", "sprin", ["wamid.A"]),
            ("source_name", "Springs", []),
            ("recipient_type", "lead", ["wamid.A"]),
            ("created_after", "2026-10-15T17:00:00+08:00", ["C", "B"]),
            ("created_before", "2026-10-15T09:00:00Z", ["wamid.A"]),
            ("search", "659123", ["B"]),
            ("search", "+44 7911 123456", ["C"]),
            ("search", "wamid.A", ["wamid.A"]),
        ],
    )
    def test_each(self, get, name, value, expected):
        assert ids(get(URL, **{name: value})) == expected

    def test_umid(self, get):
        assert ids(get(URL, umid=self.message.umid)) == ["wamid.A"]

    def test_filters_combine(self, get):
        assert ids(get(URL, country="IN", status="undelivered")) == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("colour", "red", "There is no such parameter."),
        ("country", ["IN", "SG"], "Provide this parameter only once."),
        ("older", ["1-1", "2-2"], "Provide this parameter only once."),
        ("direction", "up", "Select a valid choice. up is not one of the available choices."),
        ("status", "gone", "Select a valid choice. gone is not one of the available choices."),
        ("category", "spam", "Select a valid choice. spam is not one of the available choices."),
        ("source_category", "me", "Select a valid choice. me is not one of the available choices."),
        ("umid", "7", "Enter the UMID, or at least its first 8 digits."),
        ("error_code", "1.5", "Enter a whole number."),
        ("response_code", "ok", "Enter a whole number."),
        ("created_after", "yesterday", "Enter a valid date/time."),
        ("created_before", "2026-13-01", "Enter a valid date/time."),
        ("country", "IND", "Ensure this value has at most 2 characters (it has 3)."),
        ("search", "a\0", "Null characters are not allowed."),
        ("older", "2", "Invalid cursor: use the next and previous links unchanged."),
        ("newer", "2-x", "Invalid cursor: use the next and previous links unchanged."),
    ],
)
def test_a_filter_that_is_not_valid_is_named(get, name, value, message):
    assert get(URL, **{name: value}) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Some fields are not valid.",
        "errors": [{"field": name, "message": message}],
    }


class TestPages:
    @pytest.fixture(autouse=True)
    def messages(self, acme, monkeypatch):
        """Five messages on pages of two; the third and fourth at the same moment."""
        monkeypatch.setattr("core.resources.PAGE_SIZE", 2)
        for name, minute in zip("ABCDE", (0, 1, 2, 2, 3), strict=True):
            report(acme, "sent", provider_message_id=name, at=AT + timedelta(minutes=minute))

    def test_next_leads_to_the_oldest_and_previous_back(self, get):
        first = get(URL)
        second = get(first["next"])
        third = get(second["next"])
        back = get(third["previous"])
        assert [ids(page) for page in (first, second, third, back)] == [["E", "D"], ["C", "B"], ["A"], ["C", "B"]]
        assert first["previous"] is None
        assert third["next"] is None
        assert get(back["previous"])["results"] == first["results"]

    def test_links_keep_the_filters(self, get):
        link = get(URL, country="IN", status="sent")["next"]
        assert link.startswith("http://testserver/api/v1/messages/?country=IN&status=sent&older=")
        assert ids(get(link)) == ["C", "B"]

    def test_a_message_that_comes_meanwhile_moves_no_page(self, acme, get):
        link = get(URL)["next"]
        report(acme, "sent", provider_message_id="F", at=AT + timedelta(hours=1))
        assert ids(get(link)) == ["C", "B"]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_page(acme, client, key_of, count, django_assert_num_queries):
    for number in range(count):
        deliver(acme, provider_message_id=f"wamid.{number}", template_name="weekend_sale", template_language="en")
    headers = key_of(acme)
    client.get(URL, headers=headers)
    with django_assert_num_queries(6):  # key, messages, numbers, templates, subaccounts, charges
        assert len(client.get(URL, headers=headers).json()["results"]) == count


class TestCharge:
    def test_a_charged_message_is_explained(self, acme, get):
        message = deliver(acme)
        answer = get(f"/api/v1/charges/{message.umid}/")
        rule, card = answer.pop("rule"), answer["rate_card"]
        assert RateCard.objects.get(pk=card.pop("id")).name == card["name"]
        assert card.pop("price_source").startswith("FOUND: two agreeing public copies")
        assert answer == {"umid": str(message.umid), **CHARGED}
        assert rule == {
            "revision": 1, "sha256": sha256((DATA / "rules/2026-10-01.csv").read_bytes()).hexdigest(),
            "scope": "Business portfolio", "accrual_group": "India/marketing", "allowance": 0,
            "source": "Meta pricing page updated 2026-09-30",
        }  # fmt: skip

    def test_its_sale_and_its_rating(self, acme, get):
        message = deliver(acme)
        terms = SellTerms(account=acme, currency="USD", effective_from=date(2026, 10, 1), markup_percent=Decimal(10))
        save_sell_terms(terms, by=principal(None, "ada@acme.example"))
        rate()
        answer = get(f"/api/v1/charges/{message.umid}/")
        assert answer["sale"] == {
            "state": "charged", "reason": "", "price": "0.01298", "margin": "0.00118",
            "terms": "The provider's price plus 10 %",
        }  # fmt: skip
        assert answer["rating"]["run"] == RatingRun.objects.get().pk

    def test_an_unrated_message_has_its_reason_and_remedy(self, acme, get):
        RateCard.objects.filter(currency="USD").update(currency="XXX")
        message = deliver(acme)
        answer = get(f"/api/v1/charges/{message.umid}/")
        assert (answer["state"], answer["amount"], answer["tier"], answer["position"]) == ("unrated", None, None, 1)
        assert answer["meaning"] == (
            "No rate card in the WABA's currency is in force on that day. "
            "Import a rate card in USD whose first day is 2026-10-15 or earlier."
        )

    def test_a_free_message_has_its_reason(self, acme, get):
        message = deliver(acme, pricing_type="free_entry_point")
        answer = get(f"/api/v1/charges/{message.umid}/")
        assert (answer["state"], answer["amount"], answer["position"]) == ("free", "0.00", None)
        assert answer["meaning"] == "Inside the free entry point window."

    def test_positions_follow_the_time_of_delivery(self, acme, get):
        late = deliver(acme, provider_message_id="late", at=AT + timedelta(hours=1))
        early = deliver(acme, provider_message_id="early")
        positions = [get(f"/api/v1/charges/{message.umid}/")["position"] for message in (early, late)]
        assert positions == [1, 2]

    @pytest.mark.parametrize(
        ("kind", "traits", "rule_source"),
        [
            ("government", {"category": "service", "pricing_type": "regular"}, ""),
            ("ai_provider", {"category": "service", "pricing_type": "regular"}, ""),
            ("ai_provider", {"category": "utility"}, "Meta pricing page updated 2026-03-30"),
        ],
    )
    def test_an_exemption_that_decided_is_named(self, acme, get, kind, traits, rule_source):
        waba = Waba.objects.get(account=acme, waba_id="102290129340398")
        days = {"first_day": date(2026, 10, 15), "last_day": None}
        exemption = Exemption.objects.create(account=acme, waba=waba, kind=kind, source="Ticket 4711", **days)
        answer = get(f"/api/v1/charges/{deliver(acme, **traits).umid}/")
        assert answer["exemption"] == {
            "id": exemption.pk, "kind": kind, "first_day": "2026-10-15", "last_day": None, "source": "Ticket 4711",
        }  # fmt: skip
        assert (answer["rule"] or {}).get("source", "").split(":")[0] == rule_source
        unaffected = get(f"/api/v1/charges/{deliver(acme, provider_message_id='B').umid}/")
        assert (unaffected["exemption"], unaffected["rule_set"]) == (None, CHARGED["rule_set"])

    def test_the_rule_of_a_window_is_named(self, acme, get):
        """Of a provider that reports no type."""
        about = {"channel": ACME.channels[0], "category": "utility", "pricing_type": ""}
        message = deliver(acme, at=AT - timedelta(days=20), **about)
        assert "outside the customer service window" in get(f"/api/v1/charges/{message.umid}/")["rule"]["source"]
        UsageKind.objects.filter(pk=UsageFact.objects.get().kind_id).update(open_window="in_customer_service")
        assert "inside the customer service window" in get(f"/api/v1/charges/{message.umid}/")["rule"]["source"]

    def test_a_message_that_was_not_delivered_has_no_charge(self, acme, get):
        message = report(acme, "sent")
        assert get(f"/api/v1/charges/{message.umid}/") == {
            "umid": str(message.umid),
            **dict.fromkeys(CHARGED),
            "rule": None,
            "state": "none",
            "reason": "Only delivered outbound messages are charged: the status of this one is sent.",
        }

    def test_it_needs_the_scope_for_costs(self, acme, client, key_of):
        headers = key_of(acme, Permission.VIEW_MESSAGES)
        answer = client.get(f"/api/v1/charges/{deliver(acme).umid}/", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "This API key does not have the scope costs:read."


def test_what_a_key_without_scopes_for_numbers_and_costs_sees(acme, client, key_of):
    deliver(acme)
    (message,) = client.get(URL, headers=key_of(acme, Permission.VIEW_MESSAGES)).json()["results"]
    assert message["msisdn"] == "+91 98•••••210"
    assert message["cost"] == {"state": "none", "amount": None, "currency": None}


@pytest.mark.parametrize("path", [URL, f"{URL}{{umid}}/"])
def test_reading_messages_needs_the_scope(acme, client, key_of, path):
    answer = client.get(path.format(umid=deliver(acme).umid), headers=key_of(acme, Permission.VIEW_COSTS))
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This API key does not have the scope messages:read."


@pytest.mark.parametrize("path", ["/api/v1/messages/{umid}/", "/api/v1/charges/{umid}/"])
def test_of_two_messages_with_a_umid_the_first_is_returned(acme, client, key_of, path):
    first = deliver(acme)
    deliver(acme, provider_message_id="wamid.B", at=AT + timedelta(days=1))
    Message.objects.update(umid=first.umid)
    answer = client.get(path.format(umid=first.umid), headers=key_of(acme))
    body = answer.json()
    assert (answer.status_code, body.get("provider_message_id", "wamid.A"), body["umid"]) == (
        200, "wamid.A", str(first.umid),
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/api/v1/messages/{umid}/", "/api/v1/charges/{umid}/"])
def test_another_accounts_message_is_not_there(acme, other, client, key_of, path):
    message = deliver(other)
    answer = client.get(path.format(umid=message.umid), headers=key_of(acme))
    assert answer.status_code == 404
    assert answer.json()["title"] == "Not Found"
    assert client.get(path.format(umid=message.umid), headers=key_of(other)).status_code == 200


@pytest.mark.parametrize("name", ["umid", "provider_message_id", "msisdn", "search", "channel", "subaccount"])
def test_no_filter_reaches_another_account(acme, other, client, key_of, name):
    message = deliver(other)
    plan = channel_of(other)
    value = {"search": message.provider_message_id, "channel": plan.number_id, "subaccount": plan.code}
    answer = client.get(URL, {name: value.get(name) or getattr(message, name)}, headers=key_of(acme))
    assert answer.json()["results"] == []


def test_a_key_limited_to_a_subaccount_sees_only_that(acme, client, key_of):
    deliver(acme, provider_message_id="shop")
    stores = deliver(acme, provider_message_id="stores", channel=EIGHT)
    headers = key_of(acme, subaccounts=["acme_shop"])
    assert ids(client.get(URL, headers=headers).json()) == ["shop"]
    assert ids(client.get(URL, {"subaccount": "acme_wa"}, headers=headers).json()) == []
    assert client.get(f"{URL}{stores.umid}/", headers=headers).status_code == 404
    assert client.get(f"/api/v1/charges/{stores.umid}/", headers=headers).status_code == 404


def test_it_is_for_reading(acme, client, key_of):
    answer = client.post(URL, {}, content_type="application/json", headers=key_of(acme))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
