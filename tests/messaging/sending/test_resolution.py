"""The sending attempts on a message's page, and the actions of people."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AuditEntry, User
from messaging.log.models import Message, PhoneNumber
from messaging.sending import settlement
from messaging.sending.models import Submission
from tests.messaging.sending import bodies
from tests.messaging.sending.conftest import send_due
from tests.people import visitor

pytestmark = pytest.mark.django_db
SEND = "/api/v1/subaccounts/acme_shop/messages"
SECRET = "EAAG-a-real-token"


@pytest.fixture
def owner(acme):
    return visitor(acme, "owner")


def page(client):
    return client.get(f"/logs/{Message.objects.get().umid}/").content.decode()


def act(client, action, message=None):
    target = message or Message.objects.get()
    return client.post(f"/logs/{target.umid}/sending/", {"action": action}, follow=True).content.decode()


@pytest.fixture
def uncertain(acme, post):
    """A message whose sender died."""
    post(SEND, bodies.TEXT)
    settlement.log_new()
    Submission.objects.update(state="sending", attempts=1, due_at=datetime.now(UTC) - timedelta(seconds=1))
    send_due()
    return Message.objects.get()


class TestPage:
    def test_it_shows_request_answer_and_attempt(self, acme, owner, post, provider):
        post(SEND, bodies.TEXT)
        send_due()
        html = page(owner)
        assert "Send attempts" in html
        assert "Reported by Meta Cloud API" in html
        assert "Provider response" in html
        assert "wamid." in html
        assert "Request as JSON" in html

    def test_bodies_are_for_those_who_may_see_texts_and_numbers(self, acme, post, provider):
        post(SEND, bodies.TEXT)
        send_due()
        html = page(visitor(acme, "finance"))
        assert "Accepted" in html
        assert "Provider response" not in html
        assert "Resend" not in html


class TestUncertain:
    def test_it_is_shown_and_a_webhook_or_a_person_settles_it(self, owner, uncertain):
        assert "This message may or may not have been sent" in page(owner)
        assert "Saved. The log updates in a moment." in act(owner, "sent")
        send_due()
        assert Message.objects.get().status == "sent"
        assert not Submission.objects.exists()
        assert AuditEntry.objects.filter(action="message.resolved").get().details == {"sent": True}
        assert "is already known" in act(owner, "not_sent")

    def test_what_was_not_sent_can_be_sent_again(self, owner, uncertain, provider):
        act(owner, "not_sent")
        send_due()
        assert Message.objects.get().status == "rejected"
        assert "Resend" in page(owner)
        assert "Resent as" in act(owner, "again")
        send_due()
        assert sorted(Message.objects.values_list("status", flat=True)) == ["queued", "rejected"]
        again = Message.objects.get(status="queued")
        assert (again.source.name, again.msisdn) == ("Shop", "6591990000")


def test_waiting_messages_can_be_cancelled(acme, owner, post):
    post(SEND, {**bodies.TEXT, "scheduled": (datetime.now(UTC) + timedelta(days=1)).isoformat()})
    send_due()
    assert "Scheduled for" in page(owner)
    assert "The message will not be sent." in act(owner, "cancel")
    send_due()
    assert "is no longer waiting" in act(owner, "cancel")


def test_a_message_that_cannot_be_resent_says_why(acme, owner, post, provider):
    post(SEND, {**bodies.TEXT, "user": {"msisdn": "+6591131030"}})
    send_due()
    message = Message.objects.get()
    message.subaccount.is_active = False
    message.subaccount.save()
    assert "Its subaccount is closed." in act(owner, "again")
    PhoneNumber.objects.filter(pk=message.phone_number_id).update(msisdn="6591131030")
    message.subaccount.is_active = True
    message.subaccount.save()
    assert "is the number that sends" in act(owner, "again")


def test_who_may_not(acme, other, post):
    post(SEND, bodies.TEXT)
    send_due()
    message = Message.objects.get()
    url = f"/logs/{message.umid}/sending/"
    assert visitor(acme, "finance").post(url, {"action": "again"}).status_code == 403
    assert visitor(other, "owner").post(url, {"action": "again"}).status_code == 404
    assert visitor(acme, "owner").post(url, {"action": "burn"}).status_code == 404


@pytest.mark.parametrize(
    "change", [{"api_url": "https://evil.example"}, {"provider": "8x8"}, {"api_url": "http://graph.example"}]
)
def test_a_credential_does_not_follow_a_changed_host(acme, client, change):
    client.force_login(User.objects.get(is_superuser=True), "allauth.account.auth_backends.AuthenticationBackend")
    number = PhoneNumber.objects.get(account=acme, provider="meta")
    number.set_credential(SECRET)
    number.api_url = "https://graph.example/"
    number.save()
    url = f"/admin/log/phonenumber/{number.pk}/change/"
    form = client.get(url).context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in form.fields}
    assert b"Enter the credential again" in client.post(url, {**data, **change}).content
    assert client.post(url, {**data, "api_url": "https://GRAPH.example:443/v2"}).status_code == 302
    assert PhoneNumber.objects.get(pk=number.pk).credential == SECRET
    assert client.post(url, {**data, **change, "credential": "new"}).status_code == 302
    assert PhoneNumber.objects.get(pk=number.pk).credential == "new"


def test_an_operator_sets_the_credential_of_a_number(acme, client):
    client.force_login(User.objects.get(is_superuser=True), "allauth.account.auth_backends.AuthenticationBackend")
    number = PhoneNumber.objects.get(account=acme, provider="meta")
    url = f"/admin/log/phonenumber/{number.pk}/change/"
    form = client.get(url).context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in form.fields}
    answer = client.post(url, {**data, "credential": "no spaces"})
    assert b"cannot contain spaces" in answer.content
    assert client.post(url, {**data, "credential": SECRET}).status_code == 302
    number.refresh_from_db()
    assert (number.credential, SECRET in number.credential_sealed) == (SECRET, False)
    assert SECRET not in client.get(url).content.decode()
    entry = AuditEntry.objects.filter(action="phonenumber.changed").last()
    assert "credential" in str(entry.details)
    assert SECRET not in str(entry.details)
