"""Every parameter and field of a body with invalid values: a 4xx that names it, and never a 500."""

import json
import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client

from accounts.enums import Permission
from accounts.models import Waba
from core.openapi import EXAMPLES
from tests.access.ids import ids_of
from tests.access.routes import pages
from tests.access.test_permissions import asked, bearer
from tests.people import visitor
from tests.portal.test_openapi import body_of, resolved, routes_described

pytestmark = pytest.mark.django_db
HUGE = "9" * 5_000
# As in a URL: a NUL, a huge number, a negative one, a time that does not exist in UTC, the first day.
TEXTS = ("%00", HUGE, "-1", "9999-12-31T23:59:59-23:59", "0001-01-01")
VALUES: tuple[Any, ...] = (
    None, True, -1, 2**63, 10**400, "\0", "\ud800", HUGE, {}, [None], [[]], {"a": 1},
)  # fmt: skip
ALTERNATIVES = {"umids", "ids"}  # named where a body gives none of several fields, or more than one


@pytest.fixture
def call(acme):
    """`(status, names of the wrong fields, answer)` of a request of a key that may do everything."""
    headers, client = bearer(acme, Permission), Client(raise_request_exception=False)

    def ask(method, path, body=None):
        how = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = asked(client, method, path, headers=headers, **how)
        body = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
        names = [each["field"] for each in body.get("errors", ())] if isinstance(body, dict) else []
        return answer.status_code, names, body

    return ask


def takes(field, value):
    """Whether a field of a body takes a value after all: a number as a text, null where the schema has it."""
    types = field.get("type", [])
    is_text = "string" in types and not {"format", "enum"} & set(field)
    return (is_text and type(value) is int) or (value is None and "null" in types)


def faults(status, names, content, name, missing=()):
    """The faults of an answer to a bad value of `name`; empty for a correct one.

    `missing` are the required fields that a body without fault in `name` does not have.
    """
    if 200 <= status < 300 or status in {404, 429}:  # message details have a rate limit
        return ""
    if status != 400:
        return f"{status}"
    if "message" in content:  # 8x8's shape reports only the first fault
        return "" if content["message"] else "nothing said"
    tops = {each.partition(".")[0] for each in names}
    return (
        ""
        if {name, *ALTERNATIVES} & tops or tops == set(missing) or content["detail"].startswith("The body")
        else f"{names} {content['detail']}"
    )


def test_every_parameter(acme, call):
    ids, wrong = ids_of(acme), []
    for operation, route, method in routes_described():
        parameters = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        needed = {"from": "2026-10-01", "to": "2026-10-02", "billingPeriod": "2026-10"}
        theirs = route.view_class.error_format == "8x8"
        for name in parameters:
            others = urlencode({each: value for each, value in needed.items() if each in parameters and each != name})
            for text in TEXTS:
                status, names, content = call(method, f"{route.path(ids)}?{others}&{name}={text}")
                if fault := faults(status, names, content, name):
                    wrong.append(f"{operation['operationId']} {name}={text[:20]}: {fault}")
        for query, name in (("colour=red", "colour"), ("%ff=1", "\ufffd"), ("%00=1", "\0")):
            if method == "get":
                status, names, content = call(method, f"{route.path(ids)}?{query}")
                if (status, name in names) != (400, True) and not (theirs and status < 500):
                    wrong.append(f"{operation['operationId']} ?{query}: {status} {names}")
    assert "\n".join(wrong) == ""


def test_every_field_of_a_body(acme, call):
    ids, wrong = ids_of(acme), []
    for operation, route, method in routes_described():
        schema = body_of(operation)
        if schema is None or "properties" not in schema:
            continue
        for name, field in schema["properties"].items():
            for value in VALUES:
                status, names, content = call(method, route.path(ids), json.dumps({name: value}))
                missing = {*schema.get("required", ())} - {name} if takes(field, value) else ()
                if fault := faults(status, names, content, name, missing):
                    wrong.append(f"{operation['operationId']} {name}={value!r:.20}: {fault}")
    assert "\n".join(wrong) == ""


DAYS = ("9999-12-31", "0001-01-01", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9999-12", "0001-01")


def with_day(value: Any, day: str) -> Any:
    """A body with this day in place of each of its days and times."""
    if isinstance(value, dict):
        return {name: with_day(inner, day) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_day(inner, day) for inner in value]
    return day if isinstance(value, str) and re.match(r"\d{4}-\d\d", value) else value


def dated_bodies():
    """Complete bodies of requests that hold a day or time."""
    for file in sorted(EXAMPLES.glob("*.json")):
        request = json.loads(file.read_text()).get("request")
        if request is not None and with_day(request, "x") != request:
            yield file.stem, request
    for name in ("received_after", "received_before"):
        yield "replay_webhook_events", {"filter": {name: "2026-10-01"}}
    for name in ("created_after", "sent_before", "read_after"):
        yield "delete_messages", {"filter": {name: "2026-10-01"}, "dry_run": True}
    for dataset in ("messages", "calls", "other_channels"):
        yield "start_export", {"dataset": dataset, "filters": {"created_after": "2026-10-01"}}
    for dataset in ("costs", "charges", "usage"):
        yield "start_export", {"dataset": dataset, "filters": {"from": "2026-10-01", "to": "2026-10-01"}}


def test_no_day_of_a_body_is_too_early_or_too_late(acme, call):
    described = {operation["operationId"]: (route, method) for operation, route, method in routes_described()}
    ids, wrong, tried = ids_of(acme), [], set()
    waba = Waba.objects.filter(account=acme).first().waba_id
    for name, body in dated_bodies():
        route, method = described[name]
        for day in DAYS[:4]:
            known = {**with_day(body, day), **({"waba_id": waba} if "waba_id" in body else {})}
            status, _, _ = call(method, route.path(ids), json.dumps(known))
            tried.add(name)
            if status >= 500:
                wrong.append(f"{name} {day}: {status}")
    assert wrong == []
    assert {"record_exemption", "replay_webhook_events", "start_export"} <= tried


def test_no_day_of_a_page_is_too_early_or_too_late(acme):
    client, ids, wrong = visitor(acme), ids_of(acme), []
    client.raise_request_exception = False
    for route in pages():
        for day in DAYS[:3]:
            period = urlencode({"from": day, "to": day})
            others = urlencode(dict.fromkeys(("sent", "read", "month", "first", "last", "day", "until", "table"), day))
            for query in (period, f"range=any&{others}", others):
                status = asked(client, "get", f"{route.path(ids)}?{query}").status_code
                if status >= 500:
                    wrong.append(f"{route.name}?{query}: {status}")
    assert wrong == []


@pytest.mark.parametrize(
    ("url", "names", "others"),
    [
        ("/prices/own/", ("effective_from",),
         {"currency": "USD", "base": "buy", "markup_percent": "0", "fee": "0"}),
        ("/prices/exemptions/", ("first_day",), {"kind": "government", "source": "a letter"}),
    ],
)  # fmt: skip
def test_no_day_of_a_form_is_too_early_or_too_late(acme, url, names, others):
    client, waba = visitor(acme), Waba.objects.filter(account=acme).first().pk
    for day in DAYS:
        page = client.post(url, {**others, "waba": waba, **dict.fromkeys(names, day)})
        assert page.status_code == 200
        assert set(names) <= set(page.context["form"].errors)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'"x"', b"null", b"[]", b"1", b"NaN", b'{"a": NaN}', b"[" * 5_000, b'{"a":' * 5_000,
     b'{"\\ud800": 1}', b'{"\\u0000": 1}', b'{"a": 1e400}'],
    ids=["empty", "open", "bytes", "text", "null", "list", "number", "nan", "inner-nan", "deep-list", "deep-object",
         "surrogate", "nul", "infinite"],
)  # fmt: skip
def test_what_is_no_body(acme, call, body):
    ids, wrong = ids_of(acme), []
    for operation, route, method in routes_described():
        if body_of(operation) is not None:
            status, _, content = call(method, route.path(ids), body)
            fine = status < 300 and body == b""
            if not fine and (status != 400 or not (content.get("detail") or content.get("message"))):
                wrong.append(f"{operation['operationId']}: {status} {content}")
    assert wrong == []


def test_every_id_of_a_path(call):
    """Any id that does not exist."""
    nobodys = {"int": 0, "uuid": UUID(int=0), "str": "nobodys"}
    wrong = []
    for operation, route, method in routes_described():
        path = route.path({name: nobodys[kind] for name, kind in route.parameters.items()})
        for text in ("%00", "%ff", HUGE, "..%2f..") if route.parameters else ():
            status, _, _ = call(method, re.sub(r"/(0|0{8}-[0-]+|nobodys)(?=/|$)", f"/{text}", path))
            if status not in {400, 404}:
                wrong.append(f"{operation['operationId']} {text[:20]}: {status}")
    assert wrong == []


def test_the_schema_is_walked():
    """Otherwise the tests above would have no requests."""
    assert sum(body_of(operation) is not None for operation, _, _ in routes_described()) >= 9
    assert resolved({"$ref": "#/components/schemas/Problem"})["properties"]
