"""steady: 240 webhooks a second for a minute: the time until the answer, and until the log shows them."""

import statistics
import time

from django.db import connection

from bench.figures import Figure
from bench.parts import run_parts
from bench.size import scaled
from bench.stream import post_webhooks, wait_until_drained

RATE, SECONDS = 240, scaled(60)
ANSWER_MS, VISIBLE_S = 500, 5.0
_VISIBLE = """
SELECT count(*) FILTER (WHERE state = 'done'), count(*),
    percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM processed_at - received_at))
FROM inbound_inbox
"""


def run() -> list[Figure]:
    """Post for a minute, wait until the inbox is drained, then read its times."""
    with run_parts("web", "worker", "beat") as port:
        time.sleep(5)  # do not measure the worker's start
        answers = post_webhooks(port, RATE, SECONDS)
        wait_until_drained()
    times = [answer.seconds * 1000 for answer in answers]
    failed = sum(not answer.succeeded for answer in answers)
    cuts = statistics.quantiles(times, n=100)
    with connection.cursor() as cursor:
        cursor.execute(_VISIBLE)
        done, stored, (median, p95, p99) = cursor.fetchone()
    if done != stored:
        raise RuntimeError(f"{done:,} of {stored:,} webhooks are done")
    answer_detail = f"{len(times):,} webhooks at {RATE}/s, median {cuts[49]:.1f} ms, slowest {max(times):.0f} ms."
    visible_detail = f"Median {median:.2f} s, p99 {p99:.2f} s."
    return [
        Figure("steady answer p99 (ms)", [cuts[98]], ANSWER_MS, answer_detail, at_most=True, unit="ms"),
        Figure("steady not answered 200", [failed], 0, f"{stored:,} stored, {done:,} done.", at_most=True),
        Figure("steady visible p95 (s)", [float(p95)], VISIBLE_S, visible_detail, at_most=True, unit="s"),
    ]
