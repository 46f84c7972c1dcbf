"""drain: status events a second from inbox to log and usage facts by one worker ÷ the plain way.

The plain way is what one would write first (bench/plain.py): for each event one transaction that finds the message,
changes it, saves it, and keeps the usage fact up to date, all through the ORM.
"""

import time
from itertools import count

from django.db import connection

from accounts.models import Account
from bench import plain
from bench.ground import report
from messaging import inbox
from messaging.models import InboxItem, WebhookEndpoint
from portal.core.tenancy import every_tenant
from portal.demo.webhooks import meta_status
from portal.demo.world import ACME, account_of

ROUNDS, TARGET = 5, 10
EVENTS, PLAIN_EVENTS = 30_000, 1_500
_STATUSES = ("sent", "delivered", "read")
_serial = count()


def run() -> bool:
    """Alternate both ways over backlogs of their own."""
    plain.make_tables()
    with every_tenant():
        account = account_of(ACME)
        endpoint = WebhookEndpoint.objects.get(account=account, provider="meta")
        ratios, ours, base = [], 0.0, 0.0
        for _ in range(ROUNDS):
            base = _plain(account, _bodies(PLAIN_EVENTS))
            ours = _drain(endpoint, _bodies(EVENTS))
            ratios.append(ours / base)
    return report("drain", ratios, TARGET, f"Last pair: {ours:,.0f} events/s against {base:,.0f} events/s.")


def _bodies(events: int) -> list[bytes]:
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


def _drain(endpoint: WebhookEndpoint, bodies: list[bytes]) -> float:
    InboxItem.objects.bulk_create(
        [InboxItem(account_id=endpoint.account_id, endpoint=endpoint, provider="meta", body=body) for body in bodies],
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_inbox")
    start = time.perf_counter()
    settled = inbox.drain()
    seconds = time.perf_counter() - start
    if settled != len(bodies):
        raise RuntimeError(f"{settled} of {len(bodies)} rows were settled")
    return settled / seconds


def _plain(account: Account, bodies: list[bytes]) -> float:
    start = time.perf_counter()
    for body in bodies:
        plain.work(account.pk, body)
    return len(bodies) / (time.perf_counter() - start)
