"""The audit in words."""

import re
from datetime import datetime
from typing import Any

from django.utils import timezone

_AREAS = {"api_key": "API key", "endpoint": "Webhook endpoint", "inbox": "Webhooks", "person": "Login"}

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d\Z")


def action_words(action: str) -> str:
    """An action as people say it: "api_key.created" is "API key created"."""
    area, _, deed = action.partition(".")
    return f"{_AREAS.get(area, _plain(area).capitalize())} {_plain(deed)}".strip()


def details_words(details: Any) -> str:
    """What an entry holds besides, on one line: "role viewer → admin; subaccounts acme_wa, acme_care".

    What is null is left out; moments are in the zone in use.
    """
    if isinstance(details, dict):
        if set(details) == {"from", "to"}:
            return f"{details_words(details['from'])} → {details_words(details['to'])}"
        said = ((_plain(name), details_words(value)) for name, value in details.items() if value is not None)
        return "; ".join(f"{name} {value}" for name, value in said)
    if isinstance(details, list):
        return ", ".join(details_words(value) for value in details) or "none"
    if isinstance(details, bool):
        return "yes" if details else "no"
    return _moment(str(details)) if _MOMENT.match(str(details)) else str(details)


def _moment(text: str) -> str:
    local = timezone.localtime(datetime.fromisoformat(text))
    return f"{local.day} {local:%b %Y %H:%M}"


def _plain(name: str) -> str:
    return name.replace("_", " ")
