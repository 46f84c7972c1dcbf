"""The pages, REST and files of other channels, and what an erasure and retention leave."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from archive.deletion.jobs import erase_person
from archive.exports import work
from archive.exports.files import storage
from archive.models import Export
from archive.retention.periods import change_periods
from archive.retention.work import run
from local.demo.world import ACME
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.legs.models import Leg
from tests.archive.deletion.test_work import done
from tests.messaging.inbound.test_samples import take  # noqa: F401 - a fixture
from tests.messaging.legs.test_services import BODIES, receipt, sms
from tests.people import principal, visitor
from tests.traffic import INDIA, leg, report
from tests.visible import text

pytestmark = pytest.mark.django_db
PRICED = {"price": Decimal("0.0375"), "currency": "USD", "segments": 3, "business_address": "ACME"}
READS = [Permission.VIEW_MESSAGES, Permission.VIEW_NUMBERS, Permission.EXPORT_DATA]


@pytest.fixture
def owner(acme):
    return visitor(acme)


@pytest.fixture
def ask(acme, client):
    """Ask with a key of these scopes."""

    def run_request(path, scopes=READS, body=None, **params):
        _, key = create_api_key(by=principal(acme), name="Test", scopes=scopes)
        headers = {"Authorization": f"Bearer {key}"}
        if body is not None:
            return client.post(path, json.dumps(body), "application/json", headers=headers)
        return client.get(path, params, headers=headers)

    return run_request


def post(account, body):
    endpoint = WebhookEndpoint.objects.get(account=account, provider="8x8")
    inbox.store(account.pk, endpoint.pk, "8x8", {}, json.dumps(body).encode())
    inbox.drain()


def shown_ids(client, **params):
    page = client.get("/logs/other-channels/", {"subaccount": "", **params}).context["page"]
    return [row.umid for row in page.rows]


def test_the_list_and_its_filters(acme, owner):
    now = timezone.now()
    leg(acme, umid="A", at=now, **PRICED)
    leg(acme, channel="viber", umid="B", state="read", at=now)
    page = text(owner.get("/logs/other-channels/?subaccount="))
    assert all(words in page for words in ("SMS", "Viber", "0.0375", "ACME", "+91 98765 43210"))
    assert sorted(shown_ids(owner)) == ["A", "B"]
    assert shown_ids(owner, channel="viber") == ["B"]
    assert shown_ids(owner, status="delivered") == ["A"]
    assert shown_ids(owner, direction="inbound") == []
    assert "No messages match" in text(owner.get("/logs/other-channels/?subaccount=&channel=rcs"))


def test_an_empty_list_explains_itself(owner):
    assert "never counted or charged as WhatsApp" in text(owner.get("/logs/other-channels/?subaccount="))


def test_the_message_page_names_its_legs_and_they_lead_back(acme, owner):
    message = whatsapp(acme)
    row = leg(acme, umid=message.provider_message_id)
    page = text(owner.get(f"/logs/{message.umid}/"))
    assert "Also sent as SMS" in page
    assert f"/logs/other-channels/{row.record_key}/" in page
    assert f"/logs/{message.umid}/" in text(owner.get(f"/logs/other-channels/{row.record_key}/"))


def whatsapp(account):
    """A WhatsApp message through 8x8."""
    channel = next(each for each in ACME.channels if each.provider == "8x8")
    return report(account, "failed", provider_message_id="9e09ac86-bd74-5465-851d-1eb5a5fdbb9a", channel=channel)


def test_limits_masks_and_roles(acme):
    row = leg(acme, at=timezone.now(), content={"text": "Hello"})
    code = Subaccount.objects.filter(account=acme).earliest("pk").code
    other = Subaccount.objects.filter(account=acme).exclude(code=code)[0].code
    assert shown_ids(visitor(acme, "support", code)) == ["umid-1"]
    assert shown_ids(visitor(acme, "support", other)) == []
    viewer = visitor(acme, "viewer")
    page = viewer.get(f"/logs/other-channels/{row.record_key}/").content.decode()
    assert "+91 98•••••210" in page
    assert not any(secret in page for secret in (INDIA, "Hello"))
    assert "Hello" in text(visitor(acme).get(f"/logs/other-channels/{row.record_key}/"))


def test_a_leg_over_rest(acme, ask):
    message = whatsapp(acme)
    row = leg(acme, umid=message.provider_message_id, client_message_id="order-7", **PRICED)
    found = ask(f"/api/v1/other-channels/{row.record_key}/").json()
    code = Subaccount.objects.filter(account=acme).earliest("pk").code
    assert found == {
        "id": str(row.record_key), "provider": "8x8", "subaccount_id": code, "direction": "outbound",
        "msisdn": INDIA, "user_id": "", "country": "IN", "status": "delivered", "created_at": "2026-10-15T08:00:00Z",
        "channel": "sms", "umid": message.provider_message_id, "whatsapp_umid": str(message.umid),
        "business_address": "ACME", "content_type": "", "status_detail": "", "queued_at": None, "sent_at": None,
        "delivered_at": "2026-10-15T08:00:00Z", "read_at": None, "failed_at": None, "rejected_at": None,
        "received_at": None, "segments": 3, "price": "0.0375", "currency": "USD", "error": None,
        "client_message_id": "order-7",
    }  # fmt: skip
    assert ask("/api/v1/other-channels/", channel="pigeon").status_code == 400
    assert len(ask("/api/v1/other-channels/", umid=row.umid.upper()).json()["results"]) == 1
    (masked,) = ask("/api/v1/other-channels/", [Permission.VIEW_MESSAGES], channel="sms").json()["results"]
    assert masked["msisdn"] == "+91 98•••••210"


def test_a_file_of_legs(acme, ask):
    leg(acme, umid="A", **PRICED)
    leg(acme, umid="B", channel="viber")
    body = {"dataset": "other_channels", "columns": ["umid", "channel", "msisdn", "price", "currency"],
            "filters": {"channel": "sms", "status": ["delivered"]}}  # fmt: skip
    response = ask("/api/v1/exports/", READS, body)
    work.work()
    export = Export.objects.get(public_id=response.json()["id"])
    with storage().open(export.file, "rb") as file:
        rows = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))
    assert rows[1:] == [["A", "sms", INDIA, "0.0375", "USD"]]
    assert export.totals == {"price": {"USD": "0.0375"}}


def test_erasing_a_person_empties_their_legs_and_webhooks(acme, take):  # noqa: F811
    for body in BODIES:
        take("8x8", body)
    deletion = done(erase_person(principal(acme, "owner@acme.example"), "+6591230001", reason="Asked in writing"))
    assert (deletion.state, deletion.removed["other_channels"]) == ("done", 1)
    assert Leg.objects.values_list("msisdn", "umid", "client_message_id", "status", "price").get() == (
        "", "", "", "delivered", Decimal("0.0375"),
    )  # fmt: skip
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize("first", [BODIES[:2], BODIES[2:4], [receipt("failed", 1, "viber")]])
def test_a_late_leg_of_an_erased_person_brings_nothing_back(acme, take, first):  # noqa: F811
    """Of the same channel, and a fallback after an erased message or leg."""
    for body in first:
        take("8x8", body)
    done(erase_person(principal(acme, "owner@acme.example"), "+6591230001", reason="Asked in writing"))
    for body in (
        BODIES[4],
        BODIES[3],
        receipt("failed", 30, "rcs", status={"errorCode": 15, "errorMessage": "6591230001"}),
    ):
        post(acme, body)
    assert set(Leg.objects.values_list("msisdn", "umid", "client_message_id", "error_title")) == {("", "", "", "")}
    assert Leg.objects.filter(channel="sms", erased_at__isnull=False).values_list("status", "price").get() == (
        "delivered", Decimal("0.0375"),
    )  # fmt: skip
    assert not InboxItem.objects.exists()


def test_a_leg_of_somebody_else_s_message_stays(acme, take):  # noqa: F811
    for body in BODIES[:2]:
        take("8x8", body)
    done(erase_person(principal(acme, "owner@acme.example"), "+6591230001", reason="Asked in writing"))
    take("8x8", sms("delivered", 1, umid=str(uuid4())))
    assert Leg.objects.values_list("msisdn", "erased_at").get() == ("6591230001", None)


def test_erasing_a_person_masks_mentions_in_texts_of_others(acme, other):
    text_of = {"text": "Ask Ann: +65 9123-0001, not 6591230002"}
    leg(acme, umid="A", content=text_of)
    leg(acme, umid="B", content={"text": "6591230001"}, msisdn="6591230001")
    leg(other, umid="C", content=text_of)
    deletion = done(erase_person(principal(acme, "owner@acme.example"), "+6591230001", reason="Asked in writing"))
    assert (deletion.removed["mentions"], deletion.removed["other_channels"]) == (1, 1)
    masked = {"text": "Ask Ann: +99 9999-9999, not 6591230002"}
    assert dict(Leg.objects.values_list("umid", "content")) == {"A": masked, "": None, "C": text_of}


def test_retention_deletes_texts_and_old_legs(acme):
    for n, month in enumerate((8, 9)):
        leg(acme, umid=f"umid-{n}", at=datetime(2026, month, 1, 12, tzinfo=UTC), content={"text": "Hi"})
    change_periods({"webhook_months": None, "message_months": 3, "payload_months": 2}, by=principal(acme))
    run(date(2026, 12, 20))
    assert list(Leg.objects.values_list("umid", "content")) == [("umid-1", None)]
