"""Our own parser reads the simulated webhooks of Meta; they are signed like Meta's."""

from datetime import UTC, datetime

import orjson
import pytest

from providers.events import MessageEvent
from providers.meta.parse import parse
from providers.meta.simulation import envelope, meta_status, report_webhook
from providers.meta.webhooks import signature
from providers.scenarios import SimulatedSender
from providers.simulation import MessageRequest, SimulatedReport

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


def statuses(state, **request):
    sender = SimulatedSender(number_id="2", msisdn="15550783881", waba_id="1", subaccount="")
    sent = MessageRequest(category="service", is_template=False, reference="", **request)
    report = SimulatedReport(state=state, request=sent, message_id="wamid.A", sender=sender, at=1_791_000_000)
    (change,) = orjson.loads(report_webhook(report))["entry"][0]["changes"]
    return change["value"]["statuses"]


def test_each_participant_of_a_group_has_a_status():
    group = {"to": "G1", "msisdn": "", "group_id": "G1"}
    assert ["recipient_participant_id" in each for each in statuses("sent", **group)] == [False]
    delivered = statuses("delivered", **group)
    assert len({each["recipient_participant_id"] for each in delivered}) == 3
    assert {(each["recipient_id"], each["recipient_type"], each["pricing"]["category"]) for each in delivered} == {
        ("G1", "group", "group_service")
    }


def test_a_user_id_takes_the_place_of_the_number():
    (status,) = statuses("delivered", to="US.1349", msisdn="", user_id="US.1349")
    assert (status.get("recipient_id"), status["recipient_user_id"]) == (None, "US.1349")


def test_direct_send_names_its_template_and_is_charged():
    (status,) = statuses("delivered", to="+65", msisdn="6591990000", direct_send=True)
    assert (status["template_id"].isdecimal(), status["pricing"]["type"]) == (True, "regular")
    body = orjson.dumps(envelope("1", "2", {"statuses": [status]}))
    assert parse(body).events[0].template_id == status["template_id"]
