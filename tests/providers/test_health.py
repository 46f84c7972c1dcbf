"""The health status of Meta and 360dialog: what is understood, and what is a reason instead."""

import pytest

from providers.gateway import Dialog360, Meta, Silence, Word
from providers.health import Fault, understand
from providers.outcomes import Answer
from providers.vocabulary import CanSend, Entity
from tests.provider_servers import NUMBER_ID, TOKEN, recorder, sandbox

NAME = (
    "Your display name has not been approved yet. Your message limit will increase after the display name is approved."
)


@pytest.fixture(scope="module")
def url():
    with recorder() as callback, sandbox(callback.url) as url:
        yield url


def troubled(words):
    return [word for word in words if word.can_send != CanSend.AVAILABLE]


def test_all_is_available(url):
    words = Meta(NUMBER_ID, TOKEN, base_url=url).health()
    assert [(word.entity, word.id) for word in words] == [
        ("PHONE_NUMBER", NUMBER_ID), ("WABA", "102290129340398"), ("BUSINESS", "506914307656634"),
        ("APP", "634974688087057"),
    ]  # fmt: skip
    assert troubled(words) == []


def test_limited_and_blocked(url):
    assert troubled(Meta(NUMBER_ID, f"{TOKEN}.limited", base_url=url).health()) == [
        Word(Entity.PHONE_NUMBER, NUMBER_ID, CanSend.LIMITED, info=(NAME,))
    ]
    payment = Fault(
        141006, "There is an error with the payment method. This will block business initiated conversations.",
        "Add a new payment method to the account.",
    )  # fmt: skip
    assert troubled(Dialog360(f"{TOKEN}.blocked", base_url=url).health()) == [
        Word(Entity.WABA, "102290129340777", CanSend.BLOCKED, errors=(payment,))
    ]


def test_no_answer_is_a_reason(url):
    assert Meta(NUMBER_ID, "old", base_url=url).health() == Silence("HTTP 401: (#190) Invalid OAuth access token")
    assert Meta(NUMBER_ID, TOKEN, base_url="http://127.0.0.1:9").health() == Silence("ConnectError")


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
    assert understand(Answer(status, b"", data)) == Silence(reason)


def test_a_nul_character_reaches_no_database():
    assert isinstance(understand(Answer(200, rb'{"health_status": "\u0000"}', {})), Silence)
