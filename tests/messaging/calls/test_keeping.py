"""What calls do for the service window, and what an erasure and retention leave of them."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from archive.deletion.jobs import erase_person
from archive.retention.periods import change_periods
from archive.retention.work import run
from billing.models import CallUsage, Contact, UsageFact
from billing.windows import infer_windows
from local.demo.world import ACME
from messaging.calls.models import Call
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.models import Message
from messaging.log.selectors.circumstances import circumstances
from providers.vocabulary import Direction
from tests.archive.deletion.test_work import done
from tests.messaging.inbound.test_samples import NUMBER_ID, take  # noqa: F401 - a fixture
from tests.people import principal
from tests.traffic import AT, INDIA, call, report

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "opened"),
    [
        ({}, AT - timedelta(hours=3)),
        ({"seconds": None, "ended_at": None, "state": "connecting"}, AT - timedelta(hours=3)),
        ({"direction": Direction.OUTBOUND, "state": "accepted"}, AT - timedelta(hours=3)),
        ({"direction": Direction.OUTBOUND, "state": "rejected", "seconds": None}, None),
        ({"msisdn": "6591234567"}, None),
        ({"at": AT + timedelta(hours=1)}, None),
    ],
)
def test_a_call_opens_the_service_window(acme, said, opened):
    call(acme, **{"at": AT - timedelta(hours=3), **said})
    message = report(acme, "failed", error_source="meta", error_code=131047)
    assert circumstances(acme, message, None).last_inbound_at == opened


def test_a_call_opens_it_under_another_spelling_of_the_number(acme):
    call(acme, at=AT - timedelta(hours=3), msisdn="5511987654321")
    message = report(acme, "failed", error_source="meta", error_code=131047, msisdn="551187654321")
    assert circumstances(acme, message, None).last_inbound_at == AT - timedelta(hours=3)


@pytest.mark.parametrize(
    ("event", "window"),
    [
        ({}, "in_customer_service"),
        ({"seconds": None, "ended_at": None, "state": "connecting"}, "in_customer_service"),
        ({"direction": Direction.OUTBOUND, "state": "accepted"}, "in_customer_service"),
        ({"direction": Direction.OUTBOUND, "state": "rejected", "seconds": None}, ""),
        ({"msisdn": "6591234567"}, ""),
        ({"at": AT - timedelta(hours=25)}, ""),
    ],
)
def test_it_opens_the_inferred_window_of_untyped_messages(acme, event, window):
    channel = next(each for each in ACME.channels if each.provider == "8x8")
    report(acme, "delivered", channel=channel, at=AT, msisdn=INDIA)
    call(acme, channel, **{"at": AT - timedelta(hours=3), **event})
    infer_windows()
    assert list(UsageFact.objects.values_list("kind__open_window", flat=True)) == [window]
    assert Contact.objects.filter(role="message").count() == (event.get("state") != "rejected")


def calls_body(*calls, **value):
    metadata = {"display_phone_number": "15550783881", "phone_number_id": NUMBER_ID}
    value = {
        "messaging_product": "whatsapp",
        "metadata": metadata,
        **({"calls": list(calls)} if calls else {}),
        **value,
    }
    change = {"field": "calls", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def entry(call_id, person, **more):
    now = str(int(timezone.now().timestamp()))
    return {
        "id": call_id, "from": person, "to": "15550783881", "direction": "USER_INITIATED", "event": "terminate",
        "status": "COMPLETED", "timestamp": now, "duration": 40, **more,
    }  # fmt: skip


def status(call_id, state):
    now = str(int(timezone.now().timestamp()))
    return {"id": call_id, "timestamp": now, "type": "call", "status": state, "recipient_id": INDIA}


def post(account, body):
    endpoint = WebhookEndpoint.objects.get(account=account, provider="meta")
    inbox.store(account.pk, endpoint.pk, "meta", {}, json.dumps(body).encode())
    inbox.drain()


def test_a_webhook_becomes_a_call_and_no_message(acme, take):  # noqa: F811
    for body in (calls_body(entry("wacid.A", INDIA)), calls_body(statuses=[status("wacid.B", "RINGING")])):
        assert take("meta", body) == ("done", "")
    assert list(Call.objects.order_by("call_id").values_list("msisdn", "direction", "seconds", "pulses", "status")) == [
        (INDIA, "inbound", 40, 7, "completed"), (INDIA, "outbound", None, None, "ringing"),
    ]  # fmt: skip
    assert not Message.objects.exists()


def test_a_bad_duration_is_quarantined_and_the_calls_count(acme, take):  # noqa: F811
    body = calls_body(entry("wacid.A", INDIA, duration=-1), entry("wacid.B", INDIA))
    assert take("meta", body) == (
        "quarantined", "The call 'wacid.A': its duration '-1' is left out, because it is no number of seconds.",
    )  # fmt: skip
    assert list(Call.objects.order_by("call_id").values_list("seconds", flat=True)) == [None, 40]


@pytest.mark.parametrize("name", ["timestamp", "start_time", "end_time"])
@pytest.mark.parametrize(("minutes", "kept"), [(62, 1), (58, 2)])
def test_a_call_ahead_of_its_webhook_is_held_alone(acme, take, name, minutes, kept):  # noqa: F811
    later = str(int((timezone.now() + timedelta(minutes=minutes)).timestamp()))
    state, reason = take("meta", calls_body(entry("wacid.A", INDIA, **{name: later}), entry("wacid.B", INDIA)))
    assert Call.objects.count() == kept
    assert state == ("done" if kept == 2 else "quarantined")
    assert reason.startswith("The call 'wacid.A' is dated ") == (kept == 1)


def test_erasing_a_person_empties_their_calls_everywhere(acme, take):  # noqa: F811
    take("meta", calls_body(entry("wacid.A", INDIA), entry("wacid.B", "6591234567")))
    deletion = done(erase_person(principal(acme, "owner@acme.example"), f"+{INDIA}", reason="Asked on 1 December"))
    assert (deletion.state, deletion.removed["calls"], deletion.removed["webhooks"]) == ("done", 1, 1)
    gone, stays = Call.objects.order_by("msisdn")
    assert (gone.msisdn, gone.call_id, gone.erased_at is None, gone.seconds) == ("", "", False, 40)
    assert (stays.msisdn, stays.call_id) == ("6591234567", "wacid.B")
    assert CallUsage.objects.count() == 2
    assert b"wacid.A" not in bytes(InboxItem.objects.get().body)
    inbox.replay_all(InboxItem.objects.all())
    inbox.drain()
    assert Call.objects.filter(msisdn=INDIA).count() == 0


def test_a_late_webhook_of_an_erased_call_brings_nothing_back(acme, take):  # noqa: F811
    take("meta", calls_body(entry("wacid.A", INDIA)))
    done(erase_person(principal(acme, "owner@acme.example"), f"+{INDIA}", reason="Asked on 1 December"))
    failed = {"status": "FAILED", "errors": [{"code": 138001, "title": f"No answer of {INDIA}"}]}
    post(acme, calls_body(entry("wacid.A", INDIA, duration=41, **failed)))
    post(acme, calls_body(statuses=[status("wacid.A", "ACCEPTED")]))
    post(acme, calls_body(entry("wacid.A", INDIA), entry("wacid.B", "6591234567"), contacts=[{"wa_id": INDIA}]))
    assert Call.objects.filter(erased_at__isnull=False).values_list(
        "msisdn", "call_id", "seconds", "error_code", "error_title"
    ).get() == ("", "", 41, 138001, "")  # fmt: skip
    (item,) = InboxItem.objects.all()
    assert (INDIA in bytes(item.body).decode(), b"wacid.B" in bytes(item.body)) == (False, True)


def test_retention_deletes_old_calls_and_keeps_their_usage(acme):
    for n, at in enumerate((datetime(2026, 8, 31, 12, tzinfo=UTC), datetime(2026, 9, 1, 12, tzinfo=UTC))):
        call(acme, call_id=f"wacid.{n}", at=at, ended_at=at)
    change_periods({"webhook_months": None, "message_months": 3}, by=principal(acme))
    run(date(2026, 12, 20))
    assert list(Call.objects.values_list("call_id", flat=True)) == ["wacid.1"]
    assert CallUsage.objects.count() == 2
