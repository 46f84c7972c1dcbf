"""A provider's webhook becomes a message in the log, a charge, a line of the report and of its CSV."""

import csv
import re

import httpx
import orjson
import pytest

from local.demo.world import ACME, api_key_text, email_of, password, webhook
from providers.meta.simulation import meta_status
from providers.meta.webhooks import signature
from tests.scenarios.conftest import wait_until

pytestmark = pytest.mark.slow
META, EIGHT = webhook(ACME, "meta"), webhook(ACME, "8x8")
KEY = {"Authorization": f"Bearer {api_key_text(ACME, 'api')}"}
NOON = 1_792_065_600  # 2026-10-15 12:00 UTC
UMID = "d03cbbf5-3e2d-ea11-815d-020897df5459"


def post_status(portal, wamid, status, at, **changes):
    given = {"waba_id": "102290129340398", "number_id": "106540352242922", "msisdn": "919876543210"}
    body = meta_status(wamid=wamid, status=status, at=at, category="marketing", **(given | changes))
    headers = {"X-Hub-Signature-256": signature(META["app_secret"], body)}
    assert portal.post(META["path"], content=body, headers=headers).status_code == 200


def post_8x8(portal, event, payload):
    body = orjson.dumps({"namespace": "ChatApps", "eventType": event, "payload": payload})
    headers = {"Authorization": EIGHT["authorization"]}
    assert portal.post(EIGHT["path"], content=body, headers=headers).status_code == 200


def messages(portal, **query):
    return portal.get("/api/v1/messages/", params=query, headers=KEY).json()["results"]


def log_in(portal, role):
    page = portal.get("/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
    form = {"login": email_of(ACME, role), "password": password(ACME, role), "csrfmiddlewaretoken": token}
    answer = portal.post(
        "/accounts/login/", data=form, headers={"Referer": str(portal.base_url)}, follow_redirects=True
    )
    assert answer.url.path == "/"


def test_from_webhooks_to_the_report(portal: httpx.Client):
    post_status(portal, "wamid.FAILED", "failed", NOON)
    post_status(portal, "wamid.A", "read", NOON + 60)
    post_status(portal, "wamid.A", "delivered", NOON + 5)
    post_status(portal, "wamid.A", "sent", NOON)
    user = {"msisdn": "+6591234567", "channelUserId": "SG.13491208655302741918"}
    post_8x8(portal, "outbound_message_status_changed", {
        "umid": UMID, "subAccountId": "acme_wa", "channel": "whatsapp", "user": user,
        "status": {"state": "delivered", "detail": "delivered_to_recipient", "timestamp": "2026-10-15T03:40:54.16Z"},
        "whatsapp": {"pricingCategory": "marketing"},
    })  # fmt: skip
    post_8x8(portal, "inbound_message_received", {
        "umid": "9b3cbbf5-3e2d-ea11-815d-020897df5459", "subAccountId": "acme_wa", "user": user | {"name": "Jane"},
        "timestamp": "2026-10-15T04:13:20.00Z", "type": "Text", "content": {"text": "Hello"},
        "recipient": {"channel": "whatsapp", "channelId": ACME.channels[0].number_id},
    })  # fmt: skip

    wait_until(lambda: len(messages(portal)) == 4, seconds=60)
    (india,) = messages(portal, provider_message_id="wamid.A")
    assert (india["status"], india["country"], india["category"]) == ("read", "IN", "marketing")
    assert india["cost"] == {"state": "charged", "amount": "0.0118", "currency": "USD"}
    assert messages(portal, provider_message_id="wamid.FAILED")[0]["status"] == "undelivered"
    assert messages(portal, umid=UMID)[0]["cost"]["amount"] == "0.0732"
    assert messages(portal, direction="inbound")[0]["status"] == "received"

    query = {"from": "2026-10-15", "to": "2026-10-15", "group_by": "country"}
    wait_until(lambda: len(report(portal, query)["results"]) == 2, seconds=60)
    assert report(portal, query)["results"][0] == {
        "country": "IN", "currency": "USD", "delivered": 1, "charged": 1, "free": 0, "unrated": 0, "amount": "0.0118",
        "amount_provider": "0.00", "amount_inferred": "0.00", "amount_derived": "0.00",
        "sell_amount": None, "sell_unrated": 0, "margin": None,
    }  # fmt: skip

    log_in(portal, "finance")
    assert "0.0118" in portal.get("/reports/costs/", params=query).text
    rows = list(csv.reader(portal.get("/reports/costs.csv", params=query).text.splitlines()))
    assert any("0.0118" in row and "IN" in row for row in rows)
    assert any("Asia/Singapore" in cell for row in rows for cell in row)


def report(portal, query):
    return portal.get("/api/v1/reports/costs/", params=query, headers=KEY).json()


def test_a_chunked_body_is_taken_whole(portal: httpx.Client):
    body = meta_status(waba_id="1", number_id="106540352242922", wamid="wamid.CHUNKED", status="sent", at=NOON,
                       msisdn="919876543210", category="marketing")  # fmt: skip
    headers = {"X-Hub-Signature-256": signature(META["app_secret"], body)}
    parts = (body[start : start + 50] for start in range(0, len(body), 50))
    assert portal.post(META["path"], content=parts, headers=headers).status_code == 200
    too_large = (b"x" * 100_000 for _ in range(43))
    refused = portal.post(EIGHT["path"], content=too_large, headers={"Authorization": EIGHT["authorization"]})
    assert (refused.status_code, refused.headers["Connection"]) == (413, "close")
    wait_until(lambda: messages(portal, provider_message_id="wamid.CHUNKED"), seconds=60)
