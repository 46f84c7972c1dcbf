"""send: the cost of accepting messages in 8x8's shape, and a worker's memory growth over 100,000 of them.

Single sends a second ÷ those of a bare DRF view that validates nothing and inserts one row; messages a second in
batches of 1,000 ÷ the single sends; and a worker that sends and settles 100,000 messages through the sandbox.
"""

import orjson
from django.db import connection

from accounts.models import ApiKey
from bench import bare
from bench.figures import Figure, ratios
from bench.load import posts_per_second
from bench.memory import Work
from bench.parts import run_parts
from bench.process import call
from bench.sender import BATCH, message
from bench.size import scaled
from core.tenancy import every_tenant
from local.demo.world import ACME, api_key_text

ROUNDS, SECONDS = scaled(15), scaled(1_000, least=100) / 1_000
TARGET, BATCH_TARGET = 0.5, 20
SEND = "/api/v1/subaccounts/acme_wa/messages"


def run() -> list[Figure]:
    """Measure in alternating rounds against one running server, then let a worker send 100,000 messages."""
    with every_tenant():
        ApiKey.objects.update(rate_limit=1_000_000)  # above the rate of any measurement
    bare.make_table()
    figures = _accept()
    work: Work = call("bench.sender.send_all")
    detail = f"; {work.done:,} sent in {work.seconds:.0f} s, {work.per_second:,.0f} a second"
    return [*figures, work.figure("send memory", detail)]


def _accept() -> list[Figure]:
    headers = {"Authorization": f"Bearer {api_key_text(ACME, 'api')}"}
    one, many = orjson.dumps(message()), orjson.dumps({"messages": [message()] * BATCH})
    ours, base, batches = [], [], []
    with run_parts("web") as port:
        for path, body in ((bare.SEND, one), (SEND, one), (f"{SEND}/batch", many)):  # warm all up
            posts_per_second(port, path, headers, body, SECONDS)
        for number in range(ROUNDS):
            paths = (bare.SEND, SEND)[:: 1 if number % 2 else -1]  # so that drift favours neither
            speed = {path: posts_per_second(port, path, headers, one, SECONDS) for path in paths}
            base.append(speed[bare.SEND])
            ours.append(speed[SEND])
            batches.append(posts_per_second(port, f"{SEND}/batch", headers, many, SECONDS) * BATCH)
            _clear()
    single = f"Last pair: {ours[-1]:,.0f} messages/s against {base[-1]:,.0f} bare rows/s."
    batch = f"Last pair: {batches[-1]:,.0f} messages/s against {ours[-1]:,.0f}."
    return [
        Figure("send", ratios(ours, base), TARGET, single, absolute=ours, unit="messages/s"),
        Figure("send batch", ratios(batches, ours), BATCH_TARGET, batch, absolute=batches, unit="messages/s"),
    ]


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sending_submission, bench_bare")
