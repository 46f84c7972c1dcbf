"""Sending through 360dialog against answers in its own documents."""

from datetime import timedelta

import pytest

from providers.dialog360.gateway import send
from providers.outcomes import Accepted, Rejected
from providers.vendor import Connection

HELLO = {"messaging_product": "whatsapp", "to": "+16505551234", "type": "text", "text": {"body": "Hello"}}


def ask(provider, status, answer, **headers):
    provider.status, provider.answer, provider.headers = status, answer, headers
    return send(Connection(secret="a-key", base_url=provider.url), HELLO)


def test_it_accepts_as_meta_does(provider):
    outcome = ask(
        provider, 200,
        b'{"messaging_product":"whatsapp","contacts":[{"input":"+16505551234","wa_id":"16505551234"}],'
        b'"messages":[{"id":"wamid.HBgL","message_status":"accepted"}]}',
    )  # fmt: skip
    assert isinstance(outcome, Accepted)
    assert (outcome.provider_message_id, outcome.detail) == ("wamid.HBgL", "accepted")
    request = provider.received.get_nowait()
    assert (request.path, request.headers["D360-API-KEY"]) == ("/messages", "a-key")
    assert "Authorization" not in request.headers


def test_it_passes_metas_errors_on(provider):
    outcome = ask(
        provider, 400,
        b'{"error":{"message":"(#130429) Rate limit hit","type":"OAuthException","code":130429,"error_data":'
        b'{"messaging_product":"whatsapp","details":"Cloud API message throughput has been reached."},'
        b'"error_subcode":2494055,"fbtrace_id":"Az8or2yhqkZfEZ-_4Qn_Bam"}}',
    )  # fmt: skip
    assert isinstance(outcome, Rejected)
    assert (outcome.source, outcome.code, outcome.title) == ("meta", 130429, "(#130429) Rate limit hit")
    assert outcome.details == "Cloud API message throughput has been reached."
    assert outcome.wait(2) == timedelta(seconds=4)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_its_own_refusals_have_no_code(provider, status):
    outcome = ask(provider, status, b'{"meta":{"httpCode":401,"developerMessage":"Invalid API key","success":false}}')
    assert isinstance(outcome, Rejected)
    assert (outcome.source, outcome.code, outcome.title) == ("360dialog", None, "Invalid API key")
    assert (outcome.diagnosis, outcome.retryable, outcome.answer.http_status) == (None, False, status)


def test_too_many_requests_wait_for_the_reported_delay(provider):
    own = b'{"meta":{"httpCode":429,"developerMessage":"Too many requests","success":false}}'
    assert ask(provider, 429, own).wait(1) == timedelta(seconds=2)
    assert ask(provider, 429, own, **{"Retry-After": "17"}).wait(1) == timedelta(seconds=17)
