"""accept: webhook POSTs a second through the server ÷ those of a bare view with the same single INSERT."""

from bench import bare
from bench.figures import Figure, ratios
from bench.load import posts_per_second
from bench.parts import run_parts
from bench.size import scaled
from local.demo.world import ACME, webhook
from providers.meta.simulation import meta_status
from providers.meta.webhooks import signature

ROUNDS, SECONDS, TARGET = scaled(21), scaled(1_000, least=100) / 1_000, 0.8


def run() -> list[Figure]:
    """Measure in alternating rounds against one running server."""
    endpoint = webhook(ACME, "meta")
    body = meta_status(
        waba_id="1", number_id=ACME.channels[1].number_id, wamid="wamid.BENCH", status="delivered",
        at=1_792_065_600, msisdn="919876543210", category="marketing",
    )  # fmt: skip
    headers = {"X-Hub-Signature-256": signature(endpoint["app_secret"], body)}
    ours, base = [], []
    with run_parts("web") as port:
        for path in (bare.WEBHOOK, endpoint["path"]):  # warm both up
            posts_per_second(port, path, headers, body, SECONDS)
        for number in range(ROUNDS):
            paths = (bare.WEBHOOK, endpoint["path"])[:: 1 if number % 2 else -1]  # so that drift favours neither
            speed = {path: posts_per_second(port, path, headers, body, SECONDS) for path in paths}
            base.append(speed[bare.WEBHOOK])
            ours.append(speed[endpoint["path"]])
    detail = f"Last pair: {ours[-1]:,.0f} webhooks/s against {base[-1]:,.0f} bare INSERTs/s."
    return [Figure("accept", ratios(ours, base), TARGET, detail, absolute=ours, unit="webhooks/s")]
