"""Deletions: what goes, what stays, and that no figure changes."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import redis
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Account, AuditEntry
from accounts.services import create_api_key
from accounts.services.idempotency import claim, store_response
from archive.deletion import jobs, work
from archive.deletion.certificates import sha256_of
from archive.deletion.jobs import delete_matching, delete_selected, erase_person
from archive.deletion.subjects import subject_of
from archive.exports import jobs as exports
from archive.exports import schedules
from archive.exports import work as export_work
from archive.exports.requests import ExportSpec
from archive.holds import Held, lift_hold, place_hold
from archive.models import Deletion
from core.errors import UserError
from core.tenancy import every_tenant
from events.models import Delivery, Event, Subscription
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.assets.history import apply_contacts
from messaging.log.lifecycle.people import ContactReport
from messaging.log.models import ContactEvent, Message, MessagePayload, SavedFilter
from messaging.log.query import MessageQuery, read_query
from messaging.sending import settlement
from messaging.sending.models import Submission
from tests.archive.deletion.search import files_with, keys_with, pattern, tables_with
from tests.archive.deletion.worker import DONE
from tests.messaging.inbound.services.test_erasure import OTHER_PERSON, costs, process_webhook, status_body, traffic
from tests.people import member, principal, principal_of
from tests.scenarios.conftest import wait_until
from tests.traffic import AT, INDIA, deliver, report

pytestmark = pytest.mark.django_db
EVERYTHING = MessageQuery(
    status=("delivered",), created_after=AT - timedelta(days=3), sent_after=AT - timedelta(days=1),
    sent_before=AT + timedelta(days=1),
)  # fmt: skip


@pytest.fixture
def requester(acme):
    return principal(acme, "owner@acme.example", address="192.0.2.1")


def done(deletion):
    """Work it off to its end."""
    for _ in range(50):
        work.work(deletion.pk, seconds=0)
        deletion.refresh_from_db()
        if not deletion.is_active:
            return deletion
    raise AssertionError(f"it stands at {deletion.step} {deletion.place}")


def log_of(account):
    return sorted(Message.objects.filter(account=account).values_list("provider_message_id", flat=True))


def test_selected_messages_go_and_the_others_stay(acme, other, requester):
    first, _ = (deliver(acme, provider_message_id=f"wamid.{n}") for n in range(2))
    theirs = deliver(other)
    deletion = done(delete_selected(requester, [first.umid, theirs.umid], reason="asked for by phone"))
    assert (deletion.state, deletion.expected, deletion.removed) == ("done", 1, {"messages": 1, "statuses": 2})
    assert (log_of(acme), Message.objects.filter(account=other).count()) == (["wamid.1"], 1)
    ended = AuditEntry.objects.get(action="deletion.ended")
    assert (ended.actor, ended.ip_address, ended.details["count"]) == ("owner@acme.example", "192.0.2.1", 1)
    assert AuditEntry.objects.get(action="deletion.confirmed").details["reason"] == "asked for by phone"


def test_what_is_not_seen_is_not_there(acme, other, requester):
    theirs = deliver(other)
    with pytest.raises(UserError, match="These messages no longer exist"):
        delete_selected(requester, [theirs.umid])
    limited = principal(acme, "x").only("nothing")
    with pytest.raises(UserError, match="These messages no longer exist"):
        delete_selected(limited, [deliver(acme).umid])


def test_all_that_match_go_but_not_what_comes_after(acme, requester, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 2)
    for n in range(5):
        deliver(acme, provider_message_id=f"wamid.{n}", at=AT + timedelta(minutes=n))
    report(acme, "sent", provider_message_id="wamid.sent")
    figures = costs(acme), traffic(acme)
    deletion = delete_matching(requester, EVERYTHING, expected=5)
    deliver(acme, provider_message_id="wamid.later", at=AT - timedelta(minutes=9))
    later = costs(acme), traffic(acme)
    assert done(deletion).messages == 5
    assert log_of(acme) == ["wamid.later", "wamid.sent"]
    assert (costs(acme), traffic(acme)) == later != figures


def test_filters_survive_their_row(acme, requester):
    for query in (EVERYTHING, MessageQuery(subaccount_ids=[3], country="IN", masked_numbers=True)):
        assert read_query(json.loads(delete_matching(requester, query).about)) == query


def test_one_that_is_stopped_keeps_what_it_has_not_reached(acme, requester, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 1)
    for n in range(3):
        deliver(acme, provider_message_id=f"wamid.{n}", at=AT + timedelta(minutes=n))
    deletion = delete_matching(requester, MessageQuery())
    work.work(deletion.pk, seconds=0)
    jobs.stop(deletion, requester)
    assert (done(deletion).state, deletion.messages) == ("stopped", 1)
    assert log_of(acme) == ["wamid.1", "wamid.2"]
    assert AuditEntry.objects.filter(action="deletion.stopped").count() == 1


def test_two_over_the_same_rows(acme, requester, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 1)
    for n in range(3):
        deliver(acme, provider_message_id=f"wamid.{n}", at=AT + timedelta(minutes=n))
    one, two = delete_matching(requester, MessageQuery()), delete_matching(requester, MessageQuery())
    work.work(one.pk, seconds=0)
    assert done(two).messages == 2
    assert (done(one).messages, one.state, two.state) == (1, "done", "done")
    assert log_of(acme) == []


def test_one_that_breaks_says_so(acme, requester, monkeypatch):
    deletion = delete_matching(requester, MessageQuery())
    monkeypatch.setattr(work, "read_query", lambda data: 1 / 0)
    assert "start it again" in done(deletion).problem
    assert deletion.state == "failed"


# --- Legal hold ------------------------------------------------------------------------------------------------------
@pytest.fixture
def owner(acme):
    return principal_of(member(acme, "owner"))


def test_a_legal_hold_refuses_and_stops(acme, requester, owner):
    message = deliver(acme)
    running = [delete_selected(requester, [message.umid]), erase_person(requester, f"+{INDIA}", reason="x")]
    place_hold(by=owner, reason="Case 12")
    for start in (
        lambda: delete_selected(requester, [message.umid]),
        lambda: delete_matching(requester, EVERYTHING),
        lambda: erase_person(requester, f"+{INDIA}", reason="x"),
    ):
        with pytest.raises(Held):
            start()
    assert [done(deletion).state for deletion in running] == ["held", "held"]
    assert log_of(acme) == ["wamid.A"]
    lift_hold(by=owner, reason="Settled")
    assert done(delete_selected(requester, [message.umid])).messages == 1
    placed, lifted = AuditEntry.objects.filter(action__startswith="hold.").order_by("id")
    assert (placed.details["reason"], lifted.details["reason"]) == ("Case 12", "Settled")


@pytest.mark.parametrize(
    ("role", "reason", "message"), [("admin", "x", "Only an owner"), ("owner", " ", "Enter a reason")]
)
def test_only_owners_place_a_hold_and_say_why(acme, role, reason, message):
    by = principal_of(member(acme, role))
    with pytest.raises(UserError, match=message):
        place_hold(by=by, reason=reason)


# --- A person --------------------------------------------------------------------------------------------------------
@pytest.fixture
def _empty_stores(redis_client):
    """No file and no key of tests before."""
    shutil.rmtree(settings.EXPORTS_DIR, ignore_errors=True)


def places_with(*names):
    """Where any of the names still stands: columns of tables, files of exports, keys of Redis."""
    patterns = [pattern(name) for name in names]
    with connection.cursor() as cursor, redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        return [
            *tables_with(cursor, patterns), *files_with(Path(settings.EXPORTS_DIR), patterns),
            *keys_with(client, patterns),
        ]  # fmt: skip


SPACED = f"+{INDIA[:2]} {INDIA[2:7]} {INDIA[7:]}"
WAMID = "wamid." + base64.b64encode(b"\x1c\x15" + INDIA.encode() + b"\x15\x02\x00").decode()
USER_ID = "BR.user77"


@pytest.fixture
def traces(acme):
    """A person everywhere: messages both ways, webhooks alone and together, mentions, announcements."""
    process_webhook(acme, (WAMID, "delivered", INDIA), ("wamid.other", "delivered", OTHER_PERSON))
    process_webhook(acme, (WAMID, "read", INDIA))
    report(acme, "failed", provider_message_id="wamid.failed", error_code=131026, error_title=f"{INDIA} is no user")
    report(acme, "received", provider_message_id="wamid.in", direction="inbound", user_id=USER_ID,
           content={"from": INDIA, "text": {"body": "It is me"}})  # fmt: skip
    for number, said in enumerate((f"Call +{INDIA}!", f"Her number:\n{SPACED}", f"Or 00{INDIA}")):
        report(acme, "received", provider_message_id=f"wamid.about{number}", msisdn=OTHER_PERSON, direction="inbound",
               content={"text": {"body": said}})  # fmt: skip
    for msisdn, state in ((OTHER_PERSON, "delivered"), (INDIA, "failed")):
        report(acme, state, provider_message_id="wamid.group", group_id="GRP_z", msisdn=msisdn,
               error_code=131026 if state == "failed" else None, error_title=f"{msisdn} is no user")  # fmt: skip
    endpoint = WebhookEndpoint.objects.get(account=acme, provider="meta")
    for state, body in (
        ("quarantined", f"no JSON {INDIA}".encode()), ("quarantined", f"\0 {SPACED}".encode()),
        ("parked", status_body(("w", "sent", INDIA))), ("done", orjson.dumps({"note": SPACED})),
    ):  # fmt: skip
        InboxItem.objects.create(account=acme, endpoint=endpoint, provider="meta", body=body, state=state)
    from providers.events import ContactEvent as Announced

    apply_contacts([ContactReport(acme.pk, Announced("user_preferences", "stop", AT, msisdn=INDIA), AT)])
    return INDIA


@pytest.fixture
def kept(acme, traces):
    """And what people and programs keep of them: saved filters, exports, schedules, answers, messages not sent yet."""
    user = member(acme, "owner")
    queries = {"q": f"?q={SPACED}", "id": f"?q={WAMID}", SPACED: "?status=read", "other": "?status=read"}
    for name, query in queries.items():
        SavedFilter.objects.create(account=acme, user=user, name=name, query=query.replace("+", "%2B"))
    owner = principal_of(user)
    for filters in ({"msisdn": INDIA}, {"search": WAMID}, {"user_id": USER_ID}, {}):
        for compression in ("gzip", "zip"):
            spec = ExportSpec(
                "messages", filters, "UTC", compression=compression, words=[(name, filters[name]) for name in filters]
            )
            exports.start(owner, spec)
    xlsx = ExportSpec("messages", {}, "UTC", format="xlsx")
    exports.start(owner, xlsx)
    export_work.work()
    schedules.start(owner, xlsx, every="day", query=f"?msisdn={INDIA}")
    key, _ = create_api_key(by=principal(acme), name="x", scopes=["messages:send"])
    call = claim(key, f"once-{INDIA}", b"x" * 32)
    store_response(call, 200, {}, orjson.dumps({"contacts": [{"input": SPACED, "wa_id": INDIA}]}))
    message = Message.objects.get(provider_message_id=WAMID)
    about = {"account": acme, "subject_type": "message", "subject_id": message.pk}
    subscription = Subscription.objects.create(
        **about, public_id=message.umid, url=f"https://client.example/?to={INDIA}"
    )
    event = Event.objects.create(**about, type="message.status", at=AT, payload={"error_title": f"No {INDIA}"})
    Delivery.objects.create(account=acme, subscription=subscription, event=event)
    values = {
        "account": acme, "request": {"to": SPACED}, "about": {"msisdn": INDIA}, "shape": "graph", "provider": "meta",
        "created_at": AT, "due_at": timezone.now() + timedelta(days=2),
    }  # fmt: skip
    Submission.objects.create(**values)
    settlement.log_new()
    Submission.objects.update(state="uncertain")
    Submission.objects.create(**values)


@pytest.mark.usefixtures("_empty_stores")
def test_nothing_of_a_person_remains_in_any_table_file_or_key(acme, other, requester, traces, kept):
    figures = costs(acme), traffic(acme)
    before = places_with(traces)
    assert {re.sub(r"(_\d{4}_\d\d)?\..*", "", place) for place in before} >= {
        "accounts_idempotentcall", "archive_export", "archive_exportschedule", "log_anchor", "events_event",
        "events_subscription",
        "log_contactevent", "inbound_inbox", "log_message", "log_payload", "log_savedfilter",
        "log_statusevent", "sending_submission",
    }  # fmt: skip
    assert len([place for place in before if place.endswith("/file")]) == 9
    deletion = erase_person(requester, SPACED, reason="Art. 17, letter of 3 Nov")
    for _ in range(10):
        work.work(deletion.pk, seconds=0)
        settlement.log_new()
        settlement.settle()
    done(deletion)
    assert places_with(traces, USER_ID) == []
    assert traffic(acme) == {**figures[1], "queued": 2}  # what waited is never sent
    assert costs(acme) == figures[0]
    assert log_of(acme) == ["wamid.about0", "wamid.about1", "wamid.about2", "wamid.group", "wamid.other"]
    assert deletion.removed == {
        "participations": 1,
        "messages": 5, "statuses": 6, "payloads": 3, "never_sent": 1, "webhooks": 6, "mentions": 3, "announcements": 1,
        "identities": 2,
        "saved_filters": 3, "kept_answers": 1, "exports": 9,
    }  # fmt: skip
    texts = {payload.body["text"]["body"] for payload in MessagePayload.objects.filter(account=acme)}
    nines = "9" * len(INDIA)
    assert texts == {f"Call +{nines}!", "Her number:\n+99 99999 99999", f"Or 99{nines}"}
    assert SavedFilter.objects.get(account=acme).name == "other"


def test_the_certificate_proves_it_without_the_number(acme, requester, traces):
    deletion = done(erase_person(requester, traces, reason="Art. 17"))
    certificate = deletion.certificate
    assert certificate["subject"] == f"hmac-sha256:{subject_of(acme, traces)}"
    assert certificate["removed"]["messages"] == 3
    assert traces not in json.dumps(certificate)
    assert (
        deletion.sha256 == sha256_of(certificate) == AuditEntry.objects.get(action="deletion.ended").details["sha256"]
    )
    assert deletion.about == ""


def test_the_same_number_is_another_hash_in_another_account(acme, other):
    assert subject_of(acme, INDIA) == subject_of(acme, INDIA) != subject_of(other, INDIA)


def test_what_came_after_the_confirmation_stays(acme, requester):
    deliver(acme, provider_message_id="wamid.before")
    deletion = erase_person(requester, INDIA, reason="x")
    process_webhook(acme, ("wamid.after", "delivered", INDIA))
    done(deletion)
    assert log_of(acme) == ["wamid.after"]
    assert INDIA.encode() in bytes(InboxItem.objects.get().body)


def test_webhooks_that_had_come_are_waited_for(acme, requester):
    endpoint = WebhookEndpoint.objects.get(account=acme, provider="meta")
    body = status_body(("wamid.A", "delivered", INDIA))
    InboxItem.objects.create(account=acme, endpoint=endpoint, provider="meta", body=body)
    deletion = erase_person(requester, INDIA, reason="x")
    work.work(deletion.pk)
    deletion.refresh_from_db()
    assert (deletion.step, deletion.is_active) == ("wait", True)
    inbox.drain()
    assert log_of(acme) == ["wamid.A"]
    assert done(deletion).messages == 1
    assert (log_of(acme), traffic(acme), places_with(INDIA)) == ([], {"delivered": 1}, [])


def test_another_account_keeps_what_it_knows_of_the_person(acme, other, requester):
    deliver(acme)
    deliver(other)
    done(erase_person(requester, INDIA, reason="x"))
    assert Message.objects.get().account == other


@pytest.mark.parametrize(
    ("number", "reason", "field"),
    [
        ("12345", "x", "msisdn"),
        ("no number", "x", "msisdn"),
        (INDIA, " ", "reason"),
        (INDIA, f"Letter of {SPACED}", "reason"),
    ],
)
def test_what_cannot_be_erased_is_named(requester, number, reason, field):
    with pytest.raises(UserError) as refused:
        erase_person(requester, number, reason=reason)
    assert refused.value.field == field


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_deletion(acme, requester, monkeypatch):
    """One has it in hand; the other passes it over, and all goes exactly once."""
    monkeypatch.setattr(work, "BATCH", 3)
    for n in range(12):
        deliver(acme, provider_message_id=f"wamid.{n}", at=AT + timedelta(minutes=n))
    deletion = delete_matching(requester, MessageQuery())

    def go():
        with every_tenant():
            work.advance(seconds=30)
        connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert done(deletion).messages == 12
    assert (Account.objects.count() > 0, log_of(acme), ContactEvent.objects.count()) == (True, [], 0)
    assert Deletion.objects.get().finished_at <= timezone.now()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_loses_and_repeats_nothing(acme, requester):
    """kill -9 in the middle; the next worker goes on where the other was, and every figure is as before."""
    for n in range(12):
        deliver(acme, provider_message_id=f"wamid.{n}", at=AT + timedelta(seconds=n))
    figures = costs(acme), traffic(acme)
    deletion = delete_matching(requester, MessageQuery(), expected=12)
    name = connection.settings_dict["NAME"]
    url = re.sub(r"(?<=/)\w+(?=\?|$)", name, os.environ["DATABASE_URL"], count=1)
    command = [sys.executable, "-m", "tests.archive.deletion.worker", url, str(deletion.pk)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        line = process.stdout.readline()
        process.kill()
    assert line == b"in the middle\n"
    deletion.refresh_from_db()
    assert (Message.objects.count(), deletion.messages, deletion.is_active) == (12 - DONE, DONE, True)
    wait_until(lambda: work.work(deletion.pk), seconds=60)  # once the database knows that the other is gone
    assert done(deletion).removed == {"messages": 12, "statuses": 24}
    assert (costs(acme), traffic(acme)) == figures
