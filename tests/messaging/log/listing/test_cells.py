"""The rows of the log as HTML."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from billing.enums import ChargeState
from billing.selectors import Charge
from messaging.log.listing.cells import Cells
from messaging.log.listing.columns import COLUMNS, Layout
from messaging.log.models import Message, PhoneNumber, Source, Template

UMID = UUID("0123456789abcdef0123456789abcdef")
EVIL = '<b>"&'


def rendered(*keys, charge=None, whole_numbers=True, **about):
    message = Message(umid=UMID, direction="outbound", created_at=datetime(2026, 10, 15, 8, tzinfo=UTC), **about)
    message.__dict__["status"] = "read"  # the database makes it
    columns = [column for column in COLUMNS if column.key in keys]
    charges = {UMID: charge} if charge else {}
    return Cells(Layout(columns, columns), {7: EVIL}, charges, whole_numbers=whole_numbers).row(message)


def test_every_column_has_a_cell():
    line = rendered(*(column.key for column in COLUMNS))
    assert line.count("<td") == len(COLUMNS) + 1
    assert line.count("row-link") == 1


@pytest.mark.parametrize(("keys", "part"), [
    (("status",), '<span class="visually-hidden">Message 01234567</span></a></td>'),
    (("number",), f'<a class="row-link" href="/logs/{UMID}/"><code title="{UMID}">01234567</code></a>'),
])  # fmt: skip
def test_the_link_is_in_a_visible_column(keys, part):
    assert part in rendered(*keys)


def test_texts_of_others_are_escaped():
    line = rendered(
        "user", "template", "source", "name", "recipient", "subaccount", "channel", "category", "country",
        user_id=EVIL, recipient_type=EVIL, subaccount_id=7, category=EVIL, country=EVIL,
        template=Template(name=EVIL, language="en"), source=Source(category="campaign", name=EVIL),
        phone_number=PhoneNumber(display_name=EVIL),
    )  # fmt: skip
    assert "<b>" not in line
    assert line.count("&lt;b&gt;&quot;&amp;") >= 9


def test_numbers_are_masked():
    assert "+91 98•••••210" in rendered("user", msisdn="919876543210", whole_numbers=False)
    assert "+91 98765 43210" in rendered("user", msisdn="919876543210")


def priced(state, amount):
    return Charge(state, "", amount, "USD", "marketing", "India", "IN", datetime(2026, 10, 15, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("charge", "html"),
    [
        (None, '<span class="faint">–</span>'),
        (priced(ChargeState.FREE, None), '<span class="faint">free</span>'),
        (priced(ChargeState.UNRATED, None), '<span class="unrated">unrated</span>'),
        (priced(ChargeState.CHARGED, Decimal("0.0118")), '<span class="currency">USD</span> 0.0118'),
    ],
)
def test_cost(charge, html):
    assert f'<td class="number cost">{html}</td>' in rendered("cost", charge=charge)
