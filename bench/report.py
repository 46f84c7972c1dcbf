"""report: a month's cost report over 1,000,000 messages ÷ the same report by GROUP BY over the usage facts.

Both must be right: one market passes a tier boundary, so the plain way looks up the tier of each message in the
engine's tier cuts and the price in its rates, by the ids of usage kinds.
"""

import statistics
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from itertools import product
from time import perf_counter
from typing import Any

from django.db import connection

from accounts.models import Account, Subaccount, Waba
from bench.figures import Figure, ratios
from bench.size import scaled
from billing.accrual import Accruals, UsageFacts
from billing.dimension_ids import bucket_ids, kind_ids
from billing.models import Rate, RateCard
from billing.rating import rate_bucket
from billing.rating.sql.blocks import HOUR, fingerprint
from billing.selectors import cost_report
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of

MESSAGES, ROUNDS, REPEATS, TARGET = scaled(1_000_000), scaled(9), scaled(5), 50.0
TIER = scaled(25_000)  # India's utility messages cost less above it
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
NUMBERS, COUNTRIES = 6, ("IN", "ID", "SG", "MY", "BR", "GB", "US", "DE")
TEMPLATES = ("utility", "utility", "utility", "marketing", "authentication")  # of each of two WABAs

_PLAIN = """
SELECT {column}, k.currency, count(*), count(k.unit_price), sum(k.unit_price)
FROM billing_usagefact f
LEFT JOIN billing_tiercut c ON c.bucket_id = f.bucket_id
    AND (c.billed_at, c.message_key) <= (f.billed_at, f.message_key)
JOIN (
    SELECT k.id, k.currency, k.category, r.above, r.unit_price FROM billing_usagekind k
    JOIN billing_rate r ON r.card_id = %(card)s AND r.market = k.market AND r.category = k.price_category
) k ON k.id = f.kind_id AND k.above = coalesce(c.above, 0)
WHERE f.account_id = %(account)s AND f.day BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2 ORDER BY 1, 2
"""
_FACTS = """
INSERT INTO billing_usagefact (message_key, account_id, bucket_id, billed_at, day, kind_id)
SELECT md5(n::text)::uuid, %(account)s, (%(buckets)s)[place], at, (at AT TIME ZONE 'Asia/Singapore')::date,
    (%(kinds)s)[place]
FROM generate_series(1, %(messages)s) n
CROSS JOIN LATERAL (
    SELECT 1 + (hashint8(n) & 2147483647) %% cardinality(%(kinds)s) AS place,
        (%(first)s::timestamp + (hashint8(-n) & 2147483647) %% (31 * 86400) * interval '1 second')
            AT TIME ZONE 'Asia/Singapore' AS at
) one
"""
_BLOCKS = f"""
INSERT INTO billing_usageblock (bucket_id, hour, day, kind_id, n, fingerprint)
SELECT bucket_id, {HOUR.format(billed_at="billed_at")}, day, kind_id, count(*),
    bit_xor({fingerprint()})
FROM billing_usagefact GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - constants of the engine


def run() -> list[Figure]:
    """Run both alternately, after a check that their results are equal."""
    with every_tenant():
        account = account_of(ACME)
        card = _set_tier()
        _fill(account)
        return [
            _compare(account, card, group, column) for group, column in (("day", "f.day"), ("category", "k.category"))
        ]


def _set_tier() -> RateCard:
    """Give the month's card a lower price for India's utility messages above `TIER`."""
    card = RateCard.objects.get(currency="USD", effective_from=FIRST, is_active=True)
    india = Rate.objects.filter(card=card, market="India", category="utility")
    india.filter(tier__gt=1).delete()
    india.update(up_to=TIER, end_known=True)
    Rate.objects.create(
        card=card,
        market="India",
        category="utility",
        tier=2,
        above=TIER,
        unit_price=Decimal("0.0012"),
        source="bench",
    )
    return card


def _compare(account: Account, card: RateCard, group: str, column: str) -> Figure:
    def report() -> Iterable[tuple[Any, ...]]:
        rows = cost_report(account, start=FIRST, end=LAST, group_by=[group]).rows
        return [(row.keys[group], row.currency, row.delivered, row.charged, row.amount) for row in rows]

    parameters: dict[str, Any] = {"account": account.pk, "first": FIRST, "last": LAST, "card": card.pk}

    def plain() -> Iterable[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_PLAIN.format(column=column), parameters)
            return list(cursor.fetchall())

    if report() != plain():
        raise RuntimeError("the report and the facts differ")
    ours, base = [], []
    for _ in range(ROUNDS):
        pairs = [(_milliseconds(report), _milliseconds(plain)) for _ in range(REPEATS)]
        own_time, base_time = (statistics.median(times) for times in zip(*pairs, strict=True))
        ours.append(own_time)
        base.append(base_time)
    detail = f"{MESSAGES:,} messages. Last round: {ours[-1]:.1f} ms against {base[-1]:.0f} ms."
    return Figure(f"report by {group}", ratios(base, ours), TARGET, detail, absolute=ours, unit="ms")


def _milliseconds(call: Callable[[], Any]) -> float:
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1000


def _fill(account: Account) -> None:
    """A month of deliveries over numbers, their WABAs' templates, countries and days, with blocks; then rate them."""
    wabas = list(Waba.objects.filter(account=account).order_by("pk"))
    subaccounts = list(Subaccount.objects.filter(account=account).order_by("pk"))
    facts = [
        UsageFacts(
            account.pk, "meta", wabas[number % 2].pk, number + 1, subaccounts[number % 3].pk,
            number % 2 * len(TEMPLATES) + index + 1, country, category, "regular",
        )
        for number, (index, category), country in product(range(NUMBERS), enumerate(TEMPLATES), COUNTRIES)
    ]  # fmt: skip
    accruals = Accruals([account.pk])
    pairs = [accruals.classify(fact, FIRST) for fact in facts]
    buckets, kinds = bucket_ids({bucket for bucket, _ in pairs}), kind_ids({kind for _, kind in pairs})
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {
            "account": account.pk, "first": FIRST, "messages": MESSAGES,
            "buckets": [buckets[bucket] for bucket, _ in pairs], "kinds": [kinds[kind] for _, kind in pairs],
        })  # fmt: skip
        cursor.execute(_BLOCKS)
    for pk in sorted(buckets.values()):
        rate_bucket(pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE billing_usagefact, billing_usagekind, billing_ratedline, billing_tiercut")
