"""The inbox and the log against a plain model, while workers crash, leases expire and webhooks are repeated."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from unittest.mock import patch

import orjson
from django.db import OperationalError, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from billing.models import UsageFact
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log import lifecycle
from messaging.log.models import Message, MessageAnchor, PhoneNumber, StatusEvent, TrafficDelta
from messaging.log.models.message_key import message_key
from providers.meta.simulation import meta_status

AT = 1_792_065_600  # 2026-10-15 12:00 UTC
KNOWN, UNKNOWN = "106540352242922", "777"
STATES = ("sent", "delivered", "read", "failed")


class Event(NamedTuple):
    message: int
    state: str
    second: int
    category: str

    @property
    def wamid(self) -> str:
        return f"wamid.{self.message}"

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(AT + self.second, UTC)


class Row(NamedTuple):
    """The content of one inbox row."""

    body: bytes
    number: str
    events: tuple[Event, ...]


events = st.builds(
    Event, st.integers(0, 4), st.sampled_from(STATES), st.integers(0, 3), st.sampled_from(["marketing", "utility"])
)


class Inbox(RuleBasedStateMachine):
    """The model: `rows` are the stored ones, `applied` the events of those that a worker finished."""

    endpoint: WebhookEndpoint

    def __init__(self):
        super().__init__()
        self.rows, self.applied, self.held = {}, set(), []
        self.parked, self.registered = set(), False
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()

    def teardown(self):
        try:
            self.everything_is_worked_off_in_the_end()
        finally:
            transaction.set_rollback(True)
            self.all_of_it.__exit__(None, None, None)

    def everything_is_worked_off_in_the_end(self):
        if not self.registered:
            self.someone_registers_the_unknown_number()
        self.leases_end()
        inbox.drain()
        self.applied = {event for row in self.rows.values() for event in row.events}
        self.the_log_equals_the_model()
        assert not InboxItem.objects.exclude(state="done").exists()

    # --- Webhooks come

    @rule(statuses=st.lists(events, min_size=1, max_size=3), number=st.sampled_from([KNOWN, KNOWN, UNKNOWN]))
    def a_webhook_comes(self, statuses, number):
        bodies = [
            orjson.loads(meta_status(waba_id="1", number_id=number, wamid=event.wamid, status=event.state,
                                     at=AT + event.second, msisdn="919876543210", category=event.category))
            for event in statuses
        ]  # fmt: skip
        values = [body["entry"][0]["changes"][0]["value"] for body in bodies]
        values[0]["statuses"] = [value["statuses"][0] for value in values]
        priced = {event if event.state in {"sent", "delivered"} else event._replace(category="") for event in statuses}
        self.store(Row(orjson.dumps(bodies[0]), number, tuple(priced)))

    def store(self, row):
        inbox.store(self.endpoint.account_id, self.endpoint.pk, "meta", {}, row.body)
        self.rows[InboxItem.objects.latest("id").pk] = row

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def the_provider_sends_one_again(self, data):
        self.store(data.draw(st.sampled_from(list(self.rows.values()))))

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def one_comes_to_the_front(self, data):
        pk = data.draw(st.sampled_from(sorted(self.rows)))
        first = InboxItem.objects.earliest("due_at").due_at
        InboxItem.objects.filter(pk=pk, state="pending", due_at__lte=timezone.now()).update(
            due_at=first - timedelta(seconds=1)
        )

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def an_operator_replays_one(self, data):
        pk = data.draw(st.sampled_from(sorted(self.rows)))
        assert inbox.replay([pk]) == 1
        self.parked.discard(pk)

    @precondition(lambda self: not self.registered)
    @rule()
    def someone_registers_the_unknown_number(self):
        number = PhoneNumber.objects.get(account=self.endpoint.account_id, provider_number_id=KNOWN)
        PhoneNumber.objects.create(
            account_id=number.account_id, subaccount=number.subaccount, waba=number.waba, provider="meta",
            provider_number_id=UNKNOWN, msisdn="15550001111", display_name="New",
        )  # fmt: skip
        self.registered = True
        assert inbox.unpark() == len(self.parked)
        self.parked.clear()

    # --- Workers work, and die

    def claim(self, size):
        return inbox.claim(size)[0]

    def finished(self, claimed):
        for item in claimed:
            row = self.rows[item.id]
            if row.number == KNOWN or self.registered:
                self.applied.update(row.events)
            else:
                self.parked.add(item.id)

    @rule(size=st.integers(1, 4))
    def a_worker_works_a_batch(self, size):
        claimed = self.claim(size)
        assert inbox.settle(claimed) == len(claimed)
        self.finished(claimed)

    @rule(
        size=st.integers(1, 4),
        where=st.sampled_from([(lifecycle, "apply"), (inbox, "_set_states")]),
        late=st.booleans(),
    )
    def a_worker_loses_the_database(self, size, where, late):
        """At the named step, before or after it did its work: nothing of the batch may stay."""
        claimed, real = self.claim(size), getattr(*where)

        def crash(*args):
            if late:
                real(*args)
            raise OperationalError("gone")

        with patch.object(*where, crash):
            try:
                inbox.settle(claimed)
            except OperationalError:
                return
        assert not claimed

    @rule(size=st.integers(1, 4))
    def a_batch_fails_and_its_rows_do_not(self, size):
        claimed, real, calls = self.claim(size), lifecycle.apply, Counter()

        def fail_once(*args):
            calls["apply"] += 1
            if calls["apply"] == 1:
                raise RuntimeError("a bug")
            return real(*args)

        with patch.object(lifecycle, "apply", fail_once):
            assert inbox.settle(claimed) == len(claimed)
        self.finished(claimed)

    @rule(size=st.integers(1, 4))
    def a_worker_is_held_up_after_it_claimed(self, size):
        self.held.append(self.claim(size))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def a_worker_that_was_held_up_goes_on(self, data):
        """Perhaps long after its lease, when another has done its rows."""
        claimed = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        inbox.settle(claimed)
        self.finished(claimed)

    @rule()
    def leases_end(self):
        InboxItem.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))

    # --- What must be so after every step

    @invariant()
    def the_log_equals_the_model(self):
        expected = {wamid: model([e for e in self.applied if e.wamid == wamid]) for wamid in self.wamids()}
        columns = ("sent_at", "delivered_at", "read_at", "failed_at", "status", "category")
        rows = Message.objects.values_list("provider_message_id", *columns)
        assert sorted(rows) == sorted((wamid, *values) for wamid, values in expected.items())
        assert MessageAnchor.objects.count() == len(expected)
        assert StatusEvent.objects.count() == len({(e.wamid, e.state, e.at, e.category) for e in self.applied})
        counted = TrafficDelta.objects.values("status").annotate(sum=Sum("n")).exclude(sum=0)
        assert {c["status"]: c["sum"] for c in counted} == Counter(values[4] for values in expected.values())

    @invariant()
    def each_delivery_is_one_fact(self):
        expected = []
        for wamid in self.wamids():
            _, delivered, read, _, _, category = model([e for e in self.applied if e.wamid == wamid])
            if delivered or read:
                key = message_key(self.endpoint.account_id, "meta", wamid)
                expected.append((key, min(filter(None, (delivered, read))), category))
        assert sorted(UsageFact.objects.values_list("message_key", "billed_at", "kind__category")) == sorted(expected)

    @invariant()
    def parked_rows_are_those_of_the_unknown_number(self):
        assert set(InboxItem.objects.filter(state="parked").values_list("pk", flat=True)) == self.parked

    def wamids(self):
        return {event.wamid for event in self.applied}


def model(events):
    """The plain rules: the earliest time of each state, the best state, the earliest of the best-proven categories."""
    times = [min((e.at for e in events if e.state == state), default=None) for state in STATES]
    status = next(
        word
        for state, word in (("read", "read"), ("delivered", "delivered"), ("failed", "undelivered"), ("sent", "sent"))
        if times[STATES.index(state)]
    )
    priced = [(0 if e.state == "delivered" else 1, e.at, e.category) for e in events if e.category]
    return *times, status, min(priced, default=(9, None, ""))[2]


def test_whatever_happens_to_workers_each_event_counts_once(acme):
    Inbox.endpoint = WebhookEndpoint.objects.get(account=acme, provider="meta")
    run_state_machine_as_test(
        Inbox,
        settings=settings(
            max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
