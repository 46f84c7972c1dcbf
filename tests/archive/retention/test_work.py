"""Retention: what goes when, and that nothing else does."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from accounts.models import AuditEntry
from accounts.selectors.audit_chain import verify_chain
from archive.models import Keeping
from archive.retention.months import months_of
from archive.retention.periods import change_periods, first_kept_month, removals, with_periods
from archive.retention.work import run
from core.errors import UserError
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.lifecycle.erasure import AnchorKey, erase_messages
from messaging.log.models import DeletedMessage, Message, MessageAnchor, MessagePayload, Participant, StatusEvent
from tests.messaging.inbound.services.test_erasure import costs, process_webhook, traffic
from tests.people import principal
from tests.traffic import AT, INDIA, channel_of, deliver, report, send_to_group

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 20)
OLD, NEW = datetime(2026, 8, 31, 12, tzinfo=UTC), datetime(2026, 9, 1, 12, tzinfo=UTC)
SAID = {"text": {"body": "Hello"}}


@pytest.fixture
def keep():
    """Set an account's periods."""

    def to(account, **periods):
        change_periods({"webhook_months": None, **periods}, by=principal(account))

    return to


def log_of(account):
    return sorted(Message.objects.filter(account=account).values_list("provider_message_id", flat=True))


def webhook(account, month, state="done"):
    endpoint = WebhookEndpoint.objects.get(account=account, provider="meta")
    at = datetime(2026, month, 28, tzinfo=UTC)
    return InboxItem.objects.create(
        account=account, endpoint=endpoint, provider="meta", body=b"{}", state=state, received_at=at
    )


@pytest.mark.parametrize(
    ("months", "today", "first"),
    [
        (3, date(2026, 12, 20), date(2026, 9, 1)),
        (3, date(2026, 12, 1), date(2026, 9, 1)),
        (12, date(2026, 12, 31), date(2025, 12, 1)),
        (2, date(2027, 1, 1), date(2026, 11, 1)),
        (None, date(2026, 12, 20), None),
    ],
)
def test_a_period_keeps_this_month_and_so_many_before(months, today, first):
    assert first_kept_month(Keeping(message_months=months), "message", today) == first


def test_texts_go_with_their_messages_at_the_latest_and_a_hold_keeps_all():
    keeping = Keeping(message_months=3)
    assert first_kept_month(keeping, "payload", TODAY) == date(2026, 9, 1)
    keeping.payload_months = 1
    assert first_kept_month(keeping, "payload", TODAY) == date(2026, 11, 1)
    keeping.held_at = AT
    assert first_kept_month(keeping, "payload", TODAY) is None


def test_a_month_that_every_account_lets_go_is_dropped(acme, other, keep):
    for account in (acme, other):
        keep(account, message_months=3)
        deliver(account, provider_message_id="wamid.old", at=OLD, content=SAID)
        deliver(account, provider_message_id="wamid.new", at=NEW, content=SAID)
    figures = costs(acme), traffic(acme)
    run(TODAY)
    assert min(months_of("message")) == date(2026, 9, 1)
    assert (log_of(acme), log_of(other)) == (["wamid.new"], ["wamid.new"])
    assert (costs(acme), traffic(acme)) == figures
    assert {anchor.provider_message_id for anchor in MessageAnchor.objects.all()} == {"wamid.new"}
    assert MessagePayload.objects.count() == 2
    assert StatusEvent.objects.count() == 4


def test_else_only_the_rows_of_those_who_do(acme, other, keep):
    keep(acme, message_months=3)
    keep(other)
    for account in (acme, other):
        deliver(account, provider_message_id="wamid.old", at=OLD, content=SAID)
        deliver(account, provider_message_id="wamid.new", at=NEW)
    run(TODAY)
    assert (log_of(acme), log_of(other)) == (["wamid.new"], ["wamid.new", "wamid.old"])
    assert date(2026, 8, 1) in months_of("message")
    assert MessagePayload.objects.get().account == other
    assert sorted(MessageAnchor.objects.values_list("account_id", "provider_message_id")) == sorted(
        [(acme.pk, "wamid.new"), (other.pk, "wamid.new"), (other.pk, "wamid.old")]
    )
    assert date(2025, 7, 1) not in months_of("message")  # nothing is in it any more


def test_no_webhook_restores_deleted_data(acme, other, keep):
    keep(acme, message_months=2)
    keep(other, message_months=2)
    message = deliver(acme, at=AT)
    before = traffic(acme)
    run(date(2027, 1, 20))
    assert (log_of(acme), MessageAnchor.objects.count()) == ([], 0)
    item = process_webhook(acme, (message.provider_message_id, "delivered", INDIA))
    assert (log_of(acme), traffic(acme), InboxItem.objects.get(pk=item.pk).state) == ([], before, "done")


def test_records_of_deleted_messages_go_with_their_month(acme, keep):
    message = deliver(acme, at=OLD)
    erase_messages(acme.pk, [AnchorKey(message.provider, message.provider_message_id)])
    keep(acme, message_months=3)
    run(TODAY)
    assert not DeletedMessage.objects.exists()


def test_participants_of_groups_go_with_their_messages(acme, other, keep):
    for account in (acme, other):
        send_to_group(account, at=OLD)
    keep(acme, message_months=3)
    run(TODAY)
    assert {one.account_id for one in Participant.objects.all()} == {other.pk}


def test_texts_alone(acme, other, keep):
    keep(acme, payload_months=1)
    for account in (acme, other):
        deliver(account, at=NEW, content=SAID)
    run(TODAY)
    assert MessagePayload.objects.get().account == other
    assert len(log_of(acme)) == 1


def test_webhooks_that_were_understood(acme, other, keep):
    keep(acme, webhook_months=3)
    keep(other, webhook_months=3)
    webhook(acme, 7)
    stays = [webhook(acme, 8, "quarantined"), webhook(other, 9)]
    webhook(acme, 8)
    run(TODAY)
    assert sorted(InboxItem.objects.values_list("pk", flat=True)) == [item.pk for item in stays]
    assert date(2026, 7, 1) not in months_of("webhook")


def test_the_audit_is_closed_and_stays_whole(acme, keep):
    AuditEntry.objects.create(account=acme, actor="ada", action="x", at=datetime(2024, 5, 1, tzinfo=UTC))
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    keep(acme, audit_months=12)
    run(TODAY)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    assert not verify_chain(acme.pk).problem


def test_a_legal_hold_keeps_one_account_and_no_other(acme, other, keep):
    for account in (acme, other):
        keep(account, message_months=3)
        deliver(account, provider_message_id="wamid.old", at=OLD)
    Keeping.objects.filter(pk=acme.pk).update(held_at=AT)
    run(TODAY)
    assert (log_of(acme), log_of(other)) == (["wamid.old"], [])


def test_a_sweep_goes_on_block_by_block(acme, other, keep, monkeypatch):
    monkeypatch.setattr("archive.retention.months._BLOCKS", 1)
    keep(acme, message_months=3)
    for n in range(60):
        report(acme, "sent", provider_message_id=f"wamid.{n}", at=OLD - timedelta(minutes=n))
    report(other, "sent", provider_message_id="wamid.other", at=OLD, channel=channel_of(other))
    run(TODAY)
    assert (log_of(acme), log_of(other)) == ([], ["wamid.other"])


@pytest.mark.parametrize(
    ("periods", "field"),
    [
        ({"message_months": 1}, "message_months"),
        ({"audit_months": 6}, "audit_months"),
        ({"webhook_months": 0}, "webhook_months"),
        ({"message_months": 3, "payload_months": 4}, "payload_months"),
        ({"export_days": 0}, "export_days"),
    ],
)
def test_periods_that_make_no_sense(acme, periods, field):
    with pytest.raises(UserError) as refused:
        with_periods(acme, periods)
    assert refused.value.field == field


def test_changes_are_audited_and_nothing_else(acme):
    change_periods({"message_months": 12, "payload_months": 3}, by=principal(acme))
    entry = AuditEntry.objects.get(action="retention.changed")
    assert entry.details == {
        "message_months": {"from": "forever", "to": 12}, "payload_months": {"from": "forever", "to": 3}
    }  # fmt: skip
    change_periods({"message_months": 12}, by=principal(acme))
    assert AuditEntry.objects.filter(action="retention.changed").count() == 1


@time_machine.travel("2026-12-20", tick=False)
def test_the_preview_says_what_the_next_run_takes(acme, other, keep):
    deliver(acme, provider_message_id="wamid.old", at=OLD)
    deliver(acme, provider_message_id="wamid.new", at=NEW)
    webhook(acme, 8)
    keeping = with_periods(acme, {"message_months": 3, "payload_months": 3, "webhook_months": 3})
    by_kind = {removal.kind: (removal.before, removal.n) for removal in removals(keeping)}
    begin = datetime(2026, 9, 1, tzinfo=UTC)
    assert by_kind == {"message": (begin, 1), "payload": (begin, None), "webhook": (begin, 1)}
    keep(acme, message_months=3, payload_months=3, webhook_months=3)
    keep(other, message_months=3, payload_months=3, webhook_months=3)
    run(TODAY)
    assert removals(Keeping.objects.get(pk=acme.pk)) == []
