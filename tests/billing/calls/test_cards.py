"""Files of call prices."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from billing.models import CallCard, CallRate

pytestmark = pytest.mark.django_db
MINUTES = "enter a number of minutes, or MAX for a tier_to without end."
HEAD = "market,currency,tier_from,tier_to,rate,source\n"


@pytest.fixture
def load(tmp_path, capsys):
    def run(rows, *options):
        path = tmp_path / "calls.csv"
        path.write_text(HEAD + rows)
        call_command("import_call_card", str(path), "--effective", "2026-07-01", *options)
        return capsys.readouterr().out

    return run


def test_a_card_is_checked_and_then_put_in_force(load):
    rows = 'India,USD,0,"50,000",0.0118,Meta\nIndia,USD,50001,MAX,0.0106,Meta\nIndia,EUR,1,MAX,0.01,Meta\n'
    assert load(rows) == (
        "Calls EUR 2026-07-01, revision 1: 1 prices from 2026-07-01, valid; add --activate to put it in force.\n"
        "Calls USD 2026-07-01, revision 1: 2 prices from 2026-07-01, valid; add --activate to put it in force.\n"
    )
    assert not CallCard.objects.exists()
    assert load(rows, "--activate").endswith("revision 1: 2 prices from 2026-07-01, in force.\n")
    load(rows, "--activate")
    assert list(CallCard.objects.filter(currency="USD").values_list("revision", "is_active", "effective_from")) == [
        (2, True, date(2026, 7, 1)), (1, False, date(2026, 7, 1)),
    ]  # fmt: skip
    assert list(CallRate.objects.filter(card__currency="USD", card__is_active=True).values_list("above", "up_to")) == [
        (0, 50_000), (50_000, None),
    ]  # fmt: skip


def test_markets_and_currencies_come_in_the_spellings_of_rate_cards(load):
    load("INDIA,us$,0,MAX,0.0118,Meta\n", "--activate")
    assert list(CallRate.objects.values_list("card__currency", "market")) == [("USD", "India")]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("", "The file has no prices: add one row for each market and tier."),
        (",USD,0,MAX,1,x", "Row 2: a market can have at most 64 characters: ''."),
        ("India,US dollar,0,MAX,1,x", "Row 2: 'US dollar' is not a currency; enter its ISO code, such as USD."),
        ("India,USD,0,many,1,x", f"Row 2: tier_to is 'many'; {MINUTES}"),
        ("India,USD,0,,1,x", f"Row 2: tier_to is ''; {MINUTES}"),
        ("India,USD,5,4,1,x", "Row 2: tier_to is before tier_from: write the last minute, or MAX."),
        ("India,USD,5,MAX,1,x", "India: the first tier begins at 0 minutes: set tier_from to 0."),
        ("India,USD,0,10,1,x\nIndia,USD,12,MAX,1,x",
         "India: the tier from 12 does not follow the one before: correct its tier_to."),
        ("India,USD,0,MAX,1,x\nIndia,USD,12,MAX,1,x",
         "India: the tier from 12 does not follow the one before: correct its tier_to."),
        *((f"India,USD,0,MAX,{price},x",
           f"Row 2: '{price}' is not a price of a minute; enter it as 0.0118, with at most 9 decimals.")
          for price in ("-1", "n/a", "1e3", "NaN", "0.0000000001", "100001", "1.2.3", "")),
    ],
)  # fmt: skip
def test_an_invalid_file_is_refused_with_the_row_and_the_remedy(load, rows, why):
    with pytest.raises(CommandError) as refused:
        load(rows, "--activate")
    assert str(refused.value) == why
    assert not CallCard.objects.exists()
