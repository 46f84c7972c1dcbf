"""What is tried again and when, through the whole loop: a provider that refuses, the row that waits, the next attempt.

Nobody waits here: a row's time is read from it and then set back.
"""

import json
from datetime import UTC, datetime, timedelta

import orjson
import pytest
import time_machine

from messaging.log.models import Message, MessagePayload
from messaging.sending import pacing, results
from messaging.sending.models import Submission
from messaging.sending.results import ResultKind, attempt_result
from providers.outcomes import Answer, Rejected, Uncertain, Unreached
from tests.messaging.sending import bodies
from tests.messaging.sending.conftest import send_due
from tests.provider_servers import recorder

SEND = "/api/v1/subaccounts/acme_shop/messages"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCEPTED_BODY = b'{"messages": [{"id": "wamid.A", "message_status": "accepted"}]}'


@pytest.fixture
def meta(settings):
    """Meta, which gives the configured answer."""
    with recorder() as server:
        settings.SANDBOX_URL = server.url
        yield server


def refuses(meta, status, code, **headers):
    meta.status, meta.headers = status, headers
    meta.answer = json.dumps({"error": {"message": f"(#{code}) No.", "code": code}}).encode()


def accept_requests(meta):
    meta.status, meta.headers, meta.answer = 200, {}, ACCEPTED_BODY


def attempt():
    """Send what is due, an hour from now by our clock: by the database's no second attempt is due meanwhile.

    Returns how many requests were made. What an earlier refusal taught is over by then.
    """
    pacing._shared.run(lambda client: client.flushdb())
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        return send_due()


def waits():
    """How long after its last attempt the only message is tried again; and then it is due."""
    row = Submission.objects.get()
    assert row.state == "queued"
    at = MessagePayload.objects.filter(kind="response").latest("created_at").created_at
    Submission.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    return row.due_at - at


@pytest.mark.django_db
class TestLoop:
    @pytest.mark.parametrize(
        ("refusal", "seconds"),
        [
            ((503, 2), [300, 300, 300]),  # the catalogue's 5 minutes
            ((400, 131056), [1, 4, 16]),  # as Meta asks for
            ((429, 130429), [1, 2, 4]),
        ],
    )
    def test_it_is_retried_as_its_error_allows_and_then_sent(self, acme, post, meta, refusal, seconds):
        refuses(meta, *refusal)
        post(SEND, bodies.TEXT)
        delays = []
        for _ in seconds:
            assert attempt() == 1
            delays.append(waits())
        assert delays == [timedelta(seconds=each) for each in seconds]
        assert Message.objects.get().status == "queued"
        accept_requests(meta)
        assert attempt() == 1
        message = Message.objects.get()
        assert (message.provider_message_id, message.error_code, message.response_code) == ("wamid.A", None, 200)
        assert not Submission.objects.exists()
        kinds = MessagePayload.objects.filter(message_id=message.pk, kind="response").order_by("created_at")
        assert [(each.body["attempt"], each.body["kind"]) for each in kinds] == [
            (1, "rejected"), (2, "rejected"), (3, "rejected"), (4, "accepted"),
        ]  # fmt: skip

    def test_the_providers_own_word_comes_first(self, acme, post, meta):
        refuses(meta, 429, 130429, **{"Retry-After": "77"})
        post(SEND, bodies.TEXT)
        attempt()
        assert waits() == timedelta(seconds=77)

    def test_a_permanent_error_is_final_at_once(self, acme, post, meta):
        refuses(meta, 400, 131047)
        post(SEND, bodies.TEXT)
        assert [attempt(), attempt()] == [1, 0]
        message = Message.objects.get()
        assert (message.status, message.error_code, message.response_code) == ("rejected", 131047, 400)
        assert not Submission.objects.exists()

    def test_an_answer_with_a_number_of_any_size_is_kept(self, acme, post, meta):
        meta.answer = ACCEPTED_BODY[:-1] + b', "n": 1e300}'
        post(SEND, bodies.TEXT)
        assert attempt() == 1
        assert MessagePayload.objects.get(kind="response").body["body"]["n"] == 10**300
        assert not Submission.objects.exists()

    def test_an_unreachable_provider_is_retried(self, acme, post, settings, meta):
        settings.SANDBOX_URL = "http://127.0.0.1:9"
        post(SEND, bodies.TEXT)
        attempt()
        assert waits() == timedelta(seconds=1)
        settings.SANDBOX_URL = meta.url
        accept_requests(meta)
        assert attempt() == 1
        assert Message.objects.get().provider_message_id == "wamid.A"

    def test_the_tenth_refusal_is_the_last(self, acme, post, meta):
        refuses(meta, 500, 131000)
        post(SEND, bodies.TEXT)
        Submission.objects.update(attempts=results.MAX_ATTEMPTS - 1)
        attempt()
        assert Message.objects.get().status == "rejected"
        assert not Submission.objects.exists()

    def test_a_number_that_must_rest_keeps_its_messages_in_line(self, acme, post, meta, monkeypatch):
        accept_requests(meta)
        monkeypatch.setattr(pacing, "reserve", lambda *_: pacing.Pause(30.0, is_for_number=True))
        post(SEND, bodies.TEXT)
        before = datetime.now(UTC)
        assert send_due() == 0
        row = Submission.objects.get()
        assert (row.state, row.attempts) == ("queued", 0)
        assert before + timedelta(seconds=30) <= row.due_at <= datetime.now(UTC) + timedelta(seconds=30)
        monkeypatch.undo()
        Submission.objects.update(due_at=before)
        assert attempt() == 1


def rejected(code, status, retry_after=None):
    return Rejected("meta", code, "No", "", Answer(status, b"{}", orjson.loads(b"{}"), retry_after))


class TestResults:
    """The stored result of an attempt."""

    def result(self, outcome, attempts=1, expires_at=None, retry=True):
        return attempt_result(outcome, at=NOON, attempts=attempts, expires_at=expires_at, retry=retry)

    def test_the_waits_of_a_message(self):
        for status, code, waits in (
            (503, 2, [300] * 9),
            (400, 131056, [4**n for n in range(6)] + [None] * 3),  # a wait of over an hour is for people
            *((status, code, [2**n for n in range(9)])
              for status, code in ((429, 130429), (400, 4), (400, 80007), (500, 131000), (500, 131016), (500, 1))),
        ):  # fmt: skip
            times = [self.result(rejected(code, status), attempts=n).again_at for n in range(1, 10)]
            assert times == [wait and (NOON + timedelta(seconds=wait)).isoformat() for wait in waits], code

    def test_never_again(self):
        for status, code in (
            (400, 1), (400, 100), (401, 0), (401, 190), (403, 10), (403, 368), (400, 131021), (400, 131030),
            (403, 131031), (400, 131042), (400, 131047), (400, 131048), (400, 131049), (400, 131050), (404, 132001),
            (400, 132015),
        ):  # fmt: skip
            assert self.result(rejected(code, status)).again_at is None, code
        assert self.result(Uncertain("ReadTimeout")).again_at is None

    def test_where_the_client_waits_it_decides_itself(self):
        assert self.result(rejected(2, 503), retry=False).again_at is None

    @pytest.mark.parametrize(("expires", "again"), [(299, False), (300, False), (301, True)])
    def test_nothing_is_tried_when_it_would_have_expired(self, expires, again):
        result = self.result(rejected(2, 503), expires_at=NOON + timedelta(seconds=expires))
        assert (result.kind, result.again_at is not None) == (ResultKind.REJECTED, again)

    @pytest.mark.parametrize(("minutes", "again"), [(60, True), (61, False)])
    def test_what_must_wait_longer_than_an_hour_is_for_people(self, minutes, again):
        result = self.result(rejected(130429, 429, timedelta(minutes=minutes)))
        assert (result.again_at is not None) is again

    def test_an_unreached_provider_is_retried_ever_later(self):
        times = [self.result(Unreached("ConnectError"), attempts=n).again_at for n in (1, 2, 9, 10)]
        assert times == [*((NOON + timedelta(seconds=each)).isoformat() for each in (1, 2, 256)), None]
