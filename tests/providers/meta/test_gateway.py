"""Sending through the Cloud API against the sandbox: each kind of answer becomes its outcome."""

from datetime import timedelta

import httpx
import pytest

from providers.meta.gateway import send
from providers.outcomes import Accepted, Rejected, Uncertain
from providers.vendor import Connection
from tests.provider_servers import NUMBER_ID, TOKEN, recorder, sandbox

HELLO = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "Hello"}}
CODE = {
    "messaging_product": "whatsapp",
    "type": "template",
    "template": {
        "name": "login_code",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "123456"}]}],
    },
}


@pytest.fixture(scope="module")
def url():
    with recorder() as callback, sandbox(callback.url, "--number-rate", "0") as url:
        yield url


@pytest.fixture
def meta(url):
    """Sends a message from our number."""
    with httpx.Client(timeout=30) as client:
        yield lambda message: send(at(url, client=client), message)


def at(url, **more):
    return Connection(**{"number_id": NUMBER_ID, "secret": TOKEN, "base_url": url, **more})


def to(ending, message=HELLO):
    return message | {"to": f"+6591{ending}"}


@pytest.mark.parametrize("message", [HELLO, CODE])
def test_an_accepted_message_has_an_id(meta, message):
    outcome = meta(to("990001", message))
    assert isinstance(outcome, Accepted)
    assert outcome.provider_message_id.startswith("wamid.")
    assert (outcome.detail, outcome.answer.http_status) == ("accepted", 200)


@pytest.mark.parametrize(
    ("ending", "status", "code", "waits"),
    [
        ("980002", 503, 2, (300, 300)),  # the catalogue's 5 minutes
        ("080007", 400, 80007, (1, 8)),
        ("130429", 429, 130429, (1, 8)),
        ("131000", 500, 131000, (1, 8)),
        ("131056", 400, 131056, (1, 64)),  # 4^failures
        ("131057", 500, 131057, (60, 60)),
        ("132015", 400, 132015, None),  # waits for the template, which no clock can say
        ("131031", 403, 131031, None),
        ("980190", 401, 190, None),
    ],
)
def test_a_refusal_says_whether_and_when_to_try_again(meta, ending, status, code, waits):
    outcome = meta(to(ending))
    assert isinstance(outcome, Rejected)
    assert (outcome.source, outcome.code, outcome.answer.http_status) == ("meta", code, status)
    assert outcome.title.startswith(f"(#{code}) ")
    assert outcome.details
    assert outcome.diagnosis.meaning
    assert outcome.retryable == (waits is not None)
    seconds = [timedelta(seconds=wait) for wait in waits] if waits else [None, None]
    assert [outcome.wait(0), outcome.wait(3)] == seconds


def test_a_wrong_token_is_refused(url):
    outcome = send(at(url, secret="another"), to("990001"))
    assert (outcome.code, outcome.retryable) == (190, False)


def test_no_answer_leaves_open_what_happened(url):
    with httpx.Client(timeout=0.3) as client:
        assert send(at(url, client=client), to("990408")) == Uncertain("ReadTimeout")


def test_a_gateways_page_leaves_open_what_happened(meta):
    outcome = meta(to("990502"))
    assert isinstance(outcome, Uncertain)
    assert outcome.reason == "an answer 502 with neither an id nor an error code"


def test_a_page_that_says_unavailable_says_that_nothing_was_sent(meta):
    outcome = meta(to("990503"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.title, outcome.wait(0)) == (None, "HTTP status 503", timedelta(seconds=1))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{}", b'{"messages": []}', b'{"messages": [{"id": null}]}', b'{"messages": {"id": 1}}'],
)
def test_an_answer_200_without_an_id_leaves_open_what_happened(provider, body):
    provider.answer = body
    outcome = send(at(provider.url), HELLO)
    assert isinstance(outcome, Uncertain)
    assert outcome.reason == "an answer 200 with neither an id nor an error code"
    assert outcome.answer.body == body


def test_a_held_message_is_reported_as_held(provider):
    provider.answer = b'{"messages": [{"id": "wamid.A", "message_status": "held_for_quality_assessment"}]}'
    outcome = send(at(provider.url), CODE)
    assert (outcome.provider_message_id, outcome.detail) == ("wamid.A", "held_for_quality_assessment")


def test_the_request_is_metas(provider):
    send(at(provider.url), HELLO)
    request = provider.received.get_nowait()
    assert request.path == f"/v24.0/{NUMBER_ID}/messages"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.body == b'{"messaging_product":"whatsapp","type":"text","text":{"body":"Hello"}}'
