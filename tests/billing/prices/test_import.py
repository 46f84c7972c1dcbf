"""Importing rate cards: revisions, merging, comparing, activating, and cards of one account."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from billing.enums import Book
from billing.models import MarketTable, Rate, RateCard, RatedLine, RuleSet
from billing.prices.rate_cards import compare, import_card_file
from billing.proposals.corrections import activate
from billing.proposals.what_if import Proposal
from billing.selectors import charges_of
from messaging.log.models.message_key import message_key
from tests.people import principal
from tests.traffic import deliver, rate

pytestmark = pytest.mark.django_db
HEAD = "market,category,currency,tier_from,tier_to,rate,source\n"
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def file(tmp_path):
    def write(text, name="card.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def price(card, market, category, tier=1):
    return Rate.objects.get(card=card, market=market, category=category, tier=tier).unit_price


def test_a_revision_keeps_what_its_file_does_not_mention(file):
    (card,) = import_card_file(file(HEAD + "india,marketing,USD,0,MAX,0.0200,FOUND: x\n"), OCTOBER)
    assert (card.revision, card.is_active) == (2, False)
    assert price(card, "India", "marketing") == Decimal("0.0200")
    assert price(card, "Germany", "marketing") == Decimal("0.1365")


def test_a_rates_file_leaves_the_tiers_that_are_known(file, every_account):
    tiers = "Brazil,utility,USD,0,250000,0.0068,FOUND: x\nBrazil,utility,USD,250001,MAX,0.0065,FOUND: x\n"
    (with_tiers,) = import_card_file(file(HEAD + tiers), OCTOBER)
    activate(Proposal(cards=[with_tiers]), by=principal(None, "test"))
    rates = "Market,Currency,Marketing,Utility\nBrazil,USD,0.0700,0.0068\n"
    (card,) = import_card_file(file(rates), OCTOBER)
    assert price(card, "Brazil", "utility", tier=2) == Decimal("0.0065")
    assert price(card, "Brazil", "marketing") == Decimal("0.0700")


def test_the_difference_names_each_price(file):
    text = "India,marketing,USD,0,MAX,0.0200,FOUND: x\nAtlantis,service,USD,0,MAX,1,FOUND: x\n"
    (card,) = import_card_file(file(HEAD + text), OCTOBER)
    difference = compare(card)
    assert list(map(str, difference.changed)) == ["India marketing: 0.0118 → 0.02"]
    assert list(map(str, difference.added)) == ["Atlantis service: 1"]
    assert difference.removed == []
    assert difference.lacks[0] == "Atlantis: no country belongs to this market"


def test_each_book_and_provider_is_compared_with_its_own(file, acme):
    path = file(HEAD + "India,marketing,USD,0,MAX,0.0200,FOUND: x\n")
    (sell,) = import_card_file(path, OCTOBER, acme, book=Book.SELL)
    assert (compare(sell).former, list(map(str, compare(sell).added))) == (None, ["India marketing: 0.02"])
    (through_8x8,) = import_card_file(path, OCTOBER, provider="8x8")
    assert str(compare(through_8x8).former) == "Meta USD 2026-10-01"
    through_8x8.activate(by="test")
    (own,) = import_card_file(path, OCTOBER, acme, provider="8x8")
    assert compare(own).former == through_8x8


def test_activating_re_rates_and_is_audited(acme, file):
    deliver(acme)
    rate()
    (card,) = import_card_file(file(HEAD + "India,marketing,USD,0,MAX,0.0200,FOUND: corrected\n"), OCTOBER)
    assert activate(Proposal(cards=[card]), by=principal(None, "ops@acme.example")) == 1
    rate()
    assert RatedLine.objects.get(account=acme).unit_price == Decimal("0.0200")
    entry = AuditEntry.objects.get(action="rate_card.activated")
    assert (entry.actor, entry.details["revision"], entry.details["buckets"]) == ("ops@acme.example", 2, 1)
    assert not RateCard.objects.get(currency="USD", effective_from=OCTOBER, revision=1).is_active


def test_an_accounts_own_card_goes_before_the_general_one(acme, other, file):
    message, theirs = deliver(acme), deliver(other, provider_message_id="wamid.OTHER")
    path = file(HEAD + "India,marketing,USD,0,MAX,0.0100,FOUND: contract\n")
    (card,) = import_card_file(path, OCTOBER, acme)
    activate(Proposal(cards=[card]), by=principal(None, "test"))
    rate()
    key = message_key(acme.pk, "meta", message.provider_message_id)
    assert charges_of(acme, [key])[key].amount == Decimal("0.0100")
    key = message_key(other.pk, "meta", theirs.provider_message_id)
    assert charges_of(other, [key])[key].amount == Decimal("0.0118")
    assert {line.account_id: line.unit_price for line in RatedLine.objects.all()} == {
        acme.pk: Decimal("0.0100"),
        other.pk: Decimal("0.0118"),
    }


def test_the_command_previews_and_then_activates(file, every_account):
    path, out = file(HEAD + "India,marketing,USD,0,MAX,0.0200,FOUND: x\n"), io.StringIO()
    call_command("import_rate_card", str(path), "--effective", "2026-10-01", stdout=out)
    assert "Changed (1):\n  India marketing: 0.0118 → 0.02\n" in out.getvalue()
    assert "Not active" in out.getvalue()
    call_command("import_rate_card", str(path), "--effective", "2026-10-01", "--activate", stdout=out)
    assert RateCard.objects.get(currency="USD", effective_from=OCTOBER, is_active=True).revision == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/nowhere.csv"], "No such file"),
        (["/dev/null"], "No header row"),
        (["/dev/null", "--account", "00000000-0000-0000-0000-000000000000"], "There is no account"),
    ],
)
def test_what_the_command_cannot_do_is_named(arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("import_rate_card", *arguments, "--effective", "2026-10-01")


def import_prices(command, path, *options):
    output = io.StringIO()
    call_command(command, str(path), *options, stdout=output)
    return output.getvalue().splitlines()


def test_import_markets_previews_and_activates_on_request(file, every_account):
    markets = file("market,country_iso2,calling_code,valid_from,valid_to,source\nIndia,IN,91,2025-07-01,,FOUND: x\n")
    assert import_prices("import_markets", markets) == [
        "Markets, revision 2: 1 rows.",
        "The cost of every recorded message stays the same.",
        "Not active: run the command again with --activate to activate it.",
    ]
    assert import_prices("import_markets", markets, "--activate")[-1] == "Activated. 0 buckets will be rated again."
    assert [table.is_active for table in MarketTable.objects.order_by("revision")] == [False, False, True]


def test_import_rules_previews_and_activates_on_request(file, every_account):
    rules = file(
        "category,pricing_type,free_reason,scope,accrual_group,allowance,source\n"
        "marketing,,,portfolio,{market}/marketing,0,FOUND: x\n"
    )
    assert import_prices("import_rules", rules, "--effective", "2026-10-01") == [
        "Meta PMP rules from 2026-10-01, revision 2: 1 rules.",
        "The cost of every recorded message stays the same.",
        "Not active: run the command again with --activate to activate it.",
    ]
    output = import_prices("import_rules", rules, "--effective", "2026-10-01", "--activate")
    assert output[-1] == "Activated. 0 buckets will be rated again."
    assert RuleSet.objects.get(is_active=True, effective_from=OCTOBER).revision == 3


@pytest.mark.parametrize("command", ["import_markets", "import_rules"])
def test_an_unusable_file_is_refused(command, file):
    options = [] if command == "import_markets" else ["--effective", "2026-10-01"]
    with pytest.raises(CommandError):
        import_prices(command, file("nonsense\n"), *options)


@pytest.mark.parametrize("provider", ["", "metaa"])
def test_a_card_for_an_unknown_provider_is_refused(file, provider):
    """It would price nothing, or, without a name, everything."""
    path = file(HEAD + "india,marketing,USD,0,MAX,0.0200,FOUND: x\n")
    with pytest.raises(CommandError, match="argument --provider: invalid choice"):
        call_command("import_rate_card", str(path), "--effective", "2026-10-01", "--provider", provider)
