"""A provider is a folder and a line in the registry: webhooks of a made-up one come into the log, and it sends."""

import hashlib
import hmac
import json
import time

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount, Waba
from accounts.services import create_api_key
from core.secrets import digests_equal
from core.strict_json import load_object
from messaging.inbound import credentials, inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.models import Message, PhoneNumber
from messaging.sending import dispatch, senders
from providers.events import MessageEvent, Parsed
from providers.outcomes import Accepted
from providers.reading import unix_time
from providers.registry import VENDORS
from providers.transport import credential, post
from providers.vendor import Sending, Vendor, Webhooks
from tests.people import principal, visitor
from tests.provider_servers import recorder

pytestmark = pytest.mark.django_db
NOON = 1_792_065_600  # 2026-10-15 12:00 UTC


# --- What providers/toy/ would hold ----------------------------------------------------------------------------------


def parse(body):
    data = load_object(body)
    event = MessageEvent(
        data["ticket"], data["news"], unix_time(data["when"]), number_id=data["line"], msisdn=data["person"]
    )
    return Parsed(events=[event])


def signature(secret, body):
    return hmac.new(secret, body, hashlib.sha512).hexdigest()


def authenticate(secrets, headers, body):
    presented = headers.get("Toy-Signature", "").encode()
    return any(digests_equal(presented, signature(secret, body).encode()) for secret in secrets.app_secrets)


def from_8x8(request, about, reference):
    return {"person": about.msisdn, "words": request["content"]["text"], "mine": reference}


def send(connection, message):
    url = f"{connection.base_url}/lines/{connection.number_id}"
    return post(url, {"Toy-Key": credential(connection.secret)}, message, read_answer)


def read_answer(answer):
    return Accepted(answer.data["ticket"], "taken", answer)


TOY = Vendor(
    name="toy",
    label="Toy Messaging",
    company="Toy",
    webhooks=Webhooks(
        parse=parse,
        authenticate=authenticate,
        stored_headers=("Toy-Signature",),
        setup="In the toy box, under Webhooks.",
        app_secret_help="In the toy box.",
    ),
    sending=Sending(send=send, from_8x8=from_8x8),
)


# --- What Tollgate makes of it ---------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    """The line in the registry, for as long as the test takes."""
    monkeypatch.setitem(VENDORS, "toy", TOY)
    credentials.cache.clear()
    senders.clear_cache()
    yield
    senders.clear_cache()


@pytest.fixture
def server(settings):
    with recorder() as server:
        settings.SANDBOX_URL = server.url  # where the demo account's numbers send
        yield server


@pytest.fixture
def number(acme):
    subaccount = Subaccount.objects.create(account=acme, code="toys", name="Toys")
    number = PhoneNumber(
        account=acme, subaccount=subaccount, waba=Waba.objects.filter(account=acme).first(), provider="toy",
        provider_number_id="line-1", msisdn="6531580009",
    )  # fmt: skip
    number.set_credential("a-key-of-the-toy")
    number.full_clean()
    number.save()
    return number


def webhook(client, path, news, *, secret=b"of-the-toy", when=NOON):
    """Post one signed webhook of a message; the answer's status."""
    update = {"ticket": "T-1", "news": news, "when": when, "line": "line-1", "person": "6591990000"}
    body = json.dumps(update).encode()
    headers = {"Toy-Signature": signature(secret, body)}
    return client.post(path, body, content_type="application/json", headers=headers).status_code


def new_endpoint(acme):
    """Make an address for the provider's webhooks on the page; its path."""
    page = visitor(acme).post("/settings/webhooks/new/", {"provider": "toy", "name": "Toy", "app_secret": "of-the-toy"})
    assert "In the toy box, under Webhooks." in page.content.decode()
    return WebhookEndpoint.objects.get(provider="toy").path


def test_a_signed_webhook_comes_into_the_log(acme, number, client):
    path = new_endpoint(acme)
    assert webhook(client, path, "delivered", secret=b"another") == 401
    assert webhook(client, path, "delivered") == 200
    assert [list(item.headers) for item in InboxItem.objects.filter(provider="toy")] == [
        ["Content-Type", "Toy-Signature"]
    ]
    inbox.drain()
    message = Message.objects.get(provider="toy")
    assert (message.provider_message_id, message.status, message.phone_number_id) == ("T-1", "delivered", number.pk)
    assert message.get_provider_display() == "Toy Messaging"


def test_a_message_goes_out_through_it_and_its_webhook_finds_it(acme, number, client, server):
    server.answer = b'{"ticket": "T-1"}'
    _, key = create_api_key(by=principal(acme), name="Shop", scopes=list(Permission))
    answer = client.post(
        "/api/v1/subaccounts/toys/messages",
        {"user": {"msisdn": "+6591990000"}, "type": "text", "content": {"text": "Hello"}},
        content_type="application/json", headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert dispatch.send_due() == 1
    request, umid = server.received.get_nowait(), answer.json()["umid"]
    assert (request.path, request.headers["Toy-Key"]) == ("/lines/line-1", "a-key-of-the-toy")
    assert json.loads(request.body) == {"person": "6591990000", "words": "Hello", "mine": f"tollgate:{umid}"}
    assert webhook(client, new_endpoint(acme), "read", when=int(time.time()) + 9) == 200
    inbox.drain()
    message = Message.objects.get(umid=umid)
    assert (message.provider, message.provider_message_id, message.status) == ("toy", "T-1", "read")
