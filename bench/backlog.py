"""backlog: events a second of one worker over 200,000 pending events ÷ the plain way, and the worker's memory."""

import statistics
from collections.abc import Sequence

from bench import plain
from bench.drain import bodies, fill
from bench.figures import Figure
from bench.memory import Work
from bench.process import call
from bench.size import scaled
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of
from messaging.inbound import inbox
from messaging.inbound.intake import ClaimedItem
from messaging.inbound.models import WebhookEndpoint

EVENTS, SHARE, PLAIN_EVENTS, ROUNDS, TARGET = scaled(200_000), 10, scaled(1_000), scaled(5), 20


def run() -> list[Figure]:
    """Drain once, with the plain way measured before and after."""
    plain.make_tables()
    with every_tenant():
        endpoint = WebhookEndpoint.objects.get(account=account_of(ACME), provider="meta")
        base = [plain.per_second(endpoint.account_id, bodies(PLAIN_EVENTS)) for _ in range(ROUNDS)]
        fill(endpoint, bodies(EVENTS))
        work: Work = call("bench.backlog.drain_inbox")
        base += [plain.per_second(endpoint.account_id, bodies(PLAIN_EVENTS)) for _ in range(ROUNDS)]
    if work.done != EVENTS:
        raise RuntimeError(f"{work.done} of {EVENTS} rows were settled")
    detail = (
        f"{EVENTS:,} events in {work.seconds:.1f} s, {work.per_second:,.0f} events/s "
        f"against {statistics.median(base):,.0f} events/s."
    )
    ratios = [work.per_second / rate for rate in base]
    return [
        Figure("backlog", ratios, TARGET, detail, absolute=[work.per_second], unit="events/s"),
        work.figure("backlog memory"),
    ]


def drain_inbox() -> Work:
    """Drain the inbox as the worker's task does, sampling memory after each batch past the first share."""
    settle, work = inbox.settle, Work()

    def settle_and_sample(claimed: Sequence[ClaimedItem]) -> int:
        settled = settle(claimed)
        work.done += settled
        if work.done >= EVENTS / SHARE:
            work.sample_memory()
        return settled

    inbox.settle = settle_and_sample
    with every_tenant():
        while inbox.drain():
            continue
    return work.finish()
