"""steady: 240 webhooks a second for a minute with web, worker and beat: how soon answered, how soon visible.

Open loop: a webhook is due at its time whatever became of those before, and its answer is measured from then on.
"""

import asyncio
import statistics
import time

from django.db import connection

from bench.drain import bodies
from bench.ground import empty, report
from bench.load import Line, request
from bench.parts import running
from portal.demo.webhooks import signature
from portal.demo.world import ACME, webhook

RATE, SECONDS, CONNECTIONS = 240, 60, 64
ANSWER_MS, VISIBLE_S = 500, 5.0
_DOOR = webhook(ACME, "meta")
_VISIBLE = """
SELECT count(*) FILTER (WHERE state = 'done'), count(*),
    percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM processed_at - received_at))
FROM messaging_inbox
"""


def run() -> bool:
    """Post for a minute, wait until all is worked off, then look at the inbox."""
    with running("web", "worker", "beat") as port:
        time.sleep(5)  # the worker's start is not what is measured
        answers = asyncio.run(_post_all(port))
        _wait_until_worked_off()
    times = [seconds * 1000 for seconds, _ in answers]
    failed = sum(not head.startswith(b"HTTP/1.1 200") for _, head in answers)
    cuts = statistics.quantiles(times, n=100)
    with connection.cursor() as cursor:
        cursor.execute(_VISIBLE)
        done, stored, (median, p95, p99) = cursor.fetchone()
    empty()
    answered = f"{len(times):,} webhooks at {RATE}/s, median {cuts[49]:.1f} ms, slowest {max(times):.0f} ms."
    return all([
        report("steady answer p99 (ms)", [cuts[98]], ANSWER_MS, answered, at_most=True),
        report("steady not answered 200", [failed], 0, f"{stored:,} stored, {done:,} done.", at_most=True),
        report("steady visible p95 (s)", [p95], VISIBLE_S, f"Median {median:.2f} s, p99 {p99:.2f} s.", at_most=True),
    ]) and done == stored  # fmt: skip


async def _post_all(port: int) -> list[tuple[float, bytes]]:
    waiting = bodies(RATE * SECONDS)
    requests = [_request(body) for body in waiting]
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        lines.put_nowait(await Line.open(port))
    start = time.monotonic() + 0.1

    async def post(index: int) -> tuple[float, bytes]:
        due = start + index / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        line = await lines.get()
        head = await line.post(requests[index])
        lines.put_nowait(line)
        return time.monotonic() - due, head

    return await asyncio.gather(*(post(index) for index in range(len(requests))))


def _request(body: bytes) -> bytes:
    return request(_DOOR["path"], {"X-Hub-Signature-256": signature(_DOOR["app_secret"], body)}, body)


def _wait_until_worked_off() -> None:
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM messaging_inbox WHERE state = 'pending'")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.2)
    raise RuntimeError("webhooks wait after two minutes")
