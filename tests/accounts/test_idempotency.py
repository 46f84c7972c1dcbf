"""A POST with an Idempotency-Key is executed once, and a repetition gets the same response."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.response import Response

from accounts import api
from accounts.api import TenantView
from accounts.enums import Permission
from accounts.models import IdempotentCall
from accounts.services import create_api_key, idempotency
from accounts.tasks import delete_expired_calls
from tests.people import principal

pytestmark = pytest.mark.urls(__name__)


class Counter(TenantView):
    """Responds with the number of its executions, as the request specifies."""

    permission = Permission.VIEW_MESSAGES
    times = 0

    def post(self, request):
        Counter.times += 1
        body = request.data
        if "error" in body:
            raise RuntimeError
        headers = {"Location": "/there", "X-Other": "not kept"}
        return Response({"n": Counter.times, **body}, status=body.get("status", 201), headers=headers)

    def get(self, request):
        return Response()


urlpatterns = [path("count/", Counter.as_view())]


@pytest.fixture(autouse=True)
def _from_zero():
    Counter.times = 0


@pytest.fixture
def key(acme):
    return create_api_key(by=principal(acme), name="Test", scopes=[Permission.VIEW_MESSAGES])[1]


@pytest.fixture
def post(key):
    """POST a JSON body under an Idempotency-Key; a browser that lets a server's error through as 500."""

    def call(body, idempotency_key="k", *, by=key, url="/count/"):
        headers = {"Authorization": f"Bearer {by}", "Idempotency-Key": idempotency_key}
        browser = Client(raise_request_exception=False)
        return browser.post(url, body, content_type="application/json", headers=headers)

    return call


def test_the_same_request_gets_the_same_answer(post):
    first, second = post({"a": 1}), post({"a": 1})
    assert (first.status_code, first.json()) == (201, {"n": 1, "a": 1})
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"
    assert second.headers["Location"] == "/there"
    assert "X-Other" not in second.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_without_a_key_each_is_carried_out(key, client):
    headers = {"Authorization": f"Bearer {key}"}
    answers = [client.post("/count/", {}, content_type="application/json", headers=headers) for _ in range(2)]
    assert [answer.json()["n"] for answer in answers] == [1, 2]
    assert IdempotentCall.objects.count() == 0


@pytest.mark.parametrize(("body", "url"), [({"a": 2}, "/count/"), ({"a": 1}, "/count/?b=1")])
def test_a_key_that_was_used_for_another_request_is_refused(post, body, url):
    post({"a": 1})
    answer = post(body, url=url)
    assert answer.status_code == 409
    assert (
        answer.json()["detail"] == "This Idempotency-Key was used for another request: use a new key for each request."
    )
    assert "Retry-After" not in answer.headers
    assert Counter.times == 1


def test_each_api_key_has_keys_of_its_own(acme, other, post):
    keys = [
        create_api_key(by=principal(each), name="B", scopes=[Permission.VIEW_MESSAGES])[1] for each in (acme, other)
    ]
    assert [post({"a": 1}).json()["n"], *(post({"a": 1}, by=each).json()["n"] for each in keys)] == [1, 2, 3]


@pytest.mark.parametrize("key_text", ["", "x" * 256, "é", "a\tb"])
def test_a_key_that_is_no_key_is_named(post, key_text):
    answer = post({}, key_text)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["Idempotency-Key"]
    assert Counter.times == 0


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_refusals_are_kept_too(post, status):
    assert [post({"status": status}).json()["n"] for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("status", [429, 503])
def test_an_answer_that_asks_for_a_retry_frees_the_key(post, status):
    assert [post({"status": status}).json()["n"] for _ in range(2)] == [1, 2]


def test_after_an_error_that_nobody_expected_nothing_is_repeated(post):
    assert post({"error": 1}).status_code == 500
    answer = post({"error": 1})
    assert (answer.status_code, Counter.times) == (409, 1)
    assert "broke off, perhaps after its work was done" in answer.json()["detail"]
    assert "Retry-After" not in answer.headers


def test_a_repetition_of_an_open_request_gets_409(post):
    post({})
    IdempotentCall.objects.update(is_over=False, status=None)
    answer = post({})
    assert (answer.status_code, answer.headers["Retry-After"], Counter.times) == (409, "1", 1)
    assert "is still in progress" in answer.json()["detail"]


def test_a_request_whose_server_died_is_not_repeated(post):
    post({})
    past = timezone.now() - idempotency.MAX_DURATION
    IdempotentCall.objects.update(is_over=False, status=None, started_at=past)
    answer = post({})
    assert (answer.status_code, Counter.times) == (409, 1)
    assert "broke off" in answer.json()["detail"]


def test_a_key_can_be_used_again_after_a_day(post):
    post({"a": 1})
    IdempotentCall.objects.update(started_at=timezone.now() - timedelta(hours=24))
    assert post({"a": 2}).json() == {"n": 2, "a": 2}
    assert post({"a": 2}).json() == {"n": 2, "a": 2}


def test_answers_of_more_than_a_day_ago_are_dropped_in_one_statement(post, django_assert_num_queries):
    for name in "abc":
        post({}, name)
    late = IdempotentCall.objects.exclude(idempotency_key=idempotency.hash_key("c"))
    late.update(started_at=timezone.now() - timedelta(hours=24))
    with django_assert_num_queries(1):
        delete_expired_calls()
    assert [call.idempotency_key for call in IdempotentCall.objects.all()] == [idempotency.hash_key("c")]


def test_a_large_answer_is_not_kept_nor_the_request_repeated(post, monkeypatch):
    monkeypatch.setattr(idempotency, "MAX_RESPONSE_BYTES", 10)
    assert post({"a": 1}).status_code == 201
    answer = post({"a": 1})
    assert (answer.status_code, Counter.times) == (409, 1)
    assert "was completed with status 201" in answer.json()["detail"]


def test_an_answer_that_cannot_be_stored_is_returned(post, monkeypatch):
    def full(*args):
        raise DatabaseError

    monkeypatch.setattr(idempotency, "store_response", full)
    assert post({"a": 1}).json() == {"n": 1, "a": 1}


def test_reading_needs_no_key(key, client):
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k"}
    assert client.get("/count/", headers=headers).status_code == 200
    assert IdempotentCall.objects.count() == 0


def test_a_key_costs_two_statements(post, django_assert_num_queries):
    post({}, "warm")  # writes when the API key was last used
    with django_assert_num_queries(3):  # the API key, the claim, the answer
        post({})


def test_a_body_over_the_limit_is_refused(post, monkeypatch):
    monkeypatch.setattr(api, "MAX_BODY_BYTES", 1024 * 1024)
    answer = post({"a": "x" * 1024 * 1024})
    assert (answer.status_code, answer.json()["detail"]) == (413, "The body is over 1 MiB.")


@pytest.mark.django_db(transaction=True)
def test_of_twins_at_the_same_moment_one_is_carried_out(post):
    answers, ready = [], threading.Barrier(4)

    def twin():
        ready.wait()
        answers.append(post({"a": 1}))
        connection.close()

    threads = [threading.Thread(target=twin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter.times == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert [answer.json() for answer in answers if answer.status_code == 201] != []
