"""The demo account, one of its keys, and the sandbox as its provider."""

import time

import httpx
import pytest

from accounts.enums import Permission
from accounts.services import create_api_key
from local.demo.world import ACME, sandbox_token, webhook
from messaging.inbound import inbox
from messaging.log.models import Message
from messaging.sending import dispatch, senders
from messaging.sending.models import Submission
from tests.people import principal
from tests.provider_servers import APP_SECRET, recorder, sandbox

VENDOR_OF_HEADER = {"x-hub-signature-256": "meta", "authorization": "8x8", "x-tollgate-key": "360dialog"}


@pytest.fixture(autouse=True)
def _fresh_senders():
    """Clear the cached senders of earlier tests."""
    senders.clear_cache()
    yield
    senders.clear_cache()


@pytest.fixture(scope="session")
def callback():
    """Where the sandbox posts its webhooks."""
    with recorder() as server:
        yield server


@pytest.fixture(scope="session")
def sandbox_url(callback):
    with sandbox(callback.url, "--number-rate", "0", "--no-pair-rate", token=sandbox_token()) as url:
        yield url


@pytest.fixture
def provider(settings, sandbox_url, callback):
    """The sandbox as the provider of the demo's numbers; its recorder holds the webhooks."""
    settings.SANDBOX_URL = sandbox_url
    while httpx.get(sandbox_url).json()["counts"]["on their way"]:  # of the test before
        time.sleep(0.02)
    while not callback.received.empty():
        callback.received.get()
    return callback


@pytest.fixture
def headers(acme):
    _, text = create_api_key(by=principal(acme), name="Shop", scopes=list(Permission))
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def post(client, headers):
    """Posts JSON to the gateway and returns the answer."""

    def send(path, body, **more):
        return client.post(path, body, content_type="application/json", headers=headers | more)

    return send


def send_due():
    """Send and settle all due messages. Returns the number of requests."""
    return dispatch.send_due()


def process_webhooks(provider, account, n):
    """Process the next n webhooks through the inbox. Returns their bodies."""
    from messaging.inbound.models import WebhookEndpoint

    bodies = []
    for _ in range(n):
        request = provider.received.get(timeout=60)
        names = {name.lower() for name in request.headers}
        vendor = next(vendor for name, vendor in VENDOR_OF_HEADER.items() if name in names)
        endpoint = WebhookEndpoint.objects.get(account=account, provider=vendor)
        inbox.store(account.pk, endpoint.pk, vendor, {}, request.body)
        bodies.append(request.body)
    inbox.drain()
    return bodies


def only_message():
    return Message.objects.get()


__all__ = ["ACME", "APP_SECRET", "Submission", "only_message", "process_webhooks", "send_due", "webhook"]
