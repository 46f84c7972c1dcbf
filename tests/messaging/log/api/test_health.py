"""REST: the health status in three shapes."""

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from local.demo.world import ACME, OTHER, api_key_text
from messaging.log.models import Change, PhoneNumber, Template
from tests.people import principal

pytestmark = pytest.mark.django_db
GRAPH = "/graph/v24.0/"
KEY = api_key_text(ACME, "api")
NAME = (
    "Your display name has not been approved yet. Your message limit will increase after the display name is approved."
)
NUMBER, WABA = ACME.channels[1].number_id, ACME.channels[1].waba_id


@pytest.fixture(autouse=True)
def _quiet(acme):
    Change.objects.all().delete()


@pytest.fixture
def ask(client):
    def get(path, key=KEY, header="Authorization", start="Bearer "):
        answer = client.get(path, headers={header: f"{start}{key}"} if key else {})
        return answer.status_code, answer.json()

    return get


def d360(ask, key):
    return ask("/360dialog/health_status", key, "D360-API-KEY", "")


def test_everything(ask):
    status, body = ask("/api/v1/health_status")
    assert status == 200
    assert body["health_status"]["can_send_message"] == "AVAILABLE"
    assert body["health_status"]["entities"][:2] == [
        {"entity_type": "APP", "id": None, "can_send_message": "AVAILABLE"},
        {"entity_type": "BUSINESS", "id": ACME.business_id, "can_send_message": "AVAILABLE"},
    ]
    assert len(body["health_status"]["entities"]) == 23


def test_a_number_at_graph(ask):
    PhoneNumber.objects.filter(provider_number_id=NUMBER).update(name_status="PENDING")
    assert ask(f"{GRAPH}{NUMBER}?fields=health_status") == (
        200,
        {
            "health_status": {
                "can_send_message": "LIMITED",
                "entities": [
                    {
                        "entity_type": "PHONE_NUMBER",
                        "id": NUMBER,
                        "can_send_message": "LIMITED",
                        "additional_info": [NAME],
                    },
                    {"entity_type": "WABA", "id": WABA, "can_send_message": "AVAILABLE"},
                    {"entity_type": "BUSINESS", "id": ACME.business_id, "can_send_message": "AVAILABLE"},
                    {"entity_type": "APP", "id": None, "can_send_message": "AVAILABLE"},
                ],
            },
            "id": NUMBER,
        },
    )


def test_a_template_and_a_waba_at_graph(ask):
    template = Template.objects.get(name="weekend_sale", waba__waba_id=WABA)
    template.status = "PAUSED"
    template.save()
    _, body = ask(f"{GRAPH}{template.provider_template_id}?fields=id,health_status")
    first = body["health_status"]["entities"][0]
    assert (body["health_status"]["can_send_message"], first["entity_type"]) == ("BLOCKED", "MESSAGE_TEMPLATE")
    assert first["errors"][0]["error_code"] == 141002
    _, body = ask(f"{GRAPH}{WABA}?fields=health_status")
    assert [entity["entity_type"] for entity in body["health_status"]["entities"]] == ["WABA", "BUSINESS", "APP"]
    assert ask(f"{GRAPH}{WABA}") == (200, {"id": WABA})


@pytest.mark.parametrize(
    ("path", "key", "answer", "words"),
    [
        (f"{GRAPH}{NUMBER}", None, (401, 190), "Authentication credentials were not provided."),
        (f"{GRAPH}{NUMBER}", "tg_nobody_x", (401, 190), "This API key is unknown, revoked or expired."),
        (f"{GRAPH}{OTHER.channels[0].number_id}", KEY, (404, 100), "Not found."),
        (f"{GRAPH}{ACME.business_id}", KEY, (404, 100), "Not found."),
        (f"{GRAPH}{NUMBER}?fields=name", KEY, (400, 100), "Tried accessing nonexisting field (name)."),
        (f"/graph/24/{NUMBER}", KEY, (400, 100), "Unknown version 24: write it as v24.0."),
    ],
)
@pytest.mark.usefixtures("other")
def test_errors_at_graph(ask, path, key, answer, words):
    status, body = ask(path, key)
    assert (status, body["error"]["code"]) == answer
    assert body["error"]["message"] == f"(#{answer[1]}) {words}"
    assert set(body["error"]) == {"message", "type", "code", "fbtrace_id"}


def test_360dialogs_key_is_for_its_number(ask):
    status, body = d360(ask, api_key_text(ACME, "360dialog"))
    assert (status, body["id"]) == (200, ACME.channels[2].number_id)
    assert [entity["entity_type"] for entity in body["health_status"]["entities"]] == [
        "PHONE_NUMBER",
        "WABA",
        "BUSINESS",
        "APP",
    ]


def test_errors_at_360dialog(ask, acme, other):
    PhoneNumber.objects.filter(display_name="Acme Online").update(provider="360dialog")
    unknown = {"httpCode": 401, "developerMessage": "Invalid api_key or token expired", "success": False}
    assert d360(ask, "tg_nobody_x") == (401, {"meta": unknown})
    assert d360(ask, None)[0] == 401
    assert d360(ask, KEY)[1]["meta"]["developerMessage"] == (
        "This key has access to more than one 360dialog number: limit it to a subaccount."
    )
    none = d360(ask, api_key_text(OTHER, "360dialog"))
    assert none[1]["meta"]["developerMessage"] == "This key has access to no 360dialog number."


def test_a_limited_key_sees_its_part_and_one_without_the_scope_nothing(ask, acme):
    key, text = create_api_key(by=principal(acme), name="Care", scopes=[Permission.VIEW_DASHBOARD])
    key.subaccounts.set(Subaccount.objects.filter(code="acme_care"))
    assert len(ask("/api/v1/health_status", text)[1]["health_status"]["entities"]) == 12
    assert ask(f"{GRAPH}{NUMBER}", text)[0] == 404
    _, text = create_api_key(by=principal(acme), name="Log", scopes=[Permission.VIEW_MESSAGES])
    assert ask("/api/v1/health_status", text)[0] == 403
    assert ask(f"{GRAPH}{NUMBER}", text)[1]["error"]["code"] == 10
    assert d360(ask, text)[1]["meta"]["httpCode"] == 403
