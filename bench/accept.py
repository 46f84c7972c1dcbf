"""accept: webhook POSTs a second through the server ÷ those of a bare view that does the same single INSERT."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from portal.embedded.redis import free_port

ROUNDS, SECONDS, TARGET = 9, 2.0, 0.8
_INSERT = """
INSERT INTO messaging_inbox
    (received_at, account_id, endpoint_id, provider, headers, body, state, attempts, due_at, reason)
VALUES (now(), 1, 1, 'meta', '{}', %s, 'done', 0, now(), '')
"""


@csrf_exempt
def bare(request: HttpRequest, token: str) -> HttpResponse:
    """The least a view can do that stores a body."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [request.body])
    return HttpResponse(status=200)


def run() -> bool:
    """Measure in alternating rounds against one running server."""
    from bench.ground import report
    from bench.load import posts_per_second
    from portal.demo.webhooks import meta_status, signature
    from portal.demo.world import ACME, webhook

    door = webhook(ACME, "meta")
    body = meta_status(
        waba_id="1", number_id=ACME.channels[1].number_id, wamid="wamid.BENCH", status="delivered",
        at=1_792_065_600, msisdn="919876543210", category="marketing",
    )  # fmt: skip
    headers = {"X-Hub-Signature-256": signature(door["app_secret"], body)}
    ratios, ours, base = [], 0.0, 0.0
    with _server() as port:
        for path in ("/bare/x", door["path"]):  # warm both up
            posts_per_second(port, path, headers, body, 1)
        for _ in range(ROUNDS):
            base = posts_per_second(port, "/bare/x", headers, body, SECONDS)
            ours = posts_per_second(port, door["path"], headers, body, SECONDS)
            ratios.append(ours / base)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE messaging_inbox")
    return report("accept", ratios, TARGET, f"Last pair: {ours:,.0f} webhooks/s against {base:,.0f} bare INSERTs/s.")


@contextlib.contextmanager
def _server() -> Iterator[int]:
    """The web server as script/run starts it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws",
         "--workers", "2", "--blocking-threads", "4", "--log-level", "warning", "portal.wsgi:application"],
        env=os.environ,
    )  # fmt: skip
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
            return
        time.sleep(0.1)
    raise RuntimeError("the web server does not answer")
