"""bulk: the time in which a Meta body with 1,000 statuses is accepted ÷ that of a body with one."""

import statistics
from http.client import HTTPConnection
from time import perf_counter

import orjson

from bench.ground import empty, report
from bench.parts import running
from local.demo.world import ACME, webhook
from providers.meta.simulation import meta_status
from providers.meta.webhooks import signature

ROUNDS, POSTS, TARGET = 15, 20, 5.0
STATUSES = 1_000
_ENDPOINT = webhook(ACME, "meta")


def run() -> bool:
    """Post both in turn over one connection."""
    ratios, one, many = [], 0.0, 0.0
    small, large = _body(1), _body(STATUSES)
    with running("web") as port:
        line = HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(POSTS):  # warm up
            _post(line, small)
            _post(line, large)
        for _ in range(ROUNDS):
            times = [(_post(line, small), _post(line, large)) for _ in range(POSTS)]
            one, many = (statistics.median(column) for column in zip(*times, strict=True))
            ratios.append(many / one)
        line.close()
    empty()
    detail = f"Last round: {many * 1000:.1f} ms for {len(large):,} bytes against {one * 1000:.1f} ms for {len(small)}."
    return report("bulk", ratios, TARGET, detail, at_most=True)


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
    headers = {"X-Hub-Signature-256": signature(_ENDPOINT["app_secret"], body), "Content-Type": "application/json"}
    start = perf_counter()
    line.request("POST", _ENDPOINT["path"], body, headers)
    answer = line.getresponse()
    answer.read()
    seconds = perf_counter() - start
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status}")
    return seconds
