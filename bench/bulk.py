"""bulk: the time to accept a Meta body with 1,000 statuses ÷ the time for a body with one."""

import statistics
from http.client import HTTPConnection
from time import perf_counter

import orjson

from bench.figures import Figure, ratios
from bench.parts import run_parts
from bench.size import scaled
from local.demo.world import ACME, webhook
from providers.meta.simulation import meta_status
from providers.meta.webhooks import signature

ROUNDS, POSTS, TARGET = scaled(15), scaled(20), 5.0
STATUSES = 1_000
_ENDPOINT = webhook(ACME, "meta")


def run() -> list[Figure]:
    """Post both alternately over one connection."""
    single, bulk = [], []
    small, large = _body(1), _body(STATUSES)
    with run_parts("web") as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(POSTS):  # warm up
            _post(connection, small)
            _post(connection, large)
        for _ in range(ROUNDS):
            times = [(_post(connection, small), _post(connection, large)) for _ in range(POSTS)]
            single.append(statistics.median(first for first, _ in times))
            bulk.append(statistics.median(second for _, second in times))
        connection.close()
    detail = f"Last round: {bulk[-1]:.1f} ms for {len(large):,} bytes against {single[-1]:.1f} ms for {len(small)}."
    return [Figure("bulk", ratios(bulk, single), TARGET, detail, at_most=True, absolute=bulk, unit="ms")]


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


def _post(connection: HTTPConnection, body: bytes) -> float:
    """Post the body and return the milliseconds until the answer."""
    headers = {"X-Hub-Signature-256": signature(_ENDPOINT["app_secret"], body), "Content-Type": "application/json"}
    start = perf_counter()
    connection.request("POST", _ENDPOINT["path"], body, headers)
    answer = connection.getresponse()
    answer.read()
    milliseconds = (perf_counter() - start) * 1000
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status}")
    return milliseconds
