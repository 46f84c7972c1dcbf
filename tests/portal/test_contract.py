"""Schemathesis calls every operation of our OpenAPI schema: no 5xx, and no undocumented response.

A few requests an operation, the same in every run; with `--requests N` as many, and new ones each time.
"""

import gc

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.enums import Permission
from accounts.services import create_api_key
from core.tenancy import every_tenant
from portal.wsgi import application
from tests.access.ids import ids_of
from tests.people import principal

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
A_FEW = 2


@pytest.fixture
def headers(acme):
    """Of a key that may do everything, as often as it likes."""
    text = create_api_key(by=principal(acme), name="Test", scopes=list(Permission), rate_limit=1_000_000)[1]
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def _open_connection():
    """The server closes connections that are in a transaction, which the test's own is."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def ids(acme):
    """Ids of things that are there, as paths have them."""
    ids = {name: str(value) for name, value in ids_of(acme).items()}
    return ids | {"subaccount_id": ids["subaccount_id as str"], "token": ids["api-log-export-download: token"]}


@pytest.mark.django_db
@pytest.mark.usefixtures("_open_connection")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files that Schemathesis leaves open
def test_every_operation_answers_as_it_is_described(headers, ids, request):
    many = request.config.getoption("--requests")
    configure = settings(
        max_examples=many or A_FEW, derandomize=not many, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    schema = schemathesis.openapi.from_wsgi("/api/schema/", application)
    wrong = []
    for operation in (result.ok() for result in schema.get_all_operations()):
        path_parameters = {each.name: ids[each.name] for each in operation.path_parameters}
        for strategy in (
            operation.as_strategy(GenerationMode.POSITIVE, path_parameters=path_parameters),
            operation.as_strategy(GenerationMode.POSITIVE),
            operation.as_strategy(GenerationMode.NEGATIVE),
        ):
            try:
                configure(given(case=strategy)(lambda case: ask(case, headers)))()
            except (FailureGroup, AssertionError) as failed:
                wrong.append(f"{operation.label}: {error_text(failed)}")
    gc.collect()  # here, where open resources are ignored, and not during another test
    if wrong:
        pytest.fail("\n\n".join(wrong), pytrace=False)


def error_text(failed):
    """The full text of an error: a group of failures prints only their number."""
    return "\n".join(str(each) for each in getattr(failed, "exceptions", [failed]))


def ask(case, headers):
    """Send a request, roll back, and compare the response with its description."""
    with every_tenant(), transaction.atomic():
        answer = case.call(headers=headers)
        transaction.set_rollback(True)
    case.validate_response(answer, checks=CHECKS)
