"""An outgoing event is one registration and one `emit`: a made-up one reaches an endpoint."""

import json

import pytest
from django.utils import timezone

from accounts.enums import Permission
from events import deliveries, types
from events.models import Delivery, Endpoint, Event
from events.outbox import emit
from tests.provider_servers import recorder

pytestmark = pytest.mark.django_db


@pytest.fixture
def moon():
    """The registration."""
    kind = types.EventType("moon.risen", "Moonrise", subject_type="moon", permissions=(Permission.VIEW_DASHBOARD,))
    types.register(kind)
    yield kind
    types.unregister(kind.name)


def emit_risen(account, night, **more):
    """The emit, in the transaction of whatever caused it."""
    emit("moon.risen", account_id=account.pk, subject_id=night, at=timezone.now(), payload={"night": night}, **more)


def test_an_endpoint_gets_it_in_the_envelope_of_standard_webhooks(acme, other, moon):
    with recorder() as receiver:
        Endpoint.objects.create(account=acme, event_type="moon.risen", format="tollgate", url=f"{receiver.url}/moon")
        emit_risen(acme, 7)
        emit_risen(other, 7)  # who has no endpoint for it
        assert deliveries.post_due() == 1
        request = receiver.received.get_nowait()
    event = Event.objects.get()
    assert json.loads(request.body) == {
        "type": "moon.risen", "version": 1, "timestamp": event.at.isoformat(), "data": {"night": 7},
    }  # fmt: skip
    assert (request.path, request.headers["webhook-signature"][:3]) == ("/moon", "v1,")
    assert Delivery.objects.get().state == "done"


def test_the_name_of_a_type_is_unique(moon):
    with pytest.raises(ValueError, match=r"moon\.risen is registered twice"):
        types.register(moon)
