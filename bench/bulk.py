"""bulk: the time in which a Meta body with 1,000 statuses is accepted ÷ that of a body with one."""

import statistics
from http.client import HTTPConnection
from time import perf_counter

import orjson

from bench.figures import Figure, ratios
from bench.parts import running
from bench.size import scaled
from local.demo.world import ACME, webhook
from providers.meta.simulation import meta_status
from providers.meta.webhooks import signature

ROUNDS, POSTS, TARGET = scaled(15), scaled(20), 5.0
STATUSES = 1_000
_ENDPOINT = webhook(ACME, "meta")


def run() -> list[Figure]:
    """Post both in turn over one connection."""
    one, many = [], []
    small, large = _body(1), _body(STATUSES)
    with running("web") as port:
        line = HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(POSTS):  # warm up
            _post(line, small)
            _post(line, large)
        for _ in range(ROUNDS):
            times = [(_post(line, small), _post(line, large)) for _ in range(POSTS)]
            one.append(statistics.median(first for first, _ in times))
            many.append(statistics.median(second for _, second in times))
        line.close()
    detail = f"Last round: {many[-1]:.1f} ms for {len(large):,} bytes against {one[-1]:.1f} ms for {len(small)}."
    return [Figure("bulk", ratios(many, one), TARGET, detail, at_most=True, absolute=many, unit="ms")]


def _body(statuses: int) -> bytes:
    bodies = [
        orjson.loads(
            meta_status(
                waba_id="1", number_id=ACME.channels[1].number_id, wamid=f"wamid.HBgLMTY1MDM4Nzk0MzkVAgARGB{n:016X}",
                status="delivered", at=1_792_065_600 + n, msisdn=f"9198{n:08d}", category="marketing",
            )
        )
        for n in range(statuses)
    ]  # fmt: skip
    values = [body["entry"][0]["changes"][0]["value"] for body in bodies]
    values[0]["statuses"] = [status for value in values for status in value["statuses"]]
    return orjson.dumps(bodies[0])


def _post(line: HTTPConnection, body: bytes) -> float:
    """Milliseconds until it is answered."""
    headers = {"X-Hub-Signature-256": signature(_ENDPOINT["app_secret"], body), "Content-Type": "application/json"}
    start = perf_counter()
    line.request("POST", _ENDPOINT["path"], body, headers)
    answer = line.getresponse()
    answer.read()
    milliseconds = (perf_counter() - start) * 1000
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status}")
    return milliseconds
