"""Every operation's example is what the portal answers: each is asked again, here, and compared.

What differs in every run (ids, times, digests) is taken out of both sides first. After a change of an answer

    script/test tests/portal/test_examples.py --rewrite-examples

writes those that are no longer so. A new operation needs a line in ASKED when it takes parameters or a body.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from accounts.enums import Permission
from accounts.models import Account
from accounts.services import create_api_key
from archive.deletion import work as deletion_work
from archive.exports import work as export_work
from archive.models import Deletion, Export, Keeping
from billing.models import RateCard
from core.openapi import EXAMPLES
from local.demo.world import ACME, build
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem
from messaging.log.lifecycle import traffic
from messaging.log.models import Message, PhoneNumber, Template
from tests.access.ids import ids_of
from tests.people import principal
from tests.portal.test_openapi import routes_described
from tests.traffic import AT, deliver, rate, report

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
MAX_ROWS = 6  # of a list that an example shows
HOST = "tollgate.example.com"
FIRST = "wamid.HBgMOTE5ODc2NTQzMjEwFQIAERgS"
TEMPLATE = {
    "user": {"msisdn": "+919876543210"},
    "clientMessageId": "order-77",
    "type": "template",
    "content": {
        "template": {
            "name": "order_update",
            "language": "en",
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Jane"}, {"type": "text", "text": "77"}]}
            ],
        }
    },
}
RECEIPTS = {"subAccountId": "acme_shop", "type": "CADR", "url": "https://shop.example.com/receipts"}
# (query, body) of each request; and of a refused one where its error is specific.
ASKED: dict[str, tuple[dict[str, Any], Any]] = {
    "list_messages": ({"country": "IN", "status": "undelivered"}, None),
    "list_templates": ({"status": "approved", "fields": "id,name,language,category,status,quality"}, None),
    "list_phone_numbers": ({"subaccount": "acme_shop"}, None),
    "list_audit": ({"action": "api_key.created"}, None),
    "list_rate_cards": ({"currency": "USD", "active": "true"}, None),
    "list_exports": ({"state": "succeeded"}, None),
    "list_deletions": ({"state": "done"}, None),
    "list_webhook_events": ({"state": "quarantined"}, None),
    "report_costs": ({"from": "2026-10-01", "to": "2026-10-31", "group_by": "category,country"}, None),
    "report_usage": ({"from": "2026-10-01", "to": "2026-10-31", "group_by": "day,category"}, None),
    "get_message_usage": (
        {"billingPeriod": "2026-10", "groupBy": "channel,businessAccountId,pricingCategory,country"}, None,
    ),
    "delete_messages": ({}, {"filter": {"status": ["undelivered"], "created_before": "2026-10-16T00:00:00Z"}}),
    "set_retention": ({}, {"message_months": 24, "payload_months": 3}),
    "start_export": (
        {},
        {"dataset": "messages", "format": "csv", "compression": "zip", "columns": ["umid", "status", "created_at"],
         "filters": {"status": ["undelivered"], "created_after": "2026-10-01T00:00:00Z"}},
    ),
    "start_log_export": ({}, {"from": "2026-10-01", "to": "2026-11-01", "countries": ["IN"]}),
    "replay_webhook_events": ({}, {"filter": {"state": "quarantined"}}),
    "record_exemption": (
        {},
        {"waba_id": "102290129340398", "kind": "non_profit", "first_day": "2027-01-01", "last_day": "2027-12-31",
         "source": "Ticket 4711 at Meta"},
    ),
    "list_suppressions": ({"source": "api"}, None),
    "add_suppression": ({}, {"person": "+65 9123 4567", "reason": "phoned"}),
    "lift_suppression": ({"reason": "agreed on the phone"}, None),
    "import_suppressions": ({}, {"csv": "person,reason\n+6591234567,phoned\n91234567,\n"}),
    "send_message": ({}, TEMPLATE),
    "send_messages": ({}, {"messages": [TEMPLATE, {**TEMPLATE, "user": {"msisdn": "+1"}}],
                           "clientBatchId": "monday", "includeMessagesInResponse": True}),
    "add_webhooks": ({}, [{**RECEIPTS, "httpAuthorization": "Bearer a-secret-of-yours"}]),
    "delete_webhooks": ({}, [{"subAccountId": "acme_shop", "type": "CADR"}]),
}  # fmt: skip
REFUSED: dict[str, tuple[dict[str, Any], Any]] = {
    "list_messages": ({"status": "lost", "colour": "red"}, None),
    "get_message": ({"fields": "umid,colour"}, None),
    "report_costs": ({"from": "2026-10-31", "to": "2026-10-01", "group_by": "weather"}, None),
    "get_message_usage": ({"billingPeriod": "2026-11"}, None),
    "delete_messages": ({}, {"filter": {"state": ["undelivered"]}}),
    "set_retention": ({}, {"message_months": 1}),
    "start_export": ({}, {"columns": ["umid", "colour"]}),
    "add_suppression": ({}, {"person": "9.19877E+11"}),
    "record_exemption": ({}, {"waba_id": "102290129349999", "kind": "non_profit", "first_day": "2027-01-01",
                              "source": "Ticket 4711 at Meta"}),
    "replay_webhook_events": ({}, {"ids": [1], "filter": {"state": "parked"}}),
    "send_message": ({}, {"user": {"msisdn": "+919876543210"}, "type": "template",
                          "content": {"template": {"name": "unknown", "language": "en"}}}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def acme(db: None, every_account: None) -> Account:
    """Built now, at the time of the examples: the audit shows when."""
    return build(ACME, datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture
def ask(acme: Account, settings: Any):
    """Call the API with all scopes: `(status, response)`. Its changes are rolled back, or kept."""
    settings.ALLOWED_HOSTS = [HOST]
    text = create_api_key(by=principal(acme, "command"), name="Shop back end", scopes=list(Permission))[1]
    client = Client(SERVER_NAME=HOST, headers={"Authorization": f"Bearer {text}"})

    def call(method: str, path: str, body: Any = None, *, keep: bool = False) -> tuple[int, Any]:
        how = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        with transaction.atomic():
            answer = getattr(client, method)(path, secure=True, **how)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(not keep)
        if "json" in answer.headers.get("Content-Type", ""):
            return answer.status_code, json.loads(content)
        return answer.status_code, content.decode() or None

    return call


@pytest.fixture
def world(acme: Account, ask) -> dict[str, Any]:
    """An account with data of every kind, and its ids for paths, some for one operation only."""
    ids = ids_of(acme)
    for model in (RateCard, Deletion, Export):  # those are empty, or differ from a client's request
        model.objects.filter(account=acme).delete()
    Keeping.objects.create(account=acme, message_months=36, payload_months=6)
    PhoneNumber.objects.filter(provider_number_id=ids["channel_id"]).update(name_status="PENDING")
    InboxItem.objects.update(state=InboxState.QUARANTINED, reason="The body is a JSON list; an object is expected.",
        outcome={"kinds": ["unreadable"], "held": 1, "applied": {}},
                             attempts=1, body=b"[]", headers={"Content-Type": "application/json"})  # fmt: skip
    traffic_of(acme)
    subaccount, account = f"/api/v1/subaccounts/{ids['subaccount_id as str']}", f"/api/v1/accounts/{ids['account_id']}"
    ask("post", f"{account}/webhooks", [RECEIPTS], keep=True)
    due = {"scheduled": f"{NOW + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}
    waiting = ask("post", f"{subaccount}/messages", TEMPLATE | due, keep=True)[1]["umid"]
    job = ask("post", f"{subaccount}/messages/exports", ASKED["start_log_export"][1], keep=True)[1]["jobId"]
    export = ask("post", "/api/v1/exports/", {"columns": ["umid", "status", "created_at"]}, keep=True)[1]["id"]
    for each in Export.objects.filter(account=acme):
        export_work.run_slice(each)
    deletable = Message.objects.get(account=acme, provider_message_id="wamid.gone")
    body = {"umids": [str(deletable.umid)], "reason": "Asked for by the person"}
    deletion = ask("post", "/api/v1/deletions/", body, keep=True)[1]["id"]
    deletion_work.work(Deletion.objects.get().pk)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # chains the audit
    return ids | {
        "umid": Message.objects.get(provider_message_id=FIRST).umid,
        "template_id": Template.objects.filter(name="order_update").earliest("pk").pk,
        "card_id": RateCard.objects.get(name="Meta USD 2026-10-01").pk,
        "export_id": export, "deletion_id": deletion, "job_id": job, "api-log-export-download: token": job,
        "cancel_message": {"umid": waiting},
    }  # fmt: skip


def traffic_of(account: Account) -> None:
    """Messages of two months, rated; one without a price, one that failed."""
    template = {"template_name": "order_update", "template_language": "en", "content_type": "template"}
    sale = {**template, "template_name": "weekend_sale"}
    deliver(account, provider_message_id=FIRST, at=AT - timedelta(days=1), **sale)  # at one time with none other
    for day in range(10):
        about = {"at": NOW - timedelta(days=2 * day, hours=2), "category": "utility"}
        deliver(account, provider_message_id=f"wamid.utility{day}", **template, **about)
    deliver(account, provider_message_id="wamid.unrated", category="", pricing_type="")
    deliver(account, provider_message_id="wamid.gone")
    failed = {"error_source": "meta", "error_code": 131026, "error_title": "Message undeliverable"}
    report(account, "failed", provider_message_id="wamid.failed", at=NOW - timedelta(hours=1), **failed, **sale)
    traffic.fold()
    rate()


def exchange(call, path, method, query, body):
    """One call and its response, as the file has them."""
    path += f"?{urlencode(query, safe=',:')}" if query else ""
    status, answer = call(method, path, body)
    parts = {"call": f"{method.upper()} {path}", "request": body, "status": status, "response": cut(answer)}
    return {name: value for name, value in parts.items() if value is not None}


def cut(answer):
    """The response with lists of objects cut to their first rows."""
    if isinstance(answer, dict):
        return {name: cut(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [cut(value) for value in answer[: MAX_ROWS if answer and isinstance(answer[0], dict) else None]]
    return answer


VOLATILE = (
    (r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{32,}\b", "<id>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)", "<time>"),
    (r"\btg_[\w-]+", "<key>"),
    (r"=\d{16}-\d+", "=<cursor>"),
    (r"/\d+/", "/<n>/"),
    (r"\b1689556908\d{6}\b", "<template>"),
    (r"\b659123\d{4}\b", "<suppressed>"),  # of `tests.access.ids`, after the account's id
)
# Ids from sequences, which tests do not reset; and the number of parts of an export, which depends on speed.
NUMBERED = {"id", "run", "webhook_event", "endpoint", "parts"}
WORDED = {"message", "errorMessage", "detail"}  # of errors: the fields and codes are compared, not the texts


def steady(value: Any, name: str = "") -> Any:
    """The value without the parts that differ in every run."""
    if isinstance(value, dict):
        return {key: steady(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [steady(inner, name) for inner in value]
    if name in WORDED:
        return "<words>"
    if isinstance(value, str):
        for pattern, word in VOLATILE:
            value = re.sub(pattern, word, value)
        return value
    return "<n>" if name in NUMBERED and isinstance(value, int) else value


@pytest.mark.django_db
def test_every_example_is_what_the_portal_answers(world, ask, request):
    examples = {}
    # Deletions come last: a deleted file does not come back.
    for operation, route, method in sorted(routes_described(), key=lambda each: each[2] == "delete"):
        name = operation["operationId"]
        path = route.path(world | world.get(name, {}))
        examples[name] = example = exchange(ask, path, method, *ASKED.get(name, ({}, None)))
        assert example["status"] < 300, f"{name}: {example}"
        if name in REFUSED:
            example["refused"] = exchange(ask, path, method, *REFUSED[name])
            assert example["refused"]["status"] == 400, f"{name}: {example['refused']}"
    stored = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES.glob("*.json")}
    both = {name: (steady(stored.get(name)), steady(examples.get(name))) for name in stored.keys() | examples.keys()}
    stale = {name: each for name, each in both.items() if each[0] != each[1]}
    if request.config.getoption("--rewrite-examples"):
        for name in stale:
            write(name, examples.get(name))
    assert stale == {}, "(as the file has it, as it is): see above how to rewrite these examples."


def write(name, example):
    """Write the operation's file, or remove it if the operation no longer exists."""
    path = EXAMPLES / f"{name}.json"
    if example is None:
        path.unlink()
    else:
        path.write_text(json.dumps(example, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
