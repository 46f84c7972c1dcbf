"""The health status of Meta and 360dialog: valid answers, and the reason for invalid ones."""

import pytest

from providers.dialog360 import gateway as dialog360
from providers.health import Fault, NodeHealth, NoHealthStatus, read_answer
from providers.meta import gateway as meta
from providers.outcomes import Answer
from providers.vendor import Connection
from providers.vocabulary import CanSend, Entity
from tests.provider_servers import NUMBER_ID, TOKEN, recorder, sandbox

NAME = (
    "Your display name has not been approved yet. Your message limit will increase after the display name is approved."
)


@pytest.fixture(scope="module")
def url():
    with recorder() as callback, sandbox(callback.url) as url:
        yield url


def of_meta(url, token=TOKEN):
    return meta.health(Connection(number_id=NUMBER_ID, secret=token, base_url=url))


def unavailable(words):
    return [word for word in words if word.can_send != CanSend.AVAILABLE]


def test_all_is_available(url):
    words = of_meta(url)
    assert [(word.entity, word.id) for word in words] == [
        ("PHONE_NUMBER", NUMBER_ID), ("WABA", "102290129340398"), ("BUSINESS", "506914307656634"),
        ("APP", "634974688087057"),
    ]  # fmt: skip
    assert unavailable(words) == []


def test_limited_and_blocked(url):
    assert unavailable(of_meta(url, f"{TOKEN}.limited")) == [
        NodeHealth(Entity.PHONE_NUMBER, NUMBER_ID, CanSend.LIMITED, info=(NAME,))
    ]
    payment = Fault(
        141006, "There is an error with the payment method. This will block business initiated conversations.",
        "Add a new payment method to the account.",
    )  # fmt: skip
    assert unavailable(dialog360.health(Connection(secret=f"{TOKEN}.blocked", base_url=url))) == [
        NodeHealth(Entity.WABA, "102290129340777", CanSend.BLOCKED, errors=(payment,))
    ]


def test_no_answer_is_a_reason(url):
    assert of_meta(url, "old") == NoHealthStatus("HTTP 401: (#190) Invalid OAuth access token")
    assert of_meta("http://127.0.0.1:9") == NoHealthStatus("ConnectError")


@pytest.mark.parametrize(
    ("status", "data", "reason"),
    [
        (200, None, "HTTP 200 without a health status"),
        (200, {"health_status": {"entities": [{"entity_type": "FLOW", "can_send_message": "BLOCKED"}]}},
         "HTTP 200 without a health status"),
        (200, {"health_status": {"entities": [{"entity_type": ["APP"], "can_send_message": {}}]}},
         "HTTP 200 without a health status"),
        (401, {"meta": {"developerMessage": "Invalid api_key"}}, "HTTP 401: Invalid api_key"),
        (503, None, "HTTP 503"),
    ],
)  # fmt: skip
def test_what_is_no_health_status(status, data, reason):
    assert read_answer(Answer(status, b"", data)) == NoHealthStatus(reason)
