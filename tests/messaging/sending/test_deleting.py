"""Deleting unsent messages: they are never sent afterwards, or the deletion reports why they stay."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from archive.deletion import work
from archive.deletion.jobs import delete_matching, delete_selected
from archive.models import Deletion, Keeping
from archive.retention.work import run
from messaging.inbound import inbox
from messaging.inbound.models import WebhookEndpoint
from messaging.log.models import DeletedMessage, Message, StatusEvent
from messaging.log.query import MessageQuery
from messaging.sending import settlement
from messaging.sending.models import Submission
from tests.messaging.sending import bodies
from tests.messaging.sending.conftest import send_due
from tests.people import principal

pytestmark = pytest.mark.django_db
SEND = "/api/v1/subaccounts/acme_shop/messages"
TO = "6591990000"


@pytest.fixture
def requester(acme):
    return principal(acme, "owner@acme.example")


@pytest.fixture
def waiting(acme, post):
    """A message that is due tomorrow, in the log."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    post(SEND, {**bodies.TEXT, "scheduled": tomorrow, "dlrCallbackUrl": "https://hooks.example.com/x"})
    settlement.log_new()
    return Message.objects.get()


@pytest.fixture
def delete(client, headers):
    return lambda message: client.delete(f"/api/v1/messages/{message.umid}/", headers=headers)


def done(deletion):
    for _ in range(50):
        work.work(deletion.pk)
    deletion.refresh_from_db()
    return deletion.removed


def sending(state, **more):
    """The only submission is in that state."""
    Submission.objects.update(state=state, due_at=datetime.now(UTC) + timedelta(seconds=90), **more)


def webhook(account, umid, wamid):
    """Meta reports the delivery of a message with our reference."""
    status = {
        "id": wamid, "status": "delivered", "timestamp": str(int(datetime.now(UTC).timestamp())), "recipient_id": TO,
        "biz_opaque_callback_data": f"tollgate:{umid}",
    }  # fmt: skip
    about = {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}
    value = {"messaging_product": "whatsapp", "metadata": about, "statuses": [status]}
    body = {"object": "whatsapp_business_account",
            "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]}  # fmt: skip
    endpoint = WebhookEndpoint.objects.get(account=account, provider="meta")
    inbox.store(account.pk, endpoint.pk, "meta", {}, json.dumps(body).encode())
    inbox.drain()


class TestWaiting:
    def test_over_rest(self, waiting, delete, provider):
        assert delete(waiting).status_code == 204
        assert not Submission.objects.exists()
        assert send_due() == 0
        assert not Message.objects.exists()
        assert Deletion.objects.get().removed["never_sent"] == 1

    @pytest.mark.parametrize(
        "ask",
        [
            lambda requester, message: delete_selected(requester, [message.umid]),
            lambda requester, _: delete_matching(requester, MessageQuery(status=("queued",))),
        ],
        ids=["selected", "matching"],
    )
    def test_by_a_job(self, requester, waiting, ask):
        removed = done(ask(requester, waiting))
        assert (removed["messages"], removed["never_sent"]) == (1, 1)
        assert not Submission.objects.exists()

    def test_what_waits_for_another_attempt(self, requester, waiting):
        Submission.objects.update(attempts=3)
        assert done(delete_selected(requester, [waiting.umid]))["never_sent"] == 1
        assert send_due() == 0


class TestBeingSent:
    @pytest.mark.parametrize("state", ["sending", "answered"])
    def test_it_stays_and_is_reported(self, waiting, delete, state):
        sending(state)
        answer = delete(waiting)
        assert (answer.status_code, "still being sent" in answer.json()["detail"]) == (409, True)
        assert Message.objects.exists()
        assert Deletion.objects.get().removed == {"still_being_sent": 1}


class TestUncertain:
    @pytest.fixture
    def uncertain(self, waiting):
        sending("uncertain")
        return waiting

    def test_a_webhook_that_comes_yet_counts_and_brings_nothing_back(self, acme, uncertain, delete):
        assert delete(uncertain).status_code == 204
        assert not Submission.objects.exists()
        webhook(acme, uncertain.umid, "wamid.A")
        assert not Message.objects.exists()
        assert DeletedMessage.objects.get().delivered_at is not None
        assert not StatusEvent.objects.exists()
        webhook(acme, uncertain.umid, "wamid.A")
        assert DeletedMessage.objects.count() == 1

    def test_retention_takes_it_with_its_month(self, acme, uncertain):
        Submission.objects.update(created_at=datetime(2026, 8, 1, tzinfo=UTC))
        Keeping.objects.update_or_create(account=acme, defaults={"message_months": 3})
        run(date(2026, 12, 20))
        assert not Submission.objects.exists()
