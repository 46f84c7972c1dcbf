"""send: what accepting messages costs, in 8x8's shape, and whether a worker's memory stays flat over 100,000 of them.

Single sends a second ÷ those of a bare DRF view that validates nothing and inserts one row; messages a second in
batches of 1,000 ÷ the single sends; and a worker that sends and settles 100,000 messages through the sandbox.
"""

import subprocess
import sys
from typing import Any

import orjson
from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.sender import BATCH, message

ROUNDS, SECONDS = 15, 1.0
TARGET, BATCH_TARGET, GROWTH_TARGET = 0.5, 20, 50
SEND = "/api/v1/subaccounts/acme_wa/messages"
BARE = "/bare-drf/"
_INSERT = "INSERT INTO bench_bare (body) VALUES (%s)"


class BareView(APIView):
    """The least a DRF view can do that stores what it is sent."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def post(self, request: Request) -> Response:
        """Store it."""
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [orjson.dumps(request.data).decode()])
        return Response({"stored": True})


def run() -> bool:
    """Measure in alternating rounds against one running server, then let a worker send it all."""
    from accounts.models import ApiKey
    from bench.ground import empty, report
    from bench.load import posts_per_second
    from bench.parts import running
    from core.tenancy import every_tenant
    from local.demo.world import ACME, api_key_text

    with every_tenant():
        ApiKey.objects.update(rate_limit=1_000_000)  # the rate of a bench is no attack
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, body jsonb)")
    headers = {"Authorization": f"Bearer {api_key_text(ACME, 'api')}"}
    one, many = orjson.dumps(message()), orjson.dumps({"messages": [message()] * BATCH})
    ratios, batches, ours, base, each = [], [], 0.0, 0.0, 0.0
    with running("web") as port:
        for path, body in ((BARE, one), (SEND, one), (f"{SEND}/batch", many)):  # warm all up
            posts_per_second(port, path, headers, body, 1)
        for number in range(ROUNDS):
            paths = (BARE, SEND)[:: 1 if number % 2 else -1]  # so that drift favours neither
            speed = {path: posts_per_second(port, path, headers, one, SECONDS) for path in paths}
            each = posts_per_second(port, f"{SEND}/batch", headers, many, SECONDS) * BATCH
            base, ours = speed[BARE], speed[SEND]
            ratios.append(ours / base)
            batches.append(each / ours)
            _clear()
    single = report("send", ratios, TARGET, f"Last pair: {ours:,.0f} messages/s against {base:,.0f} bare rows/s.")
    batch = report("send batch", batches, BATCH_TARGET, f"Last pair: {each:,.0f} messages/s against {ours:,.0f}.")
    flat = _memory(report)
    empty()
    return single and batch and flat


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sending_submission, bench_bare")


def _memory(report: Any) -> bool:
    output = subprocess.run([sys.executable, "-m", "bench.sender"], check=True, stdout=subprocess.PIPE).stdout
    result = orjson.loads(output)
    rate = result["messages"] / result["seconds"]
    detail = (
        f"MB more at the highest than after the first tenth: {result['highest']:.0f} against {result['early']:.0f}; "
        f"{result['messages']:,} sent in {result['seconds']:.0f} s, {rate:,.0f} a second."
    )
    return bool(report("send memory", [result["highest"] - result["early"]], GROWTH_TARGET, detail, at_most=True))
