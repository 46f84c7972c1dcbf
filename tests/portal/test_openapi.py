"""The OpenAPI schema is true for every operation: scopes, sparse fields, strict bodies."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Permission
from portal.api import schema_json
from portal.urls import rest
from tests.access.ids import ids_of
from tests.access.routes import rest_routes
from tests.access.table import REST
from tests.access.test_permissions import asked, bearer

SCHEMA = json.loads(schema_json())
OPERATIONS = {
    (method, path): operation for path, methods in SCHEMA["paths"].items() for method, operation in methods.items()
}  # fmt: skip
SCOPES = {scope.value for scope in Permission}
BY_WHAT_IT_HOLDS = {"start_export": {"messages:read"}}  # scopes that depend on the body, as the description states


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself where it is only named."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return SCHEMA["components"]["schemas"][name] if name else schema


def body_of(operation):
    """The schema of the operation's JSON body; None without one."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return resolved(content["schema"]) if content else None


def routes_described():
    """(operation, route, method) of all."""
    paths = {each.name: "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(each.pattern)) for each in rest}
    for route in rest_routes():
        for method in route.methods if route.name in paths else ():
            yield OPERATIONS[method, paths[route.name]], route, method


def test_the_scopes_that_are_documented_are_those_that_are_needed():
    """Of the table that tests/access holds against the portal, scope by scope."""
    wrong = []
    for operation, route, method in routes_described():
        needed = set(REST[route.name][method].split())
        (security,) = operation["security"]
        depends = BY_WHAT_IT_HOLDS.get(operation["operationId"], set())
        described = {scope for scope in SCOPES if f"`{scope}`" in operation["description"]}
        if (
            set(security["ApiKey"]) | depends != needed
            or not described >= needed
            or (described > needed and not depends)
        ):
            wrong.append((operation["operationId"], security, described, needed))
    assert wrong == []


def test_every_operation_is_described():
    assert len(list(routes_described())) == len(OPERATIONS)


def sparse_lists_and_details():
    """Operations that answer rows of ours: `{next, previous, results}`, or one whose list has `fields`."""
    pages = {
        path: operation
        for (method, path), operation in OPERATIONS.items()
        if method == "get" and "Page" in schema_of_200(operation)
    }
    ones = re.compile(r"(.*/)\{\w+\}/")
    details = [path for _, path in OPERATIONS if (match := ones.fullmatch(path)) and match[1] in pages]
    return sorted({*pages, *details, "/api/v1/charges/{umid}/"})


def schema_of_200(operation):
    content = operation["responses"].get("200", {}).get("content", {})
    return json.dumps(content.get("application/json", {}).get("schema", {}))


def test_every_operation_has_examples_of_what_it_takes_and_answers():
    """tests/portal/test_examples.py compares them with the portal."""
    missing = []
    for operation, _, _ in routes_described():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        bodies += operation["responses"].values()
        contents = [content for each in bodies for content in each.get("content", {}).values()]
        missing += [operation["operationId"] for each in contents if not each.get("examples")]
    assert set(missing) == {"delete_messages"}  # 200 answers a dry run


@pytest.mark.django_db
def test_fields_of_every_list_and_detail(acme):
    ids, headers, client = ids_of(acme), bearer(acme, Permission), Client()
    methods = {}
    for operation, route, method in routes_described():
        (about,) = [each for each in operation.get("parameters", []) if each["name"] == "fields"] or [None]
        if about is None:
            continue
        path, names = route.path(ids), about["schema"]["items"]["enum"]
        full = client.get(path, headers=headers).json()
        sparse = client.get(path, {"fields": ",".join(names[:2][::-1])}, headers=headers)
        unknown = client.get(path, {"fields": f"{names[0]},colour"}, headers=headers)
        twice = client.get(f"{path}?fields={names[0]}&fields={names[1]}", headers=headers)
        rows, few = (each.get("results", [each]) for each in (full, sparse.json()))
        assert {tuple(row) for row in rows} == {tuple(names)}, route.name
        assert few == [{name: row[name] for name in names[:2]} for row in rows], route.name
        all_names = ", ".join(names)
        message = f"Unknown: colour. Choose from {all_names}."
        assert unknown.json()["errors"] == [{"field": "fields", "message": message}], route.name
        assert (twice.status_code, twice.json()["errors"][0]["field"]) == (400, "fields"), route.name
        methods[next(path for (_, path), other in OPERATIONS.items() if other is operation)] = method
    assert sorted(methods) == sparse_lists_and_details()


@pytest.mark.django_db
def test_every_body_of_ours_refuses_unknown_fields(acme):
    """Also inside others; 8x8's shape is read as 8x8 reads it, but for log exports."""
    ids, headers, client = ids_of(acme), bearer(acme, Permission), Client()
    refused = []
    for operation, route, method in routes_described():
        schema = body_of(operation)
        if schema is None or (route.view_class.error_format == "8x8" and route.name != "api-log-exports"):
            continue
        body = {"colour": "red"}
        inner = [name for name, each in schema["properties"].items() if "properties" in resolved(each)]
        body |= {name: {"shape": "round"} for name in inner}
        answer = asked(client, method, route.path(ids), data=json.dumps(body), content_type="application/json",
                       headers=headers)  # fmt: skip
        names = {"colour", *(f"{name}.shape" for name in inner)}
        assert schema["additionalProperties"] is False, route.name
        assert all(resolved(schema["properties"][name])["additionalProperties"] is False for name in inner)
        assert answer.status_code == 400, route.name
        if route.view_class.error_format == "ours":
            errors = {each["field"]: each["message"] for each in answer.json()["errors"]}
            assert {name: errors.get(name) for name in names} == dict.fromkeys(names, "There is no such field.")
        else:
            assert "colour: There is no such field." in answer.json()["message"]
        refused.append(route.name)
    assert refused == [
        "api-deletions", "api-retention", "api-exports", "api-log-exports", "api-exemptions",
        "api-webhook-events-replay", "api-suppressions", "api-suppressions-import",
    ]  # fmt: skip
