"""The OpenAPI schema describes every path of the REST API."""

import io
import json
import re

import pytest
from django.core.management import call_command

from portal.urls import rest


@pytest.fixture(scope="module")
def schema():
    """Generated as CI would; a warning of the generator fails it."""
    out = io.StringIO()
    call_command("spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn", stdout=out)
    return json.loads(out.getvalue())


def test_it_holds_every_path(schema):
    paths = {re.sub(r"<\w+:(\w+)>", r"{\1}", f"/api/v1/{route.pattern}") for route in rest}
    assert set(schema["paths"]) == paths


def test_every_operation_asks_for_a_key(schema):
    assert schema["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    assert [operation["security"] for operation in operations] == [[{"ApiKey": []}]] * len(operations)


def test_a_page_of_messages_has_links_and_results(schema):
    answer = schema["paths"]["/api/v1/messages/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/MessagePage"}
    assert list(schema["components"]["schemas"]["MessagePage"]["properties"]) == ["next", "previous", "results"]


def test_filters_have_types_and_choices(schema):
    filters = {each["name"]: each["schema"] for each in schema["paths"]["/api/v1/messages/"]["get"]["parameters"]}
    assert filters["direction"]["enum"] == ["inbound", "outbound"]
    assert filters["status"]["type"] == "array"
    assert filters["error_code"]["type"] == "integer"
    assert filters["created_after"]["format"] == "date-time"


def test_an_error_says_what_to_do(schema):
    fields = schema["components"]["schemas"]["Error"]["properties"]
    assert list(fields) == ["source", "code", "title", "meaning", "remedy", "retryable"]
    error = schema["components"]["schemas"]["Message"]["properties"]["error"]
    assert {"$ref": "#/components/schemas/Error"} in error["oneOf"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/charges/{umid}/", "Charge"),
        ("/api/v1/reports/costs/", "CostReport"),
        ("/api/v1/reports/forecast/", "ForecastReport"),
        ("/api/v1/reports/tiers/", "TierReport"),
        ("/api/v1/accounts/{account_id}/usage/messages", "UsageReport"),
    ],
)
def test_answers_are_described_by_name(schema, path, name):
    answer = schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer["$ref"] == f"#/components/schemas/{name}"


def test_amounts_are_strings_and_parameters_are_named(schema):
    total = schema["components"]["schemas"]["CostTotal"]["properties"]
    assert total["amount"]["type"] == "string"
    asked = [each["name"] for each in schema["paths"]["/api/v1/reports/costs/"]["get"]["parameters"]]
    assert sorted(asked) == [
        "category", "channel", "country", "from", "group_by", "market", "state", "subaccount", "template", "to",
    ]  # fmt: skip


def test_the_server_shows_it_without_a_key(client):
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/vnd.oai.openapi")
