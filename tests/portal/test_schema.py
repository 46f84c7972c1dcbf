"""The OpenAPI schema describes every path of the REST API."""

import io
import json
import re

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from core.openapi import EXAMPLES
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


def test_every_operation_requires_a_key(schema):
    assert schema["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    assert {tuple(each) for _, _, operation in operations(schema) for each in operation["security"]} == {("ApiKey",)}


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
    parameters = schema["paths"]["/api/v1/reports/costs/"]["get"]["parameters"]
    names = [each["name"] for each in parameters if each["in"] == "query"]
    assert sorted(names) == [
        "category", "channel", "country", "from", "group_by", "market", "state", "subaccount", "template", "to",
    ]  # fmt: skip


def operations(schema):
    return [
        (method, path, operation) for path, methods in schema["paths"].items() for method, operation in methods.items()
    ]


def test_every_operation_documents_its_errors(schema):
    for method, path, operation in operations(schema):
        expected = {"400", "401", "403", "429"} | ({"404"} if "{" in path else set())
        expected |= {"409", "413"} if method == "post" else set()
        expected |= {"415"} if "requestBody" in operation else set()
        assert expected <= set(operation["responses"]), f"{method} {path}"


def test_errors_are_in_the_shape_of_the_api_that_is_spoken(schema):
    ours = schema["paths"]["/api/v1/messages/"]["get"]["responses"]["429"]
    content = ours["content"]["application/problem+json"]
    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert content["examples"]["response"]["value"]["title"] == "Too Many Requests"
    assert "Retry-After" in ours["headers"]
    theirs = schema["paths"]["/api/v1/accounts/{account_id}/usage/messages"]["get"]["responses"]["429"]["content"]
    assert theirs["application/json"]["schema"] == {"$ref": "#/components/schemas/Envelope"}


def test_every_post_takes_an_idempotency_key(schema):
    posts = [operation for method, _, operation in operations(schema) if method == "post"]
    assert posts
    for operation in posts:
        assert "Idempotency-Key" in [each["name"] for each in operation["parameters"]]


def test_every_operation_has_a_title_and_names_its_scope(schema):
    for _, path, operation in operations(schema):
        assert operation["summary"], path
        assert re.search(r"Requires the scope `\w+:\w+`( and `\w+:\w+`)*\.$", operation["description"]), path


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_example_is_what_its_operation_describes(schema, path):
    """Request, answer and refusal, each by its own schema, and shown with it."""
    example = json.loads(path.read_text(encoding="utf-8"))
    operation = {each["operationId"]: each for _, _, each in operations(schema)}[path.stem]
    bodies = [(operation["requestBody"], example["request"])] if "request" in example else []
    responses = [each for each in (example, example.get("refused")) if each and "response" in each]
    bodies += [(operation["responses"][str(each["status"])], each["response"]) for each in responses]
    for described, value in bodies:
        ((media_type, content),) = described["content"].items()
        if "json" in media_type:
            schema_with_components = {**content["schema"], "components": schema["components"]}
            assert [error.message for error in Draft202012Validator(schema_with_components).iter_errors(value)] == []
        assert [each["value"] for each in content["examples"].values()] == [value]
