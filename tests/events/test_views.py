"""The page of webhooks to clients: the state of each, and pending and failed deliveries, which can be retried."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from events import deliveries
from events.models import Delivery, Endpoint
from events.services import EndpointSettings, configure_endpoints
from tests.messaging.sending.test_receipts import due_now
from tests.people import principal, visitor
from tests.provider_servers import recorder
from tests.traffic import deliver

pytestmark = pytest.mark.django_db
PAGE = "/settings/receipts/"
NOW = timezone.now


@pytest.fixture
def hook(acme):
    """A configured webhook and the server that receives it."""
    with recorder() as receiver:
        receiver.status = 503
        Endpoint.objects.create(account=acme, event_type="message.status", url=f"{receiver.url}/hook")
        yield receiver


@pytest.fixture
def owner(acme):
    return visitor(acme, "owner")


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_nothing_is_configured(acme, owner):
    page = text(owner.get(PAGE))
    assert f"POST /api/v1/accounts/{acme.public_id}/webhooks" in page
    assert "Undelivered receipts" not in page


def test_what_waits_and_why(acme, owner, hook, monkeypatch):
    monkeypatch.setattr(deliveries, "PAUSES", (60,) * 7)  # so that nothing is retried in the meantime
    assert "No deliveries yet" in text(owner.get(PAGE))
    message = deliver(acme, at=NOW())
    assert deliveries.post_due() == 1
    page = text(owner.get(PAGE))
    assert "2 waiting" in page
    assert f'href="/logs/{message.umid}/"' in page
    assert ("Failing" in page, page.count("responded 503")) == (True, 2)
    hook.status = 200
    due_now()
    assert deliveries.post_due() == 2
    page = text(owner.get(PAGE))
    assert ("Working" in page, "All receipts are delivered" in page) == (True, True)
    assert "Undelivered receipts" not in page


def test_failed_events_are_posted_again(acme, other, owner, hook):
    deliver(acme, at=NOW())
    Delivery.objects.update(state="failed", attempts=8, answer="ConnectError")
    page = text(owner.get(PAGE))
    assert page.count('<td data-label="Attempts" class="number">8</td>') == 2
    assert ("2 failed" in page, "connection failed or invalid certificate" in page) == (True, True)
    hook.status = 200
    assert visitor(other, "owner").post(f"{PAGE}again/").status_code == 302
    assert deliveries.post_due() == 0
    assert "2 receipts will be retried." in text(owner.post(f"{PAGE}again/", follow=True))
    assert AuditEntry.objects.get(account=acme, action="webhook.posted_again").details == {"count": 2}
    assert deliveries.post_due() == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_another_accounts_are_not_there(acme, other, hook):
    deliver(acme, at=NOW())
    page = text(visitor(other, "owner").get(PAGE))
    assert (hook.url in page, "Undelivered receipts" in page) == (False, False)
    assert visitor(acme, "viewer").get(PAGE).status_code == 403


def test_another_address_begins_anew(acme, hook):
    deliver(acme, at=NOW())
    deliveries.post_due()
    configured = Endpoint.objects.get()
    assert (configured.failure, configured.is_failing) == ("503", True)
    configure_endpoints([EndpointSettings(None, "message.status", "CADR", "https://new.example")], by=principal(acme))
    configured.refresh_from_db()
    assert (configured.failure, configured.is_failing, configured.failed_at) == ("", False, None)
