"""The commands of docs/api.md are run against a portal, and what they print is held against what the document shows."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.lifecycle import traffic
from tests.traffic import AT, deliver, rate, report

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```(bash|json)\n(.*?)```", re.DOTALL)
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
END = "=== end of a block"
REFUSED = "colour=red"  # what the document shows a refusal with
# Objects whose names are those of what they tell about, and not of the API's.
OPEN = {"details", "filters", "removed", "totals"}


def blocks() -> list[tuple[str, str]]:
    """(language, text) of the document's commands and answers, in their order."""
    return BLOCK.findall((ROOT / "docs/api.md").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _clock():
    """The document's commands name a month that must be closed, and not for long."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def portal(acme, live_server, settings) -> dict[str, Any]:
    """A portal with some of everything; the credentials of its demo account."""
    settings.BASE_URL, settings.LOOPBACK = live_server.url, True
    said = {"template_name": "weekend_sale", "template_language": "en", "content_type": "template"}
    deliver(acme, provider_message_id="wamid.A", msisdn="6590078710", at=NOW - timedelta(days=2), **said)
    deliver(acme, provider_message_id="wamid.B", at=AT, category="utility", **said)
    deliver(acme, provider_message_id="wamid.D", at=NOW - timedelta(days=1), category="", pricing_type="", **said)
    about = {"error_source": "meta", "error_code": 131026, "error_title": "Message undeliverable"}
    report(acme, "failed", provider_message_id="wamid.C", at=AT, **about)
    traffic.fold()
    rate()
    endpoint = WebhookEndpoint.objects.filter(account=acme)[0]
    InboxItem.objects.create(
        account=acme, endpoint=endpoint, provider="meta", body=b"[]", received_at=AT, state=InboxState.QUARANTINED,
        reason="The body is a JSON list; an object is expected.", attempts=1,
        outcome={"kinds": ["unreadable"], "held": 1, "applied": {}},
    )  # fmt: skip
    out = StringIO()
    call_command("demo_credentials", "--json", stdout=out, stderr=StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def commands(text: str, demo: dict[str, Any]) -> str:
    """A block with what `get` would look up put in: a process for each look-up takes its time."""
    found = re.sub(r"\$\(get ([\w ]+)\)", lambda asked: str(reduce(dict.__getitem__, asked[1].split(), demo)), text)
    return re.sub(r"^demo=.*\n", "", found, flags=re.MULTILINE)


def printed(text: str) -> Iterator[Any]:
    """The JSON documents in an output, one after the other."""
    decoder, text = json.JSONDecoder(), text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:].strip()


def unlike(shown: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where what is shown has other names or types than what was found. Null and empty say nothing of either."""
    if isinstance(shown, dict) and isinstance(found, dict):
        if shown.keys() != found.keys() and path.rpartition(".")[2] not in OPEN:
            yield f"{path}: {sorted(shown.keys() ^ found.keys())}"
        for name in shown.keys() & found.keys():
            yield from unlike(shown[name], found[name], f"{path}.{name}")
    elif isinstance(shown, list) and isinstance(found, list):
        for one, other in zip(shown[:1], found[:1], strict=False):
            yield from unlike(one, other, f"{path}[]")
    elif shown is not None and found is not None and type(shown) is not type(found):
        yield f"{path}: {shown!r} where it is {found!r}"


@pytest.mark.django_db(transaction=True)
def test_the_commands_of_the_document_print_what_it_shows(portal):
    told = blocks()
    asked = [commands(text, portal) for language, text in told if language == "bash"]
    script = f"\necho; echo '{END}'\n".join(["set -eu", *asked])
    path = {"PATH": f"{os.environ['PATH']}:{ROOT}/.venv/bin"}
    ran = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, cwd=ROOT, env=path, timeout=300, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    answers = [list(printed(each)) for each in ran.stdout.split(END)]
    outputs = iter(answers[1:])
    wrong: list[str] = []
    last: list[Any] = []
    for (language, text), before in zip(told, [("", ""), *told], strict=False):
        if language == "bash":
            last = next(outputs)
            wrong += [f"{text} {each}" for each in last if each.get("type") == "about:blank" and REFUSED not in text]
        elif before[0] == "bash":
            (shown,) = printed(text)
            rows = [each if "results" in shown or "results" not in each else each["results"][0] for each in last]
            wrong += [f"{before[1]}{each}" for each in unlike(shown, rows[-1])]
    assert wrong == []
