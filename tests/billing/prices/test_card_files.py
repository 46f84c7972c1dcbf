import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.prices.card_files import RateRow, read_card_file
from core.errors import UserError

RATES = """"Cost per message in USD on the WhatsApp Business Platform, effective July 1, 2026"
,
,
,
,
Market,Currency,Marketing,Utility,Authentication,Authentication-International,Service
India,$US,$0.0118,$0.0014,0.0014,0.0304,n/a
Rest of Africa,USD,"0.0225",0.0040,0.0040,n/a,n/a
"""
GROUP = "From,To,Rate type,Rate,vs. List rate"
TIERS = f""",
,,Utility,,,,,Authentication,,,,,Authentication-International,,,,
Market,Currency,{GROUP},{GROUP},{GROUP}
Brazil,GBD,0,"250,000",List rate,0.0350,0%,0,500000,List rate,0.0350,0%,n/a,n/a,n/a,n/a,n/a
,,"250,001",--,Tier rate,0.0333,-5%,500001,--,Tier rate,0.0333,-5%,n/a,n/a,n/a,n/a,n/a
"""


@pytest.fixture
def read(tmp_path):
    def run(text, encoding="utf-8"):
        path = tmp_path / "rates.csv"
        path.write_text(text, encoding=encoding)
        return read_card_file(path)

    return run


def test_metas_rates(read):
    steps = read(RATES)
    assert steps[0] == RateRow("India", "marketing", "USD", 0, None, True, Decimal("0.0118"), "FOUND: rates.csv, row 7")
    assert steps[1].end_known is False  # utility has tiers, of which this file says nothing
    assert [(s.market, s.category) for s in steps if s.price is None] == [
        ("India", "service"),
        ("Rest of Africa", "authentication-international"),
        ("Rest of Africa", "service"),
    ]


def test_metas_volume_tiers(read):
    price, lower = Decimal("0.0350"), Decimal("0.0333")
    assert [(s.market, s.category, s.currency, s.above, s.up_to, s.price) for s in read(TIERS)] == [
        ("Brazil", "utility", "GBP", 0, 250_000, price),
        ("Brazil", "authentication", "GBP", 0, 500_000, price),
        ("Brazil", "utility", "GBP", 250_000, None, lower),
        ("Brazil", "authentication", "GBP", 500_000, None, lower),
    ]


def test_our_own_layout_with_a_byte_order_mark(read):
    text = "market,category,currency,tier_from,tier_to,rate,source\nIndia,utility,USD,0,,0.0014,FOUND: x\n"
    assert read(text, "utf-8-sig") == [
        RateRow("India", "utility", "USD", 0, None, False, Decimal("0.0014"), "FOUND: x")
    ]


@pytest.mark.parametrize(
    ("token", "code"), [("$US", "USD"), ("A$", "AUD"), ("GBD", "GBP"), ("£", "GBP"), ("₹", "INR"), ("RP", "IDR")]
)
def test_currencies_in_all_their_spellings(read, token, code):
    assert read(f"Market,Currency,Marketing\nIndia,{token},1\n")[0].currency == code


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No header row"),
        ("a,b\n1,2\n", "No header row"),
        ("Market,Currency,Marketing\nIndia,USD,soon\n", "Row 2: 'soon' is not a rate"),
        ("Market,Currency,Marketing\nIndia,USD,-1\n", "Row 2: a rate of '-1' is not between 0 and 100000"),
        ("Market,Currency,Marketing\nIndia,12,1\n", "Row 2: '12' is not a currency"),
        (
            "market,category,currency,tier_from,tier_to,rate,source\nIndia,x,USD,0,,1,s\n",
            "Row 2: 'x' is not a category",
        ),
        ("market,category,currency,tier_from,tier_to,rate,source\nIndia,utility,USD,a,,1,s\n", "tier_from is 'a'"),
    ],
)
def test_what_cannot_be_read_is_named(read, text, words):
    with pytest.raises(UserError, match=words):
        read(text)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "rates.xlsx"
    path.write_bytes(b"PK\x03\x04\xff")
    with pytest.raises(UserError, match="not UTF-8"):
        read_card_file(path)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("cards") / "card.csv"
    path.write_text("Market,Currency,Marketing\n" + text, encoding="utf-8", errors="replace")
    with contextlib.suppress(UserError):
        read_card_file(path)


@pytest.mark.parametrize(
    ("rate", "price"),
    [("0.0118", "0.0118"), ("$0.0118", "0.0118"), ("Rp 586.33", "586.33"), ("1,234.50", "1234.50"), (".5", "0.5"),
     ("USD 12", "12")],
)  # fmt: skip
def test_a_rate_may_have_a_currency_and_thousands(tmp_path, rate, price):
    path = tmp_path / "card.csv"
    path.write_text(f'market,category,currency,tier_from,tier_to,rate,source\nIndia,utility,USD,0,MAX,"{rate}",s\n')
    assert [row.price for row in read_card_file(path)] == [Decimal(price)]


def test_semicolons_are_named(tmp_path):
    path = tmp_path / "card.csv"
    path.write_text("market;category;currency;tier_from;tier_to;rate;source\nIndia;utility;USD;0;MAX;0,0014;x\n")
    with pytest.raises(UserError, match="separated by semicolons"):
        read_card_file(path)
