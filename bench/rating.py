"""rating: recording facts, rating late ones, and repricing, over one bucket of 1,000,000 messages.

A month of one category to one market from 3 numbers with 4 templates: some 8,400 hourly blocks.

* record: usage facts a second from this one process.
* late: rating after 10,000 late messages ÷ the window over the whole bucket, which must produce the same lines.
* reprice: rating under another card ÷ writing a price into one row per message, the usual way to store charges.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection

from accounts.models import Waba
from accounts.principal import Principal
from bench.figures import Figure, ratios
from bench.size import scaled
from billing.models import Bucket, Rate, RateCard
from billing.proposals.corrections import activate
from billing.proposals.what_if import Proposal
from billing.rating import dirty_buckets, rate_bucket, verification
from billing.services import DeliveredMessage, record_usage
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of

MESSAGES, LATE, ROUNDS = scaled(1_000_000), scaled(10_000), scaled(5)
BATCH, RECORDED = 5_000, scaled(100_000)
START = datetime(2026, 10, 1, 4, tzinfo=UTC)
SECONDS = 29 * 86_400
_ENDS = (scaled(100_000), scaled(300_000), scaled(700_000))
_TIERS = tuple(zip((0, *_ENDS), (*_ENDS, None), strict=True))


def run() -> list[Figure]:
    """Fill the bucket, then measure one after the other."""
    with every_tenant():
        _activate_card(Decimal("0.0350"))
        figure = _record()
        bucket = _fill()
        return [figure, _late(bucket), *_reprice(bucket)]


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _activate_card(price: Decimal) -> RateCard:
    """Put a revision of October's card in force, with tiers that a million messages cross."""
    current = RateCard.objects.get(currency="USD", effective_from=date(2026, 10, 1), is_active=True)
    card = RateCard.objects.create(
        currency="USD", effective_from=date(2026, 10, 1), revision=current.revision + 1, name="bench", sha256="",
        is_active=False,
    )  # fmt: skip
    Rate.objects.bulk_create(
        Rate(card=card, market="India", category="utility", tier=tier, above=above, up_to=up_to,
             unit_price=price / tier, source="bench")
        for tier, (above, up_to) in enumerate(_TIERS, start=1)
    )  # fmt: skip
    activate(Proposal(cards=[card]), by=Principal.of_command("bench"))
    return card


def _usages(rng: random.Random, n: int) -> Iterator[DeliveredMessage]:
    waba = Waba.objects.get(account=account_of(ACME), waba_id="102290129340398")
    for _ in range(n):
        yield DeliveredMessage(
            UUID(int=rng.getrandbits(128)), waba.account_id, "meta", waba.pk, rng.randint(1, 3), 1,
            rng.randint(1, 4), "IN", "utility", "regular",
            START + timedelta(seconds=rng.randrange(SECONDS)), rng.getrandbits(40),
        )  # fmt: skip


def _record() -> Figure:
    rng, rates = random.Random(1), []
    for _ in range(ROUNDS):
        usages = list(_usages(rng, RECORDED))
        batches = [usages[at : at + BATCH] for at in range(0, RECORDED, BATCH)]
        start = time.perf_counter()
        for batch in batches:
            record_usage(batch)
        seconds = time.perf_counter() - start
        rates.append(RECORDED / seconds)
    return Figure("record, messages/s", rates, 25_000, f"Batches of {BATCH:,}.", unit="messages/s")


def _fill() -> Bucket:
    """Copy the recorded facts until the bucket has a million, then rate it."""
    rate_all()
    bucket = Bucket.objects.get(accrual_group="India/utility")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO billing_usagefact (message_key, account_id, bucket_id, billed_at, day, kind_id, webhook_id)
            SELECT gen_random_uuid(), account_id, bucket_id, billed_at, day, kind_id, webhook_id
            FROM billing_usagefact f, generate_series(2, %s) WHERE bucket_id = %s
            """,
            [MESSAGES // (ROUNDS * RECORDED), bucket.pk],
        )
        cursor.execute("DELETE FROM billing_usageblock")
        cursor.execute("""
            INSERT INTO billing_blockdelta (bucket_id, hour, day, kind_id, n, fingerprint)
            SELECT bucket_id, floor(extract(epoch FROM billed_at) / 3600)::int, day, kind_id, count(*),
                bit_xor(hash_record_extended(ROW(message_key, billed_at, day, kind_id), 0))
            FROM billing_usagefact GROUP BY 1, 2, 3, 4
        """)
        cursor.execute("VACUUM ANALYZE billing_usagefact")
    rate_bucket(bucket.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE billing_usageblock, billing_blockdelta, billing_ratedline")
    return bucket


def rate_all() -> None:
    """Rate the dirty buckets."""
    for bucket_id in dirty_buckets():
        rate_bucket(bucket_id)


def _late(bucket: Bucket) -> Figure:
    rng, ours, base = random.Random(2), [], []
    for _ in range(ROUNDS):
        usages = list(_usages(rng, LATE))
        for at in range(0, LATE, BATCH):
            record_usage(usages[at : at + BATCH])
        lines: list[Counter[tuple[object, ...]]] = []
        ours.append(_milliseconds(rate_all))
        base.append(_milliseconds(lambda: lines.append(verification.by_window(bucket))))  # noqa: B023 - called at once
        if lines[0] != verification.lines_of(bucket):
            raise RuntimeError("the window rater produces other lines")
    detail = f"Last pair: {ours[-1]:,.0f} ms against {base[-1]:,.0f} ms."
    return Figure("late", ratios(base, ours), 20, detail, absolute=ours, unit="ms")


def _reprice(bucket: Bucket) -> list[Figure]:
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE TABLE bench_charge (message_key uuid PRIMARY KEY, tier int, unit_price numeric(18, 9))
        """)
        cursor.execute(
            "INSERT INTO bench_charge SELECT message_key, 1 + (random() * 3)::int, 0.035 FROM billing_usagefact "
            "WHERE bucket_id = %s",
            [bucket.pk],
        )
        cursor.execute("VACUUM ANALYZE bench_charge")
    ours, base = [], []
    for step in range(1, 4):
        card = _activate_card(Decimal("0.0350") + Decimal(step).scaleb(-3))
        ours.append(_milliseconds(rate_all) / 1000)
        with connection.cursor() as cursor:
            start = time.perf_counter()
            cursor.execute("UPDATE bench_charge SET unit_price = %s / tier", [card.pk])
            base.append(time.perf_counter() - start)
            cursor.execute("VACUUM bench_charge")
    detail = f"Last pair: {ours[-1]:.3f} s against {base[-1]:.1f} s."
    return [
        Figure("reprice, seconds", ours, 1, f"{bucket.accrual_group}, {MESSAGES:,} messages.", at_most=True, unit="s"),
        Figure("reprice", ratios(base, ours), 100, detail),
    ]
