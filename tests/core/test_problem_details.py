"""Errors of views have one shape; an unexpected one stays a 500."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions

from core.errors import Conflict, UserError
from core.problem_details import exception_handler, exception_handler_8x8


def problem(status, title, detail, errors=()):
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": list(errors)}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Http404("No such umid"), problem(404, "Not Found", "Not found.")),
        (PermissionDenied(), problem(403, "Forbidden", "You do not have permission to perform this action.")),
        (exceptions.ParseError("Bad JSON"), problem(400, "Bad Request", "Bad JSON")),
        (exceptions.MethodNotAllowed("PUT"), problem(405, "Method Not Allowed", 'Method "PUT" not allowed.')),
    ],
)
def test_problems(error, expected):
    response = exception_handler(error, {})
    assert (response.status_code, response.data) == (expected["status"], expected)
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("detail", "errors"),
    [
        ("Wrong.", [("", "Wrong.")]),
        ({"to": "Too early."}, [("to", "Too early.")]),
        ({"to": ["Too early.", "Not a day."]}, [("to", "Too early."), ("to", "Not a day.")]),
        ({"template": {"name": ["Unknown."]}}, [("template.name", "Unknown.")]),
    ],
)
def test_wrong_fields_are_named_with_their_path(detail, errors):
    response = exception_handler(exceptions.ValidationError(detail), {})
    assert response.data["detail"] == "Some fields are not valid."
    assert response.data["errors"] == [{"field": field, "message": message} for field, message in errors]


@pytest.mark.parametrize(
    ("error", "status", "detail", "errors"),
    [
        (UserError("Too early."), 400, "Too early.", []),
        (
            UserError("Too early", remedy="wait.", field="to"),
            400,
            "Some fields are not valid.",
            [("to", "Too early: wait.")],
        ),
        (Conflict("Taken.", field="code"), 409, "Taken.", []),
    ],
)
def test_what_cannot_be_done_is_answered_with_its_field(error, status, detail, errors):
    response = exception_handler(error, {})
    assert (response.status_code, response.data["detail"]) == (status, detail)
    assert response.data["errors"] == [{"field": field, "message": message} for field, message in errors]


def test_a_conflict_says_when_to_come_again():
    assert exception_handler(Conflict("Busy.", wait=1), {}).headers["Retry-After"] == "1"


def test_it_is_written_as_8x8_writes_errors():
    answer = exception_handler_8x8(UserError("Too early.", field="to"), {})
    assert (answer.status_code, answer.data["code"], answer.data["message"]) == (400, 1000, "to: Too early.")


@pytest.mark.parametrize(("header", "expected"), [("Bearer", "Bearer"), (None, None)])
def test_a_401_says_what_it_asks_for(header, expected):
    error = exceptions.NotAuthenticated()
    error.auth_header = header
    assert exception_handler(error, {}).headers.get("WWW-Authenticate") == expected


def test_the_unforeseen_is_left_to_django():
    assert exception_handler(ZeroDivisionError(), {}) is None
