"""drain: status events a second from inbox to log and usage facts by one worker ÷ the plain way.

The plain way is the obvious implementation (bench/plain.py): for each event one transaction that finds the message,
changes it, saves it, and updates the usage fact, all through the ORM.
"""

import time
from itertools import count, islice

from django.db import connection

from bench import plain
from bench.figures import Figure, ratios
from bench.size import scaled
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from providers.meta.simulation import meta_status

ROUNDS, TARGET = scaled(7), 10
EVENTS, PLAIN_EVENTS = scaled(20_000), scaled(1_000)
_STATUSES = ("sent", "delivered", "read")
_serial = count()


def run() -> list[Figure]:
    """Alternate both ways, each over its own backlog."""
    plain.make_tables()
    with every_tenant():
        account = account_of(ACME)
        endpoint = WebhookEndpoint.objects.get(account=account, provider="meta")
        ours, base = [], []
        for _ in range(ROUNDS):
            base.append(plain.per_second(account.pk, bodies(PLAIN_EVENTS)))
            ours.append(drain(endpoint, bodies(EVENTS)))
    detail = f"Last pair: {ours[-1]:,.0f} events/s against {base[-1]:,.0f} events/s."
    return [Figure("drain", ratios(ours, base), TARGET, detail, absolute=ours, unit="events/s")]


def bodies(events: int) -> list[bytes]:
    """Sent, delivered and read of each message, one body an event, as Meta posts them under light load."""
    base = next(_serial) * 1_000_000
    return [
        meta_status(
            waba_id="1", number_id=ACME.channels[1].number_id, wamid=f"wamid.{base + index // 3}",
            status=_STATUSES[index % 3], at=1_792_065_600 + index, msisdn=f"9198{index // 3:08d}",
            category="marketing",
        )
        for index in range(events)
    ]  # fmt: skip


def fill(endpoint: WebhookEndpoint, pending: list[bytes]) -> None:
    """Put bodies into the inbox, as a server without a worker would."""
    rows = (
        InboxItem(account_id=endpoint.account_id, endpoint=endpoint, provider="meta", body=body) for body in pending
    )
    while chunk := list(islice(rows, 5_000)):
        InboxItem.objects.bulk_create(chunk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inbound_inbox")


def drain(endpoint: WebhookEndpoint, pending: list[bytes]) -> float:
    """Put bodies into the inbox and drain them. Returns the settled bodies a second."""
    fill(endpoint, pending)
    start = time.perf_counter()
    settled = inbox.drain()
    seconds = time.perf_counter() - start
    if settled != len(pending):
        raise RuntimeError(f"{settled} of {len(pending)} rows were settled")
    return settled / seconds
