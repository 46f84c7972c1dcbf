"""The tables of 8x8's and 360dialog's webhooks agree with the parsers, and all tables with their documentation.

    script/test tests/providers/test_webhook_fields.py --rewrite-examples

writes the page anew.
"""

import json
import re

import pytest

from providers.dialog360.parse import parse as parse_360dialog
from providers.eightxeight.management import _READERS
from providers.eightxeight.parse import _MESSAGES
from providers.eightxeight.parse import parse as parse_8x8
from providers.webhook_fields import FieldState, read_fields
from tests.provider_servers import ROOT

PAGE = ROOT / "docs" / "webhook_fields.md"
TABLES = {
    "Meta's fields": ("meta", "fields"), "Meta's messages and statuses": ("meta", "types"),
    "8x8's event types": ("eightxeight", "fields"), "8x8's messages and states": ("eightxeight", "types"),
    "360dialog's partner events": ("dialog360", "fields"),
}  # fmt: skip
NOW = "2026-06-09T10:13:20.00Z"


def types(prefix):
    return [name.removeprefix(prefix) for name in read_fields("eightxeight", "types") if name.startswith(prefix)]


def test_every_event_type_of_8x8_has_a_reader():
    assert sorted(read_fields("eightxeight")) == sorted([*_MESSAGES, *_READERS])


@pytest.mark.parametrize("kind", types("type."))
def test_a_type_of_message_of_8x8_is_one_event(kind):
    payload = {"umid": "u1", "timestamp": NOW, "type": kind, "content": {"text": "x"}}
    body = {"eventType": "inbound_message_received", "payload": payload}
    (event,) = parse_8x8(json.dumps(body).encode()).events
    assert (event.state, event.content_type) == ("received", kind.lower())


@pytest.mark.parametrize("word", types("state."))
def test_a_state_of_8x8_is_one_event(word):
    body = {
        "eventType": "outbound_message_status_changed",
        "payload": {"umid": "u1", "status": {"state": word, "timestamp": NOW}},
    }
    (event,) = parse_8x8(json.dumps(body).encode()).events
    is_understood = read_fields("eightxeight", "types")[f"state.{word}"].state is FieldState.UNDERSTOOD
    assert (event.state in {"queued", "sent", "delivered", "read", "failed", "rejected"}) == is_understood


@pytest.mark.parametrize("name", read_fields("dialog360"))
def test_an_event_of_360dialogs_partner_hub_is_kept(name):
    parsed = parse_360dialog(json.dumps({"id": "1", "event": name, "data": {}}).encode())
    assert (parsed.events, parsed.problems, parsed.notes) == ([], [], [read_fields("dialog360")[name].note])


def test_360dialog_posts_metas_fields_too():
    change = {"field": "flows", "value": {}}
    parsed = parse_360dialog(json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode())
    assert parsed.notes == [read_fields("meta")["flows"].note]


@pytest.mark.parametrize(("vendor", "table"), TABLES.values())
def test_each_row_has_a_meaning_and_dated_evidence(vendor, table):
    for field in read_fields(vendor, table).values():
        assert field.meaning
        assert re.search(r"20\d\d-\d\d", field.source), field


def test_the_documentation_lists_every_row(request):
    lines = ["# Webhook fields", "", INTRODUCTION.strip()]
    for title, (vendor, table) in TABLES.items():
        lines += ["", f"## {title}", "", "| Name | Use | Content | Source |", "|---|---|---|---|"]
        rows = read_fields(vendor, table).values()
        lines += [f"| `{row.name}` | {row.state} | {row.meaning} | {row.source} |" for row in rows]
    page = "\n".join(lines) + "\n"
    if request.config.getoption("--rewrite-examples"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page


INTRODUCTION = """
All that providers are known to post, from `providers/<vendor>/fields.csv` and `types.csv`. *Understood*: it changes
the log, or the history of a template, number, WABA or person. *Kept*: the webhook is stored with a note, and changes
nothing. *Left out*: as kept, because it is not about WhatsApp messages. Any other field or event type is quarantined; a
message of another type, or with another status, is logged. Each source has its date. 360dialog posts Meta's fields, and
the events of its partner hub. A test compares the tables with the parsers.
"""
