"""manage.py try_cases posts cases to the running demo and prints the results beside the right ones."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from local.management.commands.try_cases import fill

STATUS = {
    "id": "{{ID}}", "status": "delivered", "timestamp": "{{NOW-60}}", "recipient_id": "919876543210",
    "pricing": {"billable": False, "pricing_model": "CBP", "category": "utility"},
}  # fmt: skip


def case(right, provider, body):
    return json.dumps({"right": right, "steps": [{"post": provider, "body": body}]})


def meta(**value):
    value = {"metadata": {"phone_number_id": "{{PNID}}"}, **value}
    return {"entry": [{"id": "{{WABA}}", "time": "{{NOW:int}}", "changes": [{"field": "messages", "value": value}]}]}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        (
            '{"at": "{{NOW:int}}", "then": "{{NOW-60}}", "next": "{{NOW+1:int}}"}',
            {"at": 100, "then": "40", "next": 101},
        ),
        ('{"a": "{{ID}}2", "b": "{{order_no}} {{1}}"}', {"a": "wamid.2", "b": "{{order_no}} {{1}}"}),
        ('{"a": "{{HALF_EMOJI}}"}', {"a": "\ud83d"}),
    ],
)
def test_placeholders(text, filled):
    assert json.loads(fill(text, {"NOW": 100, "ID": "wamid.", "HALF_EMOJI": "\\ud83d"})) == filled


def test_an_unknown_placeholder_is_named():
    with pytest.raises(CommandError, match=r"no placeholder \{\{MOON\}\}: there are NOW"):
        fill("{{MOON}}", {"NOW": 1})


@pytest.mark.django_db(transaction=True)
def test_the_result_stands_beside_the_right_one(acme, live_server, settings, tmp_path):
    settings.BASE_URL = live_server.url
    (tmp_path / "a_free.json").write_text(case("free", "meta", meta(statuses=[STATUS])))
    status = {"state": "delivered", "timestamp": "{{ISO}}"}
    payload = {"umid": "{{UMID}}", "subAccountId": "acme_wa", "channel": "sms", "status": status}
    receipt = {"eventType": "outbound_message_status_changed", "payload": payload}
    (tmp_path / "b_sms.json").write_text(case("no message", "8x8", receipt))
    output = StringIO()
    call_command("try_cases", tmp_path, stdout=output)
    assert output.getvalue().splitlines() == [
        "a_free",
        "  right: free",
        "  webhook done",
        "  message outbound delivered 919876543210 IN utility free_not_billable 0.00",
        "b_sms",
        "  right: no message",
        "  webhook done",
        "  sms outbound delivered",
    ]


def test_a_missing_folder_or_demo_is_named(db, tmp_path):
    with pytest.raises(CommandError, match="has no JSON file"):
        call_command("try_cases", tmp_path)
    (tmp_path / "a.json").write_text(case("", "meta", {}))
    with pytest.raises(CommandError, match="No demo data is loaded"):
        call_command("try_cases", tmp_path)


def test_a_portal_that_does_not_answer_is_named(acme, tmp_path, settings):
    (tmp_path / "a.json").write_text(case("", "meta", {}))
    settings.BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match=r"http://127\.0\.0\.1:9 does not answer"):
        call_command("try_cases", tmp_path)
