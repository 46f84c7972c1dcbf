"""The sandbox over HTTP: Meta's answers and errors, signed webhooks that our parser understands, limits, repeats."""

import json
import time
from pathlib import Path

import httpx
import pytest

from local.sandbox.endings import LOST_ANSWERS, STATUS_SEQUENCES, error_ending
from providers.meta.parse import parse
from providers.meta.wamids import chats_in
from providers.meta.webhooks import signature
from providers.simulated_errors import ERRORS
from providers.vocabulary import Direction
from tests.provider_servers import APP_SECRET, NUMBER_ID, TOKEN, recorder, sandbox

PATH = f"/v24.0/{NUMBER_ID}/messages"
HELLO = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "Hello"}}
TEMPLATE = {
    "name": "weekend_sale",
    "language": {"code": "en"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ada"}, {"type": "text", "text": "5%"}]}],
}
SALE = {"messaging_product": "whatsapp", "type": "template", "template": TEMPLATE}


@pytest.fixture(scope="module")
def callback():
    with recorder() as server:
        yield server


@pytest.fixture(scope="module")
def meta(callback):
    with sandbox(callback.url, "--number-rate", "0", "--refuse", "1") as url, client_of(url) as client:
        yield client


def client_of(url):
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"})


def send(meta, body, path=PATH, **more):
    return meta.post(path, json=body, **more)


def events(callback, n):
    """The events of the next n webhooks, whose signatures are checked."""
    received = []
    for _ in range(n):
        request = callback.received.get(timeout=60)
        assert request.headers["X-Hub-Signature-256"] == signature(APP_SECRET, request.body)
        received += parse(request.body).events
    return received


def statuses(callback, n):
    return [(event.state, event.pricing_type, event.category, event.error_code) for event in events(callback, n)]


class TestAnswers:
    def test_a_text_is_accepted_as_meta_does(self, meta, callback):
        answer = send(meta, HELLO | {"to": "+65 91 990-001"})
        assert answer.status_code == 200
        (message,) = answer.json()["messages"]
        assert chats_in(message["id"]) == ("6591990001",)
        assert answer.json() == {
            "messaging_product": "whatsapp",
            "contacts": [{"input": "+65 91 990-001", "wa_id": "6591990001"}],
            "messages": [{"id": message["id"]}],
        }
        (event,) = events(callback, 1)
        assert (event.provider_message_id, event.number_id, event.msisdn) == (message["id"], NUMBER_ID, "6591990001")

    def test_a_template_has_a_message_status(self, meta, callback):
        answer = send(meta, SALE | {"to": "6591990001", "biz_opaque_callback_data": "order 7"})
        assert answer.json()["messages"][0]["message_status"] == "accepted"
        body = json.loads(callback.received.get(timeout=60).body)
        assert body["entry"][0]["changes"][0]["value"]["statuses"][0]["biz_opaque_callback_data"] == "order 7"

    @pytest.mark.parametrize("code", [code for code, error in ERRORS.items() if error.is_immediate])
    def test_a_number_that_ends_in_a_code_is_refused_with_it(self, meta, code):
        answer = send(meta, HELLO | {"to": f"6591{error_ending(code)}"})
        error = answer.json()["error"]
        assert answer.status_code == ERRORS[code].status
        assert error == {
            "message": f"(#{code}) {ERRORS[code].title}",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": ERRORS[code].details},
            "fbtrace_id": error["fbtrace_id"],
        }

    @pytest.mark.parametrize(
        ("change", "status", "code", "named"),
        [
            ({"messaging_product": None}, 400, 100, "messaging_product"),
            ({"to": ""}, 400, 100, "to"),
            ({"to": 6591990001}, 400, 100, "to"),
            ({"to": "0"}, 400, 100, "to"),
            ({"to": "", "recipient": "nobody"}, 400, 100, "recipient"),
            ({"to": "15550783881"}, 400, 131021, "Sender"),
            ({"type": "fax"}, 400, 100, "type"),
            ({"type": ["text"]}, 400, 100, "type"),
            ({"type": "image"}, 400, 131008, "image"),
            ({"type": "contacts", "contacts": {"name": "Ada"}}, 400, 131008, "contacts"),
            ({"text": "Hello"}, 400, 131008, "text"),
            ({"text": {"body": 7}}, 400, 131008, "text.body"),
            ({"text": {"body": "x" * 4097}}, 400, 100, "text.body"),
            ({"biz_opaque_callback_data": 7}, 400, 100, "biz_opaque_callback_data"),
            ({"type": "template", "template": {"name": "weekend_sale"}}, 400, 131008, "template.language.code"),
            ({"type": "template", "template": TEMPLATE | {"name": "gone"}}, 404, 132001, "gone"),
            ({"type": "template", "template": TEMPLATE | {"components": []}}, 400, 132000, "(0)"),
            ({"type": "template", "template": TEMPLATE | {"components": "x"}}, 400, 100, "components"),
        ],
    )  # fmt: skip
    def test_a_bad_field_is_named(self, meta, change, status, code, named):
        answer = send(meta, HELLO | {"to": "6591990001"} | change)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert named in answer.json()["error"]["error_data"]["details"]

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"a": "' + b"x" * 2_000_000 + b'"}'])
    def test_a_body_that_is_no_object_is_refused(self, meta, content):
        answer = meta.post(PATH, content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)

    @pytest.mark.parametrize("token", ["", "Bearer", "Bearer other", f"Basic {TOKEN}"])
    def test_a_wrong_token_is_refused(self, meta, token):
        answer = send(meta, HELLO | {"to": "6591990001"}, headers={"Authorization": token})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)

    def test_another_accounts_number_does_not_exist(self, meta):
        answer = send(meta, HELLO | {"to": "6591990001"}, path="/v24.0/1/messages")
        assert "'1' does not exist" in answer.json()["error"]["error_data"]["details"]

    def test_another_path_is_an_error_of_metas_too(self, meta):
        assert meta.get("/v24.0/me/photos").json()["error"]["code"] == 2500

    def test_a_request_may_stay_without_an_answer_though_its_message_is_sent(self, meta, callback):
        with pytest.raises(httpx.ReadTimeout):
            send(meta, HELLO | {"to": "6591990408"}, timeout=0.3)
        assert events(callback, 1)[0].msisdn == "6591990408"
        drain(callback, meta)

    @pytest.mark.parametrize(("ending", "status"), [("990502", 502), ("990503", 503)])
    def test_a_page_of_html_may_be_the_answer(self, meta, callback, ending, status):
        answer = send(meta, HELLO | {"to": f"6591{ending}"})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        drain(callback, meta)


def drain(callback, meta):
    """Wait until every webhook is posted, and return those received."""
    while meta.get("/").json()["counts"]["on their way"]:
        time.sleep(0.02)
    return [callback.received.get_nowait() for _ in range(callback.received.qsize())]


class TestWebhooks:
    @pytest.fixture(autouse=True)
    def _empty_callback(self, meta, callback):
        drain(callback, meta)

    def test_sent_and_delivered_of_a_template_carry_the_price(self, meta, callback):
        send(meta, SALE | {"to": "6591990000"})
        assert statuses(callback, 3) == [
            ("sent", "regular", "marketing", None),
            ("delivered", "regular", "marketing", None),
            ("read", "", "", None),
        ]

    def test_free_form_is_free(self, meta, callback):
        send(meta, HELLO | {"to": "6591990002"})
        price = ("free_customer_service", "service", None)
        assert statuses(callback, 2) == [("sent", *price), ("delivered", *price)]

    def test_read_carries_the_price_when_delivered_never_comes(self, meta, callback):
        send(meta, SALE | {"to": "6591990003"})
        price = ("regular", "marketing", None)
        assert statuses(callback, 2) == [("sent", *price), ("read", *price)]

    def test_a_person_replies(self, meta, callback):
        send(meta, HELLO | {"to": "6591990004"})
        reply = events(callback, 4)[-1]
        assert (reply.direction, reply.msisdn, reply.content["text"]) == (
            Direction.INBOUND, "6591990004", {"body": "Thank you!"},
        )  # fmt: skip

    def test_two_devices_may_disagree(self, meta, callback):
        send(meta, HELLO | {"to": "6591990005"})
        assert [event.state for event in events(callback, 3)] == ["sent", "failed", "delivered"]

    @pytest.mark.parametrize("code", [code for code, error in ERRORS.items() if not error.is_immediate])
    def test_a_number_that_ends_in_a_code_fails_with_it(self, meta, callback, code):
        assert send(meta, SALE | {"to": f"6591{code}"}).status_code == 200
        assert statuses(callback, 1) == [("failed", "", "", code)]

    def test_a_webhook_that_is_refused_comes_again(self, meta, callback):
        callback.refuse_first = 2
        send(meta, HELLO | {"to": "6591990001"})
        bodies = {callback.received.get(timeout=60).body for _ in range(3)}
        assert len(bodies) == 1


class TestLimits:
    def test_of_a_pair(self, meta):
        assert codes(meta, 46, to="6592990001") == [*[None] * 45, 131056]

    def test_of_a_share_of_requests(self, meta):
        assert codes(meta, 1, to="6591234567") == [131000]

    def test_of_a_number_and_of_the_queue(self, callback):
        options = ("--number-rate", "0.2", "--queue", "2", "--speed", "0.001")
        with sandbox(callback.url, *options) as url, client_of(url) as client:
            assert codes(client, 2) == [None, 130429]
            time.sleep(5)
            assert codes(client, 2) == [None, 131016]


def codes(client, n, to="6591990001"):
    return [send(client, HELLO | {"to": to}).json().get("error", {}).get("code") for _ in range(n)]


def test_a_seed_repeats_a_run():
    with recorder() as callback, sandbox(callback.url, "--seed", "7", "--fail", "0.5") as url, client_of(url) as client:
        answers = [send(client, HELLO | {"to": f"659123456{n}"}) for n in range(4)]
        drained = drain(callback, client)
    ids = {answer.json()["messages"][0]["id"]: n for n, answer in enumerate(answers)}
    assert next(iter(ids)) == "wamid.HBgKNjU5MTIzNDU2MBUCABEYEjc5NUY1N0QzM0M0REU1QTJERgA="
    events_received = [event for request in drained for event in parse(request.body).events]
    stories = {n: [] for n in range(4)}
    for event in events_received:
        if event.direction == Direction.OUTBOUND:
            stories[ids[event.provider_message_id]].append(event.state)
    read, delivered = ["sent", "delivered", "read"], ["sent", "delivered"]
    assert stories == {0: read, 1: read, 2: delivered, 3: delivered}


@pytest.mark.parametrize("ending", [*STATUS_SEQUENCES, *LOST_ANSWERS, *map(error_ending, ERRORS)])
def test_every_ending_is_documented(ending):
    assert f"`{ending}`" in (Path(__file__).parents[3] / "docs/operations.md").read_text(encoding="utf-8")
