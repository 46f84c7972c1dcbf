import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DataError, OperationalError, connection
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from accounts.models import Subaccount, Waba
from messaging.inbound import inbox
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log import lifecycle
from messaging.log.models import Message, PhoneNumber
from providers.meta.simulation import meta_status
from providers.registry import VENDORS

AT = 1_792_065_600  # 2026-10-15 12:00 UTC


@pytest.fixture
def endpoint(acme):
    return WebhookEndpoint.objects.get(account=acme, provider="meta")


def status(wamid="wamid.A", word="delivered", number="106540352242922"):
    return meta_status(
        waba_id="1", number_id=number, wamid=wamid, status=word, at=AT, msisdn="919876543210", category="marketing"
    )


def store(endpoint, body):
    inbox.store(endpoint.account_id, endpoint.pk, endpoint.provider, {"User-Agent": "test"}, body)
    return InboxItem.objects.order_by("-id").first()


def age_channels():
    """Make every channel one that was registered long ago."""
    for model in (PhoneNumber, Waba, Subaccount):
        model.objects.update(updated_at=timezone.now() - timedelta(days=400))


def test_a_webhook_is_stored_as_it_came(endpoint):
    item = store(endpoint, b"\xff\x00 anything")
    assert (bytes(item.body), item.headers, item.state) == (b"\xff\x00 anything", {"User-Agent": "test"}, "pending")


def test_draining_applies_and_settles(endpoint):
    item = store(endpoint, status())
    assert inbox.drain() == 1
    item.refresh_from_db()
    assert (item.state, item.attempts, item.reason) == (InboxState.DONE, 1, "")
    assert Message.objects.get(account=endpoint.account).status == "delivered"


def test_what_cannot_be_read_is_quarantined_and_the_next_row_goes_on(endpoint):
    bad, good = store(endpoint, b"[]"), store(endpoint, status())
    assert inbox.drain() == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.reason) == ("quarantined", "The body is a JSON list; an object is expected.")
    assert good.state == "done"


def test_the_outcome_counts_what_is_applied_and_what_is_not(endpoint):
    unknown = b'"changes":[{"field": "moons", "value": {}}, {"field": "x", "value": {}}, '
    item = store(endpoint, status().replace(b'"changes":[', unknown))
    inbox.drain()
    item.refresh_from_db()
    assert (item.state, item.reason) == (
        "quarantined", "Field 'moons' is not understood yet.\nField 'x' is not understood yet.",
    )  # fmt: skip
    assert item.outcome == {"kinds": ["unknown", "unknown"], "held": 2, "applied": {"messages": 1}}
    inbox.replay([item.pk])
    item.refresh_from_db()
    assert (item.reason, item.outcome) == ("", None)


def test_a_note_stays_with_a_webhook_that_is_done(endpoint):
    item = store(endpoint, status().replace(b'"delivered"', rb'"delivered", "biz_opaque_callback_data": "half \ud83d"'))
    inbox.drain()
    item.refresh_from_db()
    assert (item.state, item.reason) == ("done", "Characters that no text can hold: 1. Each is stored as \ufffd.")
    assert Message.objects.get(account=endpoint.account).client_message_id == "half \ufffd"


def test_a_webhook_of_an_unregistered_number_is_parked_and_applied_once_it_is_there(endpoint, acme):
    item = store(endpoint, status(number="999"))
    inbox.drain()
    item.refresh_from_db()
    assert (item.state, item.reason) == (
        "parked",
        "Number id '999' is not registered with meta in this account: register it, and the webhook is applied.",
    )
    age_channels()
    assert inbox.unpark() == 0
    number = PhoneNumber.objects.get(account=acme, provider="meta")
    number.provider_number_id = "999"
    number.save()
    assert inbox.unpark() == 1
    inbox.drain()
    item.refresh_from_db()
    assert item.state == "done"
    assert Message.objects.get(account=acme).status == "delivered"


def test_a_number_of_another_account_does_not_unpark(endpoint, other):
    store(endpoint, status(number="999"))
    inbox.drain()
    age_channels()
    PhoneNumber.objects.get(account=other).save()
    assert inbox.unpark() == 0


def test_a_shared_endpoint_gives_each_account_its_own(endpoint, acme, other):
    endpoint.shared_with.add(other)
    store(endpoint, status("wamid.OURS"))
    store(endpoint, status("wamid.THEIRS", number="106540352249999"))
    inbox.drain()
    assert Message.objects.get(account=acme).provider_message_id == "wamid.OURS"
    assert Message.objects.get(account=other).provider_message_id == "wamid.THEIRS"


def test_a_number_that_two_sharing_accounts_have_is_guessed_to_none(endpoint, other):
    endpoint.shared_with.add(other)
    PhoneNumber.objects.filter(account=other).update(provider_number_id="106540352242922")
    item = store(endpoint, status())
    inbox.drain()
    item.refresh_from_db()
    assert item.state == "quarantined"
    assert item.reason.startswith("Several accounts of this endpoint have registered the same number")


def test_a_flood_of_one_account_leaves_the_other_its_share(endpoint, other, monkeypatch):
    theirs = WebhookEndpoint.objects.get(account=other, provider="meta")
    for _ in range(30):
        store(endpoint, b"{}")
    for _ in range(3):
        store(theirs, b"{}")
    claimed = [item.account_id for item in inbox.claim(rows=10)[0]]
    assert (claimed.count(endpoint.account_id), claimed.count(other.pk)) == (6, 3)


def test_what_can_be_used_of_a_body_is_used(endpoint):
    data = json.loads(status())
    data["entry"][0]["changes"].append({"field": "moons", "value": {}})
    item = store(endpoint, json.dumps(data).encode())
    inbox.drain()
    item.refresh_from_db()
    assert (item.state, item.reason) == ("quarantined", "Field 'moons' is not understood yet.")
    assert Message.objects.count() == 1


def test_an_event_from_the_far_future_is_quarantined(endpoint):
    data = json.loads(status())
    data["entry"][0]["changes"][0]["value"]["statuses"][0]["timestamp"] = "4000000000"
    item = store(endpoint, json.dumps(data).encode())
    inbox.drain()
    item.refresh_from_db()
    assert item.reason == "An event is dated 2096-10-02 07:06 UTC, in the future."


@pytest.mark.parametrize(
    ("word", "ahead", "state"),
    [
        ("delivered", timedelta(minutes=62), "quarantined"),
        ("read", timedelta(minutes=62), "quarantined"),
        ("delivered", timedelta(minutes=58), "done"),
        ("sent", timedelta(minutes=62), "done"),
    ],
)
def test_a_delivery_ahead_of_its_webhook_is_quarantined_alone(endpoint, word, ahead, state):
    data, late = json.loads(status(word=word)), json.loads(status("wamid.GOOD"))
    (part,) = data["entry"][0]["changes"][0]["value"]["statuses"]
    part["timestamp"] = str(int((timezone.now() + ahead).timestamp()))
    data["entry"] += late["entry"]
    item = store(endpoint, json.dumps(data).encode())
    inbox.drain()
    item.refresh_from_db()
    assert item.state == state
    assert ("over an hour after its webhook arrived" in item.reason) == (state == "quarantined")
    assert Message.objects.count() == (1 if state == "quarantined" else 2)


def test_a_claimed_row_is_left_alone_until_its_lease_ends(endpoint):
    item = store(endpoint, status())
    assert [claimed.id for claimed in inbox.claim()[0]] == [item.pk]
    assert inbox.claim()[0] == []
    InboxItem.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert [claimed.attempts for claimed in inbox.claim()[0]] == [2]


def test_a_batch_is_bounded_in_bytes(endpoint, monkeypatch):
    monkeypatch.setattr(inbox, "BATCH_BYTES", 100)
    for _ in range(3):
        store(endpoint, b"x" * 60)
    assert [len(inbox.claim()[0]) for _ in range(3)] == [2, 1, 0]


def test_a_body_larger_than_a_batch_is_claimed_alone(endpoint, monkeypatch):
    monkeypatch.setattr(inbox, "BATCH_BYTES", 10)
    store(endpoint, b"x" * 60)
    assert len(inbox.claim()[0]) == 1


@pytest.fixture
def poison(monkeypatch):
    """Make one message id fail to apply with an error."""
    real = lifecycle.apply

    def plant(error):
        def apply(reports, directory):
            if any(report.event.provider_message_id == "wamid.POISON" for report in reports):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                raise error
            return real(reports, directory)

        monkeypatch.setattr(lifecycle, "apply", apply)

    return plant


def test_one_bad_row_does_not_hold_its_batch(endpoint, poison):
    poison(RuntimeError("no"))
    bad, good = store(endpoint, status("wamid.POISON")), store(endpoint, status())
    start = timezone.now()
    assert inbox.drain() == 1
    end = timezone.now()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (good.state, bad.state, bad.reason) == ("done", "pending", "RuntimeError: no")
    assert start + timedelta(seconds=8) < bad.due_at < end + timedelta(seconds=11)


def test_the_fifth_failure_ends_in_quarantine(endpoint, poison):
    poison(RuntimeError("no"))
    item = store(endpoint, status("wamid.POISON"))
    for _ in range(inbox.MAX_ATTEMPTS):
        InboxItem.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        inbox.drain()
    item.refresh_from_db()
    assert (item.state, item.attempts, item.reason) == ("quarantined", 5, "RuntimeError: no")


def test_data_the_database_refuses_is_quarantined_at_once(endpoint, poison):
    poison(DataError("too long"))
    item = store(endpoint, status("wamid.POISON"))
    inbox.drain()
    item.refresh_from_db()
    assert (item.state, item.reason) == ("quarantined", "DataError: too long")


def test_a_lost_database_leaves_the_rows_to_their_lease(endpoint, poison):
    poison(OperationalError("gone"))
    item = store(endpoint, status("wamid.POISON"))
    with pytest.raises(OperationalError):
        inbox.drain()
    item.refresh_from_db()
    assert (item.state, item.reason) == ("pending", "")


def test_a_batch_that_loses_a_deadlock_is_applied_again_at_once(endpoint, monkeypatch):
    real, calls = lifecycle.apply, []

    def collide(reports, directory):
        calls.append(reports)
        if len(calls) == 1:
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return real(reports, directory)

    monkeypatch.setattr(lifecycle, "apply", collide)
    store(endpoint, status())
    assert inbox.drain() == 1
    assert Message.objects.get(account=endpoint.account).status == "delivered"


def come_back(item, attempts):
    """Simulate that many workers died with it."""
    InboxItem.objects.filter(pk=item.pk).update(attempts=attempts, due_at=timezone.now() - timedelta(seconds=1))


def test_a_row_that_kills_its_worker_is_found_out_and_holds_no_other(endpoint, poison):
    poison(KeyboardInterrupt())  # nothing catches it, as nothing catches kill -9
    killer, innocent = store(endpoint, status("wamid.POISON")), store(endpoint, status())
    for _ in range(inbox.MAX_ATTEMPTS):
        with suppress(KeyboardInterrupt):
            inbox.drain()
        InboxItem.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))
    innocent.refresh_from_db()
    assert innocent.state == "done"
    assert inbox.drain() == 1
    killer.refresh_from_db()
    assert (killer.state, killer.reason) == ("quarantined", f"{inbox.STARTED_ALONE} That was attempt 5.")


def test_a_row_that_came_back_often_is_done_all_the_same(endpoint):
    item = store(endpoint, status())
    come_back(item, attempts=7)
    assert inbox.drain() == 1
    item.refresh_from_db()
    assert (item.state, item.reason) == ("done", "")


def test_a_parser_that_breaks_costs_one_row(endpoint, monkeypatch):
    def broken(body):
        raise ZeroDivisionError

    meta = VENDORS["meta"]
    monkeypatch.setitem(VENDORS, "meta", replace(meta, webhooks=replace(meta.webhooks, parse=broken)))
    item = store(endpoint, status())
    inbox.drain()
    item.refresh_from_db()
    assert (item.state, item.reason) == ("quarantined", "The parser failed: ZeroDivisionError().")
