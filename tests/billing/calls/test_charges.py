"""Charges of calls: the statement agrees with the pure function, and says why there is no price."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from accounts.models import Waba
from billing.calls.charges import charges_of, price_of
from billing.calls.pricing import CallTier, price_call
from billing.calls.usage import record_calls
from billing.models import CallCard, CallRate, CallUsage
from messaging.log.models import PhoneNumber
from tests.traffic import META

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
TIERS = (CallTier(0, 2, Decimal("0.0118")), CallTier(2, 5, Decimal("0.0106")), CallTier(5, 9, Decimal("0.009")))


@pytest.fixture
def waba(acme):
    return PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id).waba


@pytest.fixture
def card(waba):
    card = CallCard.objects.create(currency=waba.currency, effective_from=date(2026, 7, 1), name="Calls", sha256="x")
    CallRate.objects.bulk_create(
        CallRate(card=card, market="India", above=tier.above, up_to=tier.up_to, minute_price=tier.minute_price)
        for tier in TIERS
    )
    return card


def use(waba, n=1, at=AT, pulses=7, **about):
    about = {"direction": "outbound", "country": "IN", "waba_id": waba.pk, "has_failed": False, **about}
    usage = CallUsage(record_key=UUID(int=n), account_id=waba.account_id, provider="meta", ended_at=at, pulses=pulses,
                      **about)  # fmt: skip
    record_calls([usage])
    return usage.record_key


def charge(waba, **about):
    key = use(waba, **about)
    return charges_of(waba.account, [key])[key]


def test_the_statement_agrees_with_the_pure_function(waba, card):
    pick, before = random.Random(1), 0
    expected = {}
    for n in range(1, 60):
        pulses = pick.randint(1, 4)
        key = use(waba, n, AT + timedelta(minutes=n), pulses)
        expected[key] = price_call(TIERS, before, pulses)
        before += pulses
    charges = charges_of(waba.account, expected)
    assert {key: price_of(each) for key, each in charges.items()} == expected
    assert {key: each.amount for key, each in charges.items()} == {
        key: price and price.amount for key, price in expected.items()
    }
    assert {each.state for each in charges.values()} == {"charged", "unrated"}


def test_only_charged_calls_of_the_market_and_month_count(waba, card):
    use(waba, 1, AT - timedelta(days=20), 1_000)
    use(waba, 2, AT - timedelta(days=1), 1_000, direction="inbound")
    use(waba, 3, AT - timedelta(days=1), 1_000, has_failed=True)
    use(waba, 4, AT - timedelta(days=1), 1_000, country="SG")
    use(waba, 5, AT - timedelta(days=1), 19)
    found = charge(waba, n=6, pulses=2)
    assert (found.position, found.above, found.amount) == (21, 2, Decimal("0.00212"))


def test_the_month_is_that_of_the_waba(waba, card):
    Waba.objects.filter(pk=waba.pk).update(time_zone="Asia/Singapore")
    use(waba, 1, datetime(2026, 10, 31, 15, 59, tzinfo=UTC), 100)
    use(waba, 2, datetime(2026, 10, 31, 16, 1, tzinfo=UTC), 5)
    assert charge(waba, n=3, at=datetime(2026, 10, 31, 16, 2, tzinfo=UTC), pulses=1).position == 6


@pytest.mark.parametrize(
    ("about", "result"),
    [
        ({}, ("charged", "", Decimal("0.00826"))),
        ({"direction": "inbound"}, ("free", "user_initiated", Decimal(0))),
        ({"direction": ""}, ("unrated", "no_direction", None)),
        ({"has_failed": True}, ("unrated", "failed_call", None)),
        ({"waba_id": None}, ("unrated", "no_waba", None)),
        ({"country": ""}, ("unrated", "no_country", None)),
        ({"country": "DE"}, ("unrated", "no_call_rate", None)),
        ({"pulses": 91}, ("unrated", "no_call_rate", None)),
        ({"at": datetime(2026, 6, 30, 8, tzinfo=UTC)}, ("unrated", "no_call_card", None)),
    ],
)
def test_why_a_call_is_free_or_has_no_price(waba, card, about, result):
    found = charge(waba, **about)
    assert (found.state, found.reason, found.amount) == result


def test_without_a_card_a_call_says_so(waba):
    found = charge(waba)
    assert (found.state, found.reason_words) == (
        "unrated", "No call card in the WABA's currency is in force on that day",
    )  # fmt: skip


def test_the_card_of_the_day_in_the_wabas_currency_counts(waba, card):
    CallCard.objects.create(currency="XXX", effective_from=date(2026, 11, 1), name="Other", sha256="x")
    own = {"currency": waba.currency, "sha256": "x"}
    CallCard.objects.create(effective_from=date(2026, 11, 1), name="Off", is_active=False, **own)
    later = CallCard.objects.create(effective_from=date(2026, 11, 10), name="New", **own)
    CallRate.objects.create(card=later, market="India", minute_price=Decimal("0.02"))
    assert [charge(waba, n=n, at=at).card for n, at in ((1, AT - timedelta(days=1)), (2, AT))] == ["Calls", "New"]


def test_another_accounts_call_does_not_exist(waba, other, card):
    assert charges_of(other, [use(waba)]) == {}
