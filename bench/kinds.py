"""kinds: status events a second of bodies that are not plain, beside plain ones in the same run.

Persons: each status names its person by number, user id and profile. Groups: each is of one of three participants. Bad
text: bodies of 1,000 statuses, of which one holds half an emoji, against bodies that are whole.
"""

from collections.abc import Callable
from typing import Any

import orjson

from bench.drain import bodies, drain
from bench.figures import Figure, ratios
from bench.size import scaled
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of
from messaging.inbound.models import WebhookEndpoint

ROUNDS, EVENTS, PER_BODY = scaled(5), scaled(20_000), 1_000
TARGET = 1.2  # × the time of plain ones
_HALF_EMOJI = b'"profile":{"name":"\\ud83d"}'


def run() -> list[Figure]:
    """Each kind in turn with plain bodies, over its own backlog."""
    with every_tenant():
        endpoint = WebhookEndpoint.objects.get(account=account_of(ACME), provider="meta")
        return [
            _figure("persons", endpoint, lambda: bodies(EVENTS), lambda: [_changed(b, _name) for b in bodies(EVENTS)]),
            _figure("groups", endpoint, lambda: bodies(EVENTS), lambda: [_changed(b, _group) for b in bodies(EVENTS)]),
            _figure("bad text", endpoint, _large, lambda: [_spoil(body) for body in _large()]),
        ]


def _figure(
    name: str, endpoint: WebhookEndpoint, plain: Callable[[], list[bytes]], odd: Callable[[], list[bytes]]
) -> Figure:
    base, ours = [], []
    for _ in range(ROUNDS):
        base.append(drain(endpoint, plain()))
        ours.append(drain(endpoint, odd()))
    detail = f"Last pair: {ours[-1]:,.0f}/s against {base[-1]:,.0f}/s."
    return Figure(name, ratios(base, ours), TARGET, detail, at_most=True, absolute=ours, unit="bodies/s")


def _changed(body: bytes, change: Callable[[dict[str, Any], str], None]) -> bytes:
    data = orjson.loads(body)
    value = data["entry"][0]["changes"][0]["value"]
    change(value, value["statuses"][0]["recipient_id"])
    return orjson.dumps(data)


def _name(value: dict[str, Any], msisdn: str) -> None:
    user_id = f"IN.{msisdn}"
    value["contacts"] = [{"wa_id": msisdn, "user_id": user_id, "profile": {"name": "Ann", "username": f"ann.{msisdn}"}}]
    value["statuses"][0]["recipient_user_id"] = user_id


def _group(value: dict[str, Any], msisdn: str) -> None:
    participant = f"91981234{int(msisdn) % 3:04d}"
    value["statuses"][0] |= {
        "recipient_id": "GRP_z",
        "recipient_type": "group",
        "recipient_participant_id": participant,
    }


def _large() -> list[bytes]:
    """Bodies of 1,000 statuses."""
    single = [orjson.loads(body) for body in bodies(max(EVENTS, PER_BODY))]
    large = []
    for start in range(0, len(single), PER_BODY):
        data = single[start]
        value = data["entry"][0]["changes"][0]["value"]
        value["statuses"] = [
            each["entry"][0]["changes"][0]["value"]["statuses"][0] for each in single[start : start + PER_BODY]
        ]
        value["contacts"] = [{"wa_id": value["statuses"][0]["recipient_id"], "profile": {"name": "A"}}]
        large.append(orjson.dumps(data))
    return large


def _spoil(body: bytes) -> bytes:
    return body.replace(b'"profile":{"name":"A"}', _HALF_EMOJI, 1)
