"""What is wrong with a file is named with its row and the remedy; nothing of it is kept."""

import contextlib
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import MarketTable, Rate, RateCard, RuleSet
from billing.prices.files import MAX_ROWS, rows_of
from billing.prices.markets import import_market_file
from billing.prices.rate_cards import import_card_file
from billing.prices.rules import import_rule_file
from core.errors import UserError

pytestmark = pytest.mark.django_db
DAY = date(2027, 1, 1)
IMPORTS = {
    "card": (
        RateCard, lambda path: import_card_file(path, DAY),
        "market,category,currency,tier_from,tier_to,rate,source\n",
    ),
    "markets": (MarketTable, import_market_file, "market,country_iso2,calling_code,valid_from,valid_to,source\n"),
    "rules": (
        RuleSet, lambda path: import_rule_file(path, DAY),
        "category,pricing_type,free_reason,scope,accrual_group,allowance,source\n",
    ),
}  # fmt: skip
LONG = "x" * 200


@pytest.fixture
def load(tmp_path):
    def run(kind, text):
        path = tmp_path / "file.csv"
        path.write_bytes(text if isinstance(text, bytes) else (IMPORTS[kind][2] + text).encode())
        return IMPORTS[kind][1](path)

    return run


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("card", b"\xff\xfe", "not UTF-8 text: save it as CSV UTF-8"),
        ("rules", b"\xff\xfe", "not UTF-8 text"),
        ("markets", b"PK\0\0", "not text: save it as CSV UTF-8"),
        ("markets", b"", "first row is missing market, country_iso2"),
        ("markets", "", "no countries: add one row"),
        ("rules", "", "no rules: add one row"),
        ("card", "India,utility,USD,1,5,0.1,s\nIndia,utility,USD,4,MAX,0.05,s\n", "from 1 and from 4 overlap"),
        ("card", "India,utility,USD,1,MAX,0.1,s\nIndia,utility,USD,1,MAX,0.1,s\n", "from 1 and from 1 overlap"),
        (
            "card",
            "India,utility,USD,0,8,0.1,s\nIndia,utility,USD,9,3,0.1,s\n",
            "India utility: a tier ends at 3, before it begins",
        ),
        ("card", f"India,utility,USD,0,{'9' * 30},0.1,s\n", "Row 2: tier_to is '9999.*not a number of messages"),
        ("card", "India,utility,USD,0,,0.0000000001,s\n", "Row 2: .* more than 9 decimals"),
        *(
            ("card", f'India,utility,USD,0,MAX,"{rate}",s\n', "Row 2: '.*' is not a rate; enter it as 0.0118")
            for rate in (
                "0,0014",
                "0,001",
                "9E-04",
                "(0.0014)",
                "\u22120.0014",
                "5%",
                "1.234,5",
                "0.01.4",
                "1 2",
                "NaN",
                "0.0014 x 2",
            )
        ),
        (
            "card",
            "India,utility,USD,5000,MAX,0.0014,s\n",
            "Row 2: the first tier begins at 5000: set its tier_from to 0",
        ),
        ("card", "India,utility,USD,0,MAX,n/a,s\n", "The file has no prices"),
        ("card", "", "The file has no prices"),
        ("card", f"{LONG},utility,USD,0,,0.1,s\n", "Row 2: a market can have at most 64 characters"),
        ("card", f"India,utility,USD,0,,0.1,{LONG * 1000}\n", "not valid CSV: field larger than"),
        ("markets", "India,IN,91,soon,,s\n", "Row 2: enter valid_from as 2026-10-01, not 'soon'"),
        ("markets", "India,IN,91,2026-10-01,2026-09-30,s\n", r"Row 2: valid_to \(2026-09-30\) is before valid_from"),
        ("markets", "India,IND,91,2026-10-01,,s\n", "Row 2: enter a country such as IN and a calling code such as 91"),
        ("markets", f"{LONG},IN,91,2026-10-01,,s\n", "Row 2: a market can have at most 64 characters"),
        ("markets", "A,IN,91,2026-10-01,,s\nB,IN,91,2027-01-01,,s\n", "IN is in A and in B on 2027-01-01"),
        ("rules", "utility,,,portfolio,,0,s\n", "Row 2: enter a category and an accrual_group"),
        ("rules", "utility,,,world,g,0,s\n", "Row 2: scope is portfolio or phone_number, not 'world'"),
        ("rules", "utility,,,portfolio,g,many,s\n", "Row 2: allowance is 'many', which is not a number of messages"),
        ("rules", f"utility,,{LONG},portfolio,g,0,s\n", "Row 2: free_reason has more than 32 characters"),
        ("rules", "utility,,,portfolio,g,0,s\nutility,,,portfolio,h,0,s\n", "Two rules for utility: keep only one"),
    ],
)
def test_an_invalid_file_is_an_error_and_stores_nothing(load, kind, text, words):
    before = IMPORTS[kind][0].objects.count()
    with pytest.raises(UserError, match=words):
        load(kind, text)
    assert IMPORTS[kind][0].objects.count() == before


def test_a_tier_without_a_known_end_ends_where_the_next_begins(load):
    (card,) = load("card", "India,utility,USD,0,,0.1,s\nIndia,utility,USD,6,MAX,0.05,s\n")
    assert list(card.rates.filter(market="India").values_list("above", "up_to", "end_known")) == [
        (0, 5, True),
        (5, None, True),
    ]


WORDS = ["India", "IN", "91", "1", "5", "MAX", "2026-10-01", "USD", "utility", "portfolio", "-1", "n/a", '"', "١"]
ROWS = st.lists(st.lists(st.sampled_from(["", *WORDS]), max_size=8), max_size=4)


@pytest.mark.parametrize("kind", IMPORTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_any_file_is_loaded_or_refused_in_words(load, kind, rows):
    with contextlib.suppress(UserError):
        load(kind, "\n".join(",".join(row) for row in rows))


def test_cells_may_hold_commas_and_a_byte_order_mark(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text('a,"b, c"\n', encoding="utf-8-sig")
    assert rows_of(path) == [["a", "b, c"]]


@pytest.mark.parametrize("row", ["", "Argentina,marketing,USD,0,MAX,0.06,x"])
def test_too_many_rows_are_refused_before_they_are_read(tmp_path, row):
    path = tmp_path / "card.csv"
    path.write_text(f"{row}\n" * (MAX_ROWS + 1))
    with pytest.raises(UserError, match="more than 10,000 rows: split it by currency"):
        rows_of(path)
    highest = max(each.limit_value for each in Rate._meta.get_field("tier").validators)
    assert highest > 2 * MAX_ROWS  # a gap between tiers is a tier
