"""The price pages: who sees and decides what, and the way from a file to prices in force."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEntry, User
from billing.models import DryRun, MarketTable, RateCard, RatedLine, RuleSet, SellTerms
from billing.prices.rate_cards import import_card_file
from billing.proposals import dry_runs
from billing.proposals.what_if import Proposal
from tests.people import browser_of, principal, visitor
from tests.traffic import AT, deliver, rate
from tests.visible import text

pytestmark = pytest.mark.django_db
HEAD = "market,category,currency,tier_from,tier_to,rate,source\n"
DEARER = HEAD + "India,marketing,USD,0,MAX,0.0200,FOUND: x\n"
PAGES = ("/prices/", "/prices/markets/", "/prices/rules/", "/prices/own/", "/prices/import/", "/prices/what-if/")


@pytest.fixture(autouse=True)
def _november():
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def operator():
    return browser_of(User.objects.create_superuser("operator@people.example", is_demo=True))


@pytest.fixture
def draft(tmp_path):
    """An imported card that waits for a decision."""

    def make(account=None):
        path = tmp_path / "card.csv"
        path.write_text(DEARER)
        (card,) = import_card_file(path, date(2026, 10, 1), account)
        return card

    return make


def upload(client, content=DEARER, **changes):
    data = {"kind": "card", "whose": "own", "book": "buy", "effective_from": "2026-10-01"} | changes
    file = SimpleUploadedFile("rates.csv", content if isinstance(content, bytes) else content.encode())
    return client.post("/prices/import/", data | {"file": file})


def worked(run):
    while run.finished_at is None:
        dry_runs.advance()
        run.refresh_from_db()
    return run


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_those_who_see_costs(acme, page):
    assert visitor(acme, "finance").get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_no_page_opens_for_others(acme, client, page):
    assert visitor(acme, "support").get(page).status_code == 403
    assert client.get(page).url == f"/accounts/login/?next={page}"


@pytest.mark.parametrize("page", ["/prices/own/", "/prices/import/", "/prices/what-if/"])
def test_what_is_about_the_whole_account_is_not_for_limited_people(acme, page):
    response = visitor(acme, "finance", "acme_shop").get(page)
    assert (response.status_code, "This page covers the whole account" in text(response)) == (403, True)


def test_an_operator_without_an_account_looks_after_everyones_prices(operator):
    assert [operator.get(page).status_code for page in PAGES] == [200, 200, 200, 404, 200, 200]


def test_cards_in_force_today_with_what_they_lack(acme):
    page = text(visitor(acme, "finance").get("/prices/"))
    assert "5 rate cards in force" in page
    assert "Meta USD 2026-10-01" in page.split("past and superseded")[0]
    assert "Meta USD 2026-07-01" in page.split("past and superseded")[1]
    assert "tiers of 31 pairs" in page


def test_queries_do_not_grow_with_the_cards(acme, draft, django_assert_num_queries):
    client = visitor(acme, "finance")
    for _ in range(3):
        draft(acme)
    with django_assert_num_queries(9):  # session, user, memberships, limits, subaccounts; cards, markets, notices
        client.get("/prices/")


def test_a_cards_prices_and_the_tiers_of_a_market(acme):
    card = RateCard.objects.get(currency="USD", effective_from=date(2026, 10, 1), is_active=True)
    client = visitor(acme, "finance")
    page = text(client.get(f"/prices/cards/{card.pk}/"))
    assert '<a class="row-link" href="?market=India">India</a>' in page
    assert card.sha256 in page
    row = page[page.index(">India</a>") :].split("</tr>")[0]
    assert '0.0014<span class="faint">+5</span>' in "".join(row.split("  ")).replace("\n", "").replace("4 <", "4<")
    assert '<span class="faint">+?</span>' in page  # Hong Kong and 30 other pairs
    tiers = text(client.get(f"/prices/cards/{card.pk}/?market=India&category=marketing"))
    assert "0.0118" in tiers
    assert "FOUND: two agreeing public copies" in tiers
    assert client.get(f"/prices/cards/{card.pk}/?market=Atlantis").status_code == 404


def test_a_pair_without_a_rate_has_none(acme, draft):
    card = draft(acme)
    card.rates.create(market="Brazil", category="utility", above=0, unit_price=Decimal("0.01"), source="FOUND: x")
    page = text(visitor(acme).get(f"/prices/cards/{card.pk}/?market=Brazil&category=marketing"))
    assert "<h2>No rates match</h2>" in page


def test_markets_say_who_moves_when(acme):
    page = text(visitor(acme, "finance").get("/prices/markets/"))
    assert "47 markets today" in page
    row = page[page.index("<tr><td>Poland") :].split("</tr>")[0]
    assert [word in row for word in ("1 Jul 2026", "Rest of Central &amp; Eastern Europe", "Poland")] == [True] * 3
    assert visitor(acme, "finance").get("/prices/markets/?table=nonsense").status_code == 404


def test_rules_before_and_since_october(acme):
    page = text(visitor(acme, "finance").get("/prices/rules/"))
    assert page.index("after 1,000 free messages a month") < page.index(
        "Service messages are free before 1 October 2026"
    )


class TestImport:
    def test_from_a_file_to_prices_in_force(self, acme):
        deliver(acme)
        rate()
        client = visitor(acme, "finance")
        response = upload(client)
        run = DryRun.objects.get()
        assert response.url == f"/prices/dry-runs/{run.pk}/"
        assert "Calculating" in text(client.get(response.url))
        worked(run)
        page = text(client.get(response.url, headers={"HX-Request": "true"}))
        assert "<html" not in page
        assert '<span title="+0.0082">+0.0082</span>' in page
        assert 'hx-trigger="every' not in page
        assert "+0.0082" in text(client.get(f"/prices/dry-runs/{run.pk}/apply/"))
        client.post(f"/prices/dry-runs/{run.pk}/apply/")
        assert "1 group of messages is waiting" in text(client.get(response.url))
        rate()
        assert "All messages are rated" in text(client.get(response.url))
        assert RatedLine.objects.get().unit_price == Decimal("0.0200")
        entry = AuditEntry.objects.get(action="rate_card.activated")
        assert (entry.account, entry.actor) == (acme, User.objects.get(email=entry.actor).email)

    def test_an_operators_card_is_everyones(self, acme, other, operator):
        deliver(other)
        rate()
        upload(operator, whose="everyone")
        run = worked(DryRun.objects.get())
        assert RateCard.objects.get(pk=run.card_ids[0]).account is None
        assert "Blue Harbour Clinics" in text(operator.get(f"/prices/dry-runs/{run.pk}/"))

    def test_a_members_is_never_everyones(self, acme):
        page = text(upload(visitor(acme, "owner"), whose="everyone"))
        assert "Select a valid choice" in page
        assert not RateCard.objects.filter(approved_at=None).exists()

    @pytest.mark.parametrize(
        ("content", "changes", "words"),
        [
            (HEAD + "India,marketing,USD,0,MAX,soon,x\n", {}, "Row 2: &#x27;soon&#x27; is not a rate"),
            (b"PK\x03\x04\xff", {}, "save it as CSV UTF-8"),
            (b"x" * (2 * 1024 * 1024 + 1), {}, "larger than 2 MB"),
            (DEARER, {"effective_from": ""}, "Enter the first day on which it applies"),
            (DEARER, {"kind": "markets"}, "Select a valid choice"),
        ],
    )
    def test_what_is_wrong_is_named(self, acme, content, changes, words):
        assert words in text(upload(visitor(acme, "owner"), content, **changes))
        assert not DryRun.objects.exists()

    def test_markets_and_rules_of_an_operator(self, operator, every_account):
        markets = "market,country_iso2,calling_code,valid_from,valid_to,source\nIndia,IN,91,2025-07-01,,x\n"
        rules = "category,pricing_type,free_reason,scope,accrual_group,allowance,source\nutility,,,portfolio,g,0,x\n"
        upload(operator, markets, kind="markets", whose="everyone", effective_from="")
        upload(operator, rules, kind="rules", whose="everyone", effective_from="2027-01-01")
        first, second = DryRun.objects.order_by("id")
        assert MarketTable.objects.get(pk=first.markets_id).is_draft
        assert RuleSet.objects.get(pk=second.rules_id).is_draft
        page = text(operator.get(f"/prices/dry-runs/{worked(second).pk}/"))
        assert "<li>utility: charged, counted per business portfolio as g</li>" in page
        assert "Rules must begin on the first day of a month" in text(
            upload(operator, rules, kind="rules", whose="everyone", effective_from="2027-01-02")
        )

    def test_a_card_of_their_own_prices(self, acme):
        upload(visitor(acme, "finance"), book="sell", provider="8x8")
        card = RateCard.objects.get(account=acme)
        assert (card.book, card.provider) == ("sell", "8x8")


class TestOthersDrafts:
    def test_another_accounts_card_and_dry_run_do_not_exist(self, acme, other, draft):
        card = draft(other)
        run = dry_runs.start(Proposal(cards=[card]), account=other, by=principal(None, "x"))
        client = visitor(acme, "owner")
        addresses = [f"/prices/cards/{card.pk}/", *(f"/prices/dry-runs/{run.pk}/{end}" for end in ("", "apply/"))]
        assert [client.get(address).status_code for address in addresses] == [404] * 3
        assert client.post(f"/prices/drafts/card/{card.pk}/").status_code == 404
        assert "Blue Harbour" not in text(client.get("/prices/"))

    def test_a_general_draft_is_the_operators(self, acme, draft, operator):
        card = draft()
        client = visitor(acme, "owner")
        assert client.get(f"/prices/cards/{card.pk}/").status_code == 404
        assert client.post(f"/prices/drafts/card/{card.pk}/").status_code == 404
        run = dry_runs.start(Proposal(cards=[card]), account=None, by=principal(None, "x"))
        assert client.post(f"/prices/dry-runs/{run.pk}/apply/").status_code == 404
        assert "1 waiting for review" in text(operator.get("/prices/"))
        assert operator.post(f"/prices/drafts/card/{card.pk}/").status_code == 302

    def test_a_limited_person_sees_no_draft(self, acme, draft):
        draft(acme)
        assert "waiting for review" not in text(visitor(acme, "finance", "acme_shop").get("/prices/"))


class TestWhatIf:
    def test_october_by_julys_card(self, acme):
        deliver(acme, msisdn="6591234567", category="utility")
        rate()
        july = RateCard.objects.get(currency="USD", effective_from=date(2026, 7, 1), is_active=True)
        client = visitor(acme, "finance")
        page = text(client.get("/prices/what-if/"))
        assert f'<option value="{july.pk}">Meta USD 2026-07-01, revision 1' in page
        data = {"first": "2026-10", "last": "2026-10", "card": july.pk, "rules": "", "markets": "", "when": "always"}
        response = client.post("/prices/what-if/", data)
        run = worked(DryRun.objects.get())
        assert (run.always, run.account, run.title) == (True, acme, "Meta USD 2026-07-01, revision 1")
        page = text(client.get(response.url))
        assert "Activate" not in page
        assert client.post(f"{response.url}apply/").status_code == 403
        assert not AuditEntry.objects.filter(action="rate_card.activated").exists()
        assert "Meta USD 2026-07-01, revision 1" in text(client.get("/prices/what-if/"))

    def test_the_tables_in_force_can_be_applied_again(self, acme):
        deliver(acme)
        rate()
        client = visitor(acme, "owner")
        nothing = {"first": "2026-10", "last": "2026-10", "card": "", "rules": "", "markets": "", "when": "always"}
        response = client.post("/prices/what-if/", nothing)
        worked(DryRun.objects.get())
        assert "Rate again" in text(client.get(response.url))
        client.post(f"{response.url}apply/")
        assert AuditEntry.objects.get(action="usage.rated_again").account == acme

    def test_without_messages_it_says_so(self, acme):
        assert "No deliveries yet" in text(visitor(acme, "owner").get("/prices/what-if/"))

    def test_months_in_the_wrong_order(self, acme):
        deliver(acme)
        deliver(acme, provider_message_id="wamid.B", at=AT.replace(month=11, day=2))
        data = {"first": "2026-11", "last": "2026-10", "card": "", "rules": "", "markets": "", "when": "own"}
        assert "The last month is before the first" in text(visitor(acme, "owner").post("/prices/what-if/", data))


class TestOwnPrices:
    GIVEN = {"currency": "USD", "effective_from": "2026-10-01", "base": "cost", "markup_percent": "10", "fee": "0.001"}

    def test_agreed_audited_and_shown_with_the_margin(self, acme):
        deliver(acme, at=datetime(2026, 11, 3, tzinfo=UTC))
        rate()
        client = visitor(acme, "finance")
        client.post("/prices/own/", self.GIVEN)
        rate()
        page = text(client.get("/prices/own/"))
        assert "The provider&#x27;s price plus 10 %, plus 0.001 per message" in page
        assert 'title="USD 0.01398"' in page  # 0.0118 × 1.1 + 0.001
        assert '<span title="+0.00218">+0.00218</span> margin in November 2026' in page
        assert AuditEntry.objects.get(action="sell_terms.agreed").account == acme

    def test_the_only_currency_is_no_question(self, acme):
        page = text(visitor(acme, "owner").get("/prices/own/"))
        assert '<input type="hidden" name="currency" value="USD" id="id_currency">' in page

    def test_the_same_day_again_takes_the_place(self, acme):
        client = visitor(acme, "owner")
        client.post("/prices/own/", self.GIVEN)
        client.post("/prices/own/", self.GIVEN | {"markup_percent": "20"})
        assert [terms.markup_percent for terms in SellTerms.objects.all()] == [Decimal(20)]

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"markup_percent": "-100"}, "Enter more than -100"),
            ({"fee": "-1"}, "Enter 0 or more"),
            ({"currency": "EUR"}, "Select a valid choice"),
            ({"effective_from": "soon"}, "Enter a valid date"),
        ],
    )
    def test_what_is_wrong_is_named(self, acme, changes, words):
        assert words in text(visitor(acme, "owner").post("/prices/own/", self.GIVEN | changes))
        assert not SellTerms.objects.exists()


class TestUnrated:
    URL = "/reports/unrated/?subaccount="

    def test_why_and_what_to_do(self, acme, other):
        deliver(acme, category="", pricing_type="")
        deliver(other, category="", pricing_type="")
        rate()
        client = visitor(acme, "finance")
        page = text(client.get(self.URL)).replace("&amp;", "&")
        assert "1 delivered message without a price" in page
        assert "The provider named no category." in page
        link = "/logs/?direction=outbound&from=2026-10-15&to=2026-10-15&country=IN&status=delivered&status=read"
        assert f'href="{link}"' in page
        costs = text(client.get("/reports/costs/?subaccount=&from=2026-10-01&to=2026-10-31"))
        assert '<a href="/reports/unrated/">Why messages are unrated, and what to do</a>' in costs

    def test_nothing(self, acme):
        client = visitor(acme, "finance")
        assert "No unrated messages" in text(client.get(self.URL))
        assert "/reports/unrated/" not in text(client.get("/reports/costs/?subaccount="))

    def test_only_of_the_subaccounts_that_one_sees(self, acme):
        deliver(acme, category="", pricing_type="")
        rate()
        assert "No unrated messages" in text(visitor(acme, "finance", "acme_wa").get(self.URL.split("?")[0]))
        assert visitor(acme, "support").get(self.URL).status_code == 403
