"""Reads 8x8's webhooks configuration; refusals have 8x8's codes."""

from collections.abc import Callable
from typing import Any

from events.addresses import url_problem
from events.services import EndpointSettings
from messaging.log.event_types import MESSAGE_RECEIVED, MESSAGE_STATUS
from providers.eightxeight.requests.reading import Refusal, mapping, one_of, optional, text, url

INVALID = 1000
EVERY = "*"  # subaccount
HIDDEN = "***"  # stands for an authorization in answers; writing it back leaves the stored one unchanged
_MOST = 1_000
_LONGEST_AUTHORIZATION = 4_096
KINDS = {"CADR": MESSAGE_STATUS, "MSG": MESSAGE_RECEIVED}
"""The types of events by 8x8's abbreviations."""


def read_hooks(
    data: Any, subaccount_of: Callable[[str], int | None], *, delete: bool = False
) -> list[EndpointSettings]:
    """The webhooks of a body, one for each kind. `subaccount_of` finds a subaccount by its code, or refuses it.

    Raises Refusal, which names the field with its index in the array.
    """
    if not isinstance(data, list) or not 1 <= len(data) <= _MOST:
        raise Refusal(INVALID, f"The body must be an array of 1 to {_MOST:,} webhooks.")
    allowed = {"subAccountId", "type"} | (set() if delete else {"url", "enabled", "httpAuthorization", "oauth"})
    endpoints: list[EndpointSettings] = []
    for index, item in enumerate(data):
        entry = mapping(item, f"[{index}]")
        if unknown := sorted(set(entry) - allowed):
            raise Refusal(INVALID, f"'[{index}].{unknown[0]}' is not a field of this request.")
        subaccount_id = subaccount_of(text(entry.get("subAccountId"), f"[{index}].subAccountId", 50))
        kinds = tuple(KINDS) if "type" not in entry else (_read_kind(entry["type"], f"[{index}].type"),)
        options = {} if delete else _read_delivery(entry, index)
        endpoints += [EndpointSettings(subaccount_id, KINDS[kind].name, kind, **options) for kind in kinds]
    return endpoints


def _read_kind(value: Any, field: str) -> str:
    if value == "CABM":
        raise Refusal(INVALID, f"'{field}' CABM is not posted by Tollgate: choose one of {', '.join(KINDS)}.")
    return one_of(value, field, tuple(KINDS), wrong=INVALID)


def _read_delivery(entry: Any, index: int) -> dict[str, Any]:
    """Return address, switch and authorization of a webhook."""
    address = url(entry.get("url"), f"[{index}].url", missing=INVALID, wrong=INVALID)
    if problem := url_problem(address):
        raise Refusal(INVALID, f"'[{index}].url' {problem}")
    enabled = entry.get("enabled", True)
    if not isinstance(enabled, bool):
        raise Refusal(INVALID, f"'[{index}].enabled' must be true or false.")
    if entry.get("oauth") is not None:
        raise Refusal(INVALID, f"'[{index}].oauth' is not supported: give httpAuthorization.")
    field = f"[{index}].httpAuthorization"
    authorization = optional(entry.get("httpAuthorization"), field, _LONGEST_AUTHORIZATION)
    if not (authorization.isascii() and authorization.isprintable()) or authorization != authorization.strip():
        raise Refusal(INVALID, f"'{field}' must be printable ASCII without spaces around it.")
    return {"url": address, "enabled": enabled, "authorization": None if authorization == HIDDEN else authorization}
