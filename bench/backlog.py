"""backlog: how fast one worker works off 200,000 waiting events ÷ the plain way, and how much memory that takes it.

The worker is a process of its own (`python -m bench.backlog`), which says what it needed.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import orjson
import psutil

EVENTS, SHARE, PLAIN_EVENTS, ROUNDS = 200_000, 10, 1_000, 5
TARGET, GROWTH_TARGET = 20, 50
_MEGABYTE = 1024 * 1024


def run() -> bool:
    """Drain once, with the plain way measured before and after."""
    from bench import plain
    from bench.drain import bodies, fill
    from bench.ground import empty, report
    from core.tenancy import every_tenant
    from local.demo.world import ACME, account_of
    from messaging.inbound.models import WebhookEndpoint

    plain.make_tables()
    with every_tenant():
        endpoint = WebhookEndpoint.objects.get(account=account_of(ACME), provider="meta")
        before = [plain.per_second(endpoint.account_id, bodies(PLAIN_EVENTS)) for _ in range(ROUNDS)]
        fill(endpoint, bodies(EVENTS))
        output = subprocess.run([sys.executable, "-m", "bench.backlog"], check=True, stdout=subprocess.PIPE).stdout
        after = [plain.per_second(endpoint.account_id, bodies(PLAIN_EVENTS)) for _ in range(ROUNDS)]
    empty()
    result = orjson.loads(output)
    if result["settled"] != EVENTS:
        raise RuntimeError(f"{result['settled']} of {EVENTS} rows were settled")
    rate, base = EVENTS / result["seconds"], statistics.median(before + after)
    fast = report(
        "backlog", [rate / each for each in before + after], TARGET,
        f"{EVENTS:,} events in {result['seconds']:.1f} s, {rate:,.0f} events/s against {base:,.0f} events/s.",
    )  # fmt: skip
    flat = report(
        "backlog memory", [result["highest"] - result["early"]], GROWTH_TARGET,
        f"MB more at the highest than after the first tenth: {result['highest']:.0f} against {result['early']:.0f}.",
        at_most=True,
    )  # fmt: skip
    return fast and flat


def main() -> None:
    """Work the inbox off as the worker's task does, with an eye on memory after each batch."""
    import django

    django.setup()
    from core.tenancy import every_tenant
    from messaging.inbound import inbox
    from messaging.inbound.intake import Claimed

    work, process = inbox.work, psutil.Process()
    settled, early, highest = 0, 0.0, 0.0

    def watched(claimed: Sequence[Claimed]) -> int:
        nonlocal settled, early, highest
        done = work(claimed)
        settled += done
        if settled >= EVENTS / SHARE:
            now = process.memory_info().rss / _MEGABYTE
            early, highest = early or now, max(highest, now)
        return done

    inbox.work = watched
    start = time.perf_counter()
    with every_tenant():
        while inbox.drain():
            continue
    result = {"settled": settled, "seconds": time.perf_counter() - start, "early": early, "highest": highest}
    print(orjson.dumps(result).decode())


if __name__ == "__main__":
    main()
