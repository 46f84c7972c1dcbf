"""accept: webhook POSTs a second through the server ÷ those of a bare view that does the same single INSERT."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

ROUNDS, SECONDS, TARGET = 21, 1.0, 0.8
_INSERT = """
INSERT INTO inbound_inbox
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
    from bench.ground import empty, report
    from bench.load import posts_per_second
    from bench.parts import running
    from local.demo.world import ACME, webhook
    from providers.meta.simulation import meta_status
    from providers.meta.webhooks import signature

    endpoint = webhook(ACME, "meta")
    body = meta_status(
        waba_id="1", number_id=ACME.channels[1].number_id, wamid="wamid.BENCH", status="delivered",
        at=1_792_065_600, msisdn="919876543210", category="marketing",
    )  # fmt: skip
    headers = {"X-Hub-Signature-256": signature(endpoint["app_secret"], body)}
    ratios, ours, base = [], 0.0, 0.0
    with running("web") as port:
        for path in ("/bare/x", endpoint["path"]):  # warm both up
            posts_per_second(port, path, headers, body, 1)
        for number in range(ROUNDS):
            paths = ("/bare/x", endpoint["path"])[:: 1 if number % 2 else -1]  # so that drift favours neither
            speed = {path: posts_per_second(port, path, headers, body, SECONDS) for path in paths}
            base, ours = speed["/bare/x"], speed[endpoint["path"]]
            ratios.append(ours / base)
    empty()
    return report("accept", ratios, TARGET, f"Last pair: {ours:,.0f} webhooks/s against {base:,.0f} bare INSERTs/s.")
