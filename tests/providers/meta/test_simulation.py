"""Our own parser reads the simulated webhooks of Meta; they are signed like Meta's."""

from datetime import UTC, datetime

import pytest

from providers.events import MessageEvent
from providers.meta.parse import parse
from providers.meta.simulation import meta_status
from providers.meta.webhooks import signature

STATUS = {"waba_id": "1", "number_id": "2", "wamid": "wamid.A", "at": 1_791_000_000, "msisdn": "919876543210"}


@pytest.mark.parametrize(
    ("status", "price"),
    [
        ("sent", {"category": "marketing", "pricing_type": "regular"}),
        ("delivered", {"category": "marketing", "pricing_type": "regular"}),
        ("read", {}),
    ],
)
def test_a_status_is_understood(status, price):
    (event,) = parse(meta_status(**STATUS, status=status, category="marketing")).events
    at = datetime(2026, 10, 3, 4, tzinfo=UTC)
    assert event == MessageEvent("wamid.A", status, at, number_id="2", msisdn="919876543210", **price)


def test_a_signature():
    expected = "dc46983557fea127b43af721467eb9b3fde2338fe3e14f51952aa8478c13d355"
    assert signature("secret", b"body") == f"sha256={expected}"
