"""The server side of 360dialog's API: Meta's, with other paths, another token and our own webhook header."""

from collections.abc import Mapping
from dataclasses import replace

from providers.dialog360.gateway import KEY_HEADER
from providers.meta.scenarios import PERSONS
from providers.meta.simulation import SIMULATION as META
from providers.simulation import Simulation

HEADER = "X-Tollgate-Key"


def token(headers: Mapping[str, str]) -> str:
    """The API key."""
    return headers.get(KEY_HEADER, "")


def webhook_headers(secret: str, body: bytes) -> dict[str, str]:
    """The header with the secret."""
    return {HEADER: secret}


SIMULATION: Simulation = replace(
    META,
    send_path="/messages",
    health_path="/health_status",
    token=token,
    webhook_headers=webhook_headers,
    scenarios=PERSONS,
    template_scenario=None,
)
