"""Sending through 8x8 against the answers in its documents."""

from datetime import timedelta

import pytest

from providers.eightxeight.gateway import send
from providers.outcomes import Accepted, Rejected, Uncertain
from providers.vendor import Connection

HELLO = {"user": {"msisdn": "+6512341234"}, "type": "text", "content": {"text": "Hello"}, "clientMessageId": "1234_id"}


def ask(provider, status, answer, **headers):
    provider.status, provider.answer, provider.headers = status, answer, headers
    return send(Connection(subaccount_code="acme_wa", secret="a-key", base_url=provider.url), HELLO)


def refused(code, message):
    return b'{"code": %d, "message": "%s", "errorId": "b4478860-b76c-e811-814e-022a35cc1c71", "timestamp": ""}' % (
        code,
        message.encode(),
    )


def test_it_accepts_with_a_umid(provider):
    outcome = ask(
        provider, 200,
        b'{"umid": "82188ee0-109f-e811-8150-020897df5459", "user": {"msisdn": "+6512341234"},'
        b' "clientMessageId": "1234_id", "status": {"state": "queued", "timestamp": "2021-01-04T08:19:45.99Z"}}',
    )  # fmt: skip
    assert isinstance(outcome, Accepted)
    assert (outcome.provider_message_id, outcome.detail) == ("82188ee0-109f-e811-8150-020897df5459", "queued")
    request = provider.received.get_nowait()
    assert (request.path, request.headers["Authorization"]) == (
        "/api/v1/subaccounts/acme_wa/messages", "Bearer a-key",
    )  # fmt: skip


def test_the_umid_of_an_answer_has_one_spelling(provider):
    outcome = ask(provider, 200, b'{"umid": "{82188EE0-109F-E811-8150-020897DF5459}"}')
    assert outcome.provider_message_id == "82188ee0-109f-e811-8150-020897df5459"


def test_another_success_than_200_is_one_too(provider):
    assert isinstance(ask(provider, 202, b'{"umid": "A"}'), Accepted)


def test_a_200_may_contain_a_rejection(provider):
    outcome = ask(
        provider, 200,
        b'{"umid": "15bb8ad1-3e2d-ea11-815d-020897df5459", "status": {"state": "rejected", "errorCode": 3038,'
        b' "errorMessage": "Template not found for provided name and language"}}',
    )  # fmt: skip
    assert isinstance(outcome, Rejected)
    assert (outcome.source, outcome.code, outcome.retryable) == ("8x8-sync", 3038, False)
    assert outcome.title == "Template not found for provided name and language"


@pytest.mark.parametrize(
    ("status", "code", "message", "wait"),
    [
        (400, 1002, "Invalid MSISDN format (not E.164 international number)", None),
        (400, 1001, "Provided subAccountId doesn't belongs to your account", None),
        (401, 1200, "Request was not authenticated properly", None),
        (429, 429, "Quota exceeded. Please try again in 1 second(s).", timedelta(seconds=1)),
        (500, 2000, "Internal server error", timedelta(seconds=1)),
    ],
)
def test_an_error_is_known_by_its_code(provider, status, code, message, wait):
    outcome = ask(provider, status, refused(code, message))
    assert isinstance(outcome, Rejected)
    assert (outcome.source, outcome.code, outcome.title, outcome.wait(0)) == ("8x8-sync", code, message, wait)
    assert outcome.details == "8x8's errorId is b4478860-b76c-e811-814e-022a35cc1c71."


def test_too_many_requests_wait_for_the_reported_delay(provider):
    outcome = ask(provider, 429, refused(429, "Quota exceeded."), **{"Retry-After": "3"})
    assert outcome.wait(5) == timedelta(seconds=3)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"status": {"state": "queued"}}', b'{"umid": null}', b'{"status": 1}'])
def test_an_answer_200_without_a_umid_leaves_open_what_happened(provider, body):
    outcome = ask(provider, 200, body)
    assert isinstance(outcome, Uncertain)
    assert outcome.reason == "an answer 200 with neither an id nor an error code"
