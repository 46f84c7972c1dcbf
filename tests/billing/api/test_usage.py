"""8x8's usage API: G2, its documented example, to the last digit; what it refuses, and how it says so."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection

from accounts.enums import Permission
from accounts.models import Subaccount, Waba
from billing.accrual import Accruals, UsageFacts
from billing.dimension_ids import bucket_ids, kind_ids
from billing.rating import rate_bucket
from billing.rating.sql.blocks import HOUR, fingerprint
from billing.selectors.usage import open_months
from billing.services import DeliveredMessage, record_usage
from tests.billing.api.test_report import headers_of
from tests.billing.rating_helpers import rate_all

OCTOBER = {"billingPeriod": "2026-10"}
ALL = "subAccountId,channel,businessAccountId,pricingCategory,country"
KEYS = {"subAccountId": "acme_shop", "channel": "whatsapp", "businessAccountId": "102290129340398"}
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)

# A month of deliveries of one kind, evenly spread, and their blocks.
_DELIVER = f"""
WITH fact AS (
    INSERT INTO billing_usagefact (message_key, account_id, bucket_id, billed_at, day, kind_id)
    SELECT gen_random_uuid(), %(account)s, %(bucket)s, at, (at AT TIME ZONE 'Asia/Singapore')::date, %(kind)s
    FROM generate_series(0, %(n)s - 1) i
    CROSS JOIN LATERAL (
        SELECT ('2026-10-01'::timestamp + i * interval '31 days' / %(n)s) AT TIME ZONE 'Asia/Singapore' AS at
    ) one
    RETURNING message_key, billed_at, day, kind_id
)
INSERT INTO billing_usageblock (bucket_id, hour, day, kind_id, n, fingerprint)
SELECT %(bucket)s, {HOUR.format(billed_at="billed_at")}, day, kind_id, count(*),
    bit_xor({fingerprint()})
FROM fact GROUP BY 2, 3, 4
"""  # noqa: S608 - constants of the engine


@pytest.fixture
def facts(acme):
    """The facts of a delivery of Acme's shop to India."""
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    shop = Subaccount.objects.get(account=acme, code="acme_shop")

    def make(category="utility", pricing_type="regular", country="IN"):
        return UsageFacts(acme.pk, "8x8", waba.pk, 1, shop.pk, 0, country, category, pricing_type)

    return make


@pytest.fixture
def deliver(acme):
    """Deliver n messages of one kind through October, and rate them."""

    def run(facts, n):
        bucket, kind = Accruals([acme.pk]).classify(facts, date(2026, 10, 1))
        pk = bucket_ids([bucket])[bucket]
        with connection.cursor() as cursor:
            cursor.execute(_DELIVER, {"account": acme.pk, "bucket": pk, "kind": kind_ids([kind])[kind], "n": n})
        rate_bucket(pk)

    return run


@pytest.fixture
def get(client, acme):
    """Asks for the usage of acme with a key of its own; the answer's JSON."""
    headers = headers_of(acme)

    def ask(**query):
        with time_machine.travel(NOW, tick=False):
            return client.get(url_of(acme), {**OCTOBER, **query}, headers=headers).json()

    return ask


def url_of(account):
    return f"/api/v1/accounts/{account.public_id}/usage/messages"


def volume(delivered, charged, free, unrated=0):
    return {"delivered": delivered, "charged": charged, "free": free, "unrated": unrated}


@pytest.mark.slow
def test_g2_the_documented_example(get, deliver, facts, acme, tiers):
    """437,900 charged: 250,000 × 0.0014 = 350.00 and 187,900 × 0.0012 = 225.48. Marketing: 1,234 × 0.0118 = 14.5612."""
    tiers("utility", (0, 250_000, "0.0014", True), (250_000, 500_000, "0.0012", True), (500_000, None, "0.0010", True))
    with time_machine.travel(datetime(2026, 11, 1, tzinfo=UTC), tick=False):
        deliver(facts(), 437_900)
        deliver(facts(pricing_type="free_customer_service"), 41_200)
        deliver(facts("marketing"), 1_234)
    assert get(groupBy=ALL) == {
        "data": [
            {
                **KEYS,
                "pricingCategory": "marketing",
                "country": "IN",
                "volume": volume(1_234, 1_234, 0),
                "pricing": {"rateModel": "flat"},
                "amounts": [{"currency": "USD", "amount": "14.5612"}],
            },
            {
                **KEYS,
                "pricingCategory": "utility",
                "country": "IN",
                "volume": volume(479_100, 437_900, 41_200),
                "pricing": {
                    "rateModel": "tiered",
                    "tiers": [
                        {"from": 0, "to": 250_000, "quantity": 250_000, "status": "completed"},
                        {"from": 250_001, "to": 500_000, "quantity": 187_900, "status": "completed"},
                    ],
                },
                "amounts": [{"currency": "USD", "amount": "575.48"}],
            },
        ],
        "meta": {
            "accountId": str(acme.public_id),
            "billingPeriod": {"start": "2026-10-01", "end": "2026-10-31", "status": "closed"},
            "dataAsOf": "2026-11-01T00:00:00Z",
            "groupBy": ALL.split(","),
            "currency": "USD",
        },
    }
    total = get()
    assert total["data"] == [
        {"volume": volume(480_334, 439_134, 41_200), "amounts": [{"currency": "USD", "amount": "590.0412"}]}
    ]
    assert total["meta"]["groupBy"] == []


@pytest.fixture
def two_countries(acme, facts):
    """A lite marketing message to India and an authentication-international one to Nepal, where no card has a rate."""
    for delivered in (facts("marketing_lite"), facts("authentication-international", country="NP")):
        record_usage([_usage(delivered, datetime(2026, 10, 15, tzinfo=UTC))])
    rate_all()


def _usage(facts, at):
    ids = (facts.waba_id, facts.phone_number_id, facts.subaccount_id, None)
    return DeliveredMessage(
        uuid4(), facts.account_id, facts.provider, *ids, facts.country, facts.category, facts.pricing_type, at, None
    )


def test_rows_are_named_as_8x8_names_them(get, two_countries):
    rows = get(groupBy="country,pricingCategory")["data"]
    assert [(row["pricingCategory"], row["country"], row["volume"]) for row in rows] == [
        ("authentication_international", "NP", volume(1, 0, 0, 1)),
        ("marketing", "IN", volume(1, 1, 0)),
    ]
    assert [row["amounts"] for row in rows] == [[], [{"currency": "USD", "amount": "0.0118"}]]
    assert not any("pricing" in row for row in rows)


def test_where_the_price_of_more_is_not_known_it_is_not_flat(get, deliver, facts, tiers):
    tiers("utility", (0, None, "0.0014", False))
    deliver(facts(), 2)
    assert get(groupBy=ALL)["data"][0]["pricing"] == {
        "rateModel": "tiered",
        "tiers": [{"from": 0, "to": None, "quantity": 2, "status": "completed"}],
    }


def test_currencies_are_not_added(get, deliver, facts, acme):
    deliver(facts("marketing"), 1)
    Waba.objects.filter(account=acme).update(currency="EUR")
    deliver(facts("marketing"), 1)
    answer = get()
    assert [amount["currency"] for amount in answer["data"][0]["amounts"]] == ["EUR", "USD"]
    assert answer["meta"]["currency"] is None


def test_a_key_limited_to_a_subaccount_sees_only_that(client, acme, deliver, facts):
    deliver(facts("marketing"), 1)
    with time_machine.travel(NOW, tick=False):
        limited = client.get(url_of(acme), OCTOBER, headers=headers_of(acme, subaccounts=["acme_wa"]))
    assert limited.json()["data"] == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"billingPeriod": ""}, "billingPeriod: This field may not be blank."),
        ({"billingPeriod": "2026-13"}, "billingPeriod: Enter the month as 2026-10."),
        ({"billingPeriod": "2026-11"}, "billingPeriod: Choose a closed month, from 2026-05 to 2026-10."),
        ({"billingPeriod": "2026-04"}, "billingPeriod: Choose a closed month, from 2026-05 to 2026-10."),
        ({"groupBy": "tier"}, f"groupBy: Unknown group tier. Choose from {', '.join(ALL.split(','))}."),
        ({"groupBy": ","}, "groupBy: Name at least one group."),
        ({"groupBy": "country, country"}, "groupBy: Name each group once."),
        ({"channel": "viber"}, 'channel: "viber" is not a valid choice.'),
        ({"colour": "red"}, "colour: There is no such parameter."),
    ],
)
def test_errors_have_8x8s_format(get, query, message):
    answer = get(**query)
    assert UUID(answer.pop("errorId"))
    assert answer == {"code": 1000, "message": message, "timestamp": "2026-11-20T04:00:00Z"}


def test_8x8_has_no_months_before_february_2026():
    assert open_months(date(2026, 4, 1)) == (date(2026, 2, 1), date(2026, 3, 1))
    assert open_months(date(2027, 1, 31)) == (date(2026, 7, 1), date(2026, 12, 1))


def test_who_is_refused(client, acme, other):
    nobody = client.get(url_of(acme), OCTOBER)
    assert (nobody.status_code, nobody.json()["code"], nobody["WWW-Authenticate"]) == (401, 1200, "Bearer")
    assert nobody.json()["message"] == "Request was not authenticated properly"
    unable = client.get(url_of(acme), OCTOBER, headers=headers_of(acme, Permission.VIEW_MESSAGES))
    assert (unable.status_code, unable.json()["code"]) == (403, 1201)
    assert unable.json()["message"] == "This API key does not have the scope costs:read."
    for url in (url_of(other), "/api/v1/accounts/bp-xxx/usage/messages"):
        foreign = client.get(url, OCTOBER, headers=headers_of(acme))
        assert (foreign.status_code, foreign.json()["code"], foreign.json()["message"]) == (
            404, 1300, "Account not found.",
        )  # fmt: skip


def test_the_account_id_may_be_written_without_hyphens(client, acme):
    with time_machine.travel(NOW, tick=False):
        answer = client.get(f"/api/v1/accounts/{acme.public_id.hex}/usage/messages", OCTOBER, headers=headers_of(acme))
    assert answer.json()["meta"]["accountId"] == acme.public_id.hex


def test_the_queries_are_few(client, acme, deliver, facts, django_assert_num_queries):
    deliver(facts("marketing"), 1)
    headers = headers_of(acme)
    with time_machine.travel(NOW, tick=False):
        client.get(url_of(acme), OCTOBER, headers=headers)
        with django_assert_num_queries(7):  # key; zone; lines, names of subaccounts and WABAs, zone, age of the data
            client.get(url_of(acme), {**OCTOBER, "groupBy": ALL}, headers=headers)
