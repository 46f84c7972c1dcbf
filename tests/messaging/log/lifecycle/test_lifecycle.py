"""Any order, duplication and batching of the same events ends in the same row, and equals a plain model."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import UsageFact
from messaging.log import lifecycle
from messaging.log.directory import Directory
from messaging.log.enums import Status
from messaging.log.lifecycle.erasure import AnchorKey, erase_messages
from messaging.log.models import Message, MessageAnchor, MessagePayload, StatusEvent, TrafficDelta
from messaging.log.models.message_key import message_key
from providers.events import MessageEvent

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
NUMBER = "106540352242922"
SENT = MessageEvent(
    provider_message_id="wamid.A", state="sent", at=NOON, number_id=NUMBER, msisdn="919876543210",
    category="marketing", pricing_type="regular",
)  # fmt: skip
DELIVERED = replace(SENT, state="delivered", at=NOON + timedelta(seconds=5))
READ = replace(SENT, state="read", at=NOON + timedelta(minutes=3), category="", pricing_type="")
FAILED = replace(
    SENT, state="failed", at=NOON + timedelta(seconds=2), category="", pricing_type="", error_source="meta",
    error_code=131049, error_title="Not delivered to maintain healthy ecosystem engagement",
)  # fmt: skip


def test_an_edit_changes_no_column_of_its_original(apply, acme):
    apply(SENT, DELIVERED)
    before = Message.objects.filter(account=acme).values().get()
    edit = replace(SENT, state="edited", at=READ.at, category="", pricing_type="", content={"type": "text"})
    apply(edit, replace(edit, state="revoked", content=None, direction="inbound"))
    assert Message.objects.filter(account=acme).values().get() == before
    assert set(StatusEvent.objects.values_list("state", flat=True)) == {"sent", "delivered", "edited", "revoked"}
    assert list(MessagePayload.objects.values_list("kind", "created_at")) == [("edit", READ.at)]


def test_a_deleted_message_takes_its_edits_along(apply, acme):
    edit = replace(SENT, state="edited", at=READ.at, category="", pricing_type="", content={"type": "text"})
    apply(replace(SENT, content={"type": "text"}), edit)
    assert erase_messages(acme.pk, [AnchorKey("meta", "wamid.A")]).counts["payloads"] == 2
    apply(replace(edit, at=READ.at + timedelta(minutes=1)))  # which comes late
    assert not MessagePayload.objects.exists()
    assert not StatusEvent.objects.exists()


def test_who_edits_a_message_does_not_become_its_person(apply, acme):
    apply(replace(SENT, state="received", direction="inbound"))
    apply(replace(SENT, state="edited", msisdn="998880000000", user_id="UZ.9", content={"type": "text"}))
    message = Message.objects.get(account=acme)
    assert (message.msisdn, message.user_id, message.country) == ("919876543210", "", "IN")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_was_imported_is_never_charged(apply, acme, order):
    imported = replace(SENT, category="service", pricing_type="free_history", detail="history")
    charged = replace(DELIVERED, category="service", pricing_type="regular")
    for index in order:
        apply((imported, charged)[index])
    assert UsageFact.objects.get(account=acme).kind.free_reason == "free_history"


def test_a_message_keeps_the_time_of_each_status(apply, acme):
    apply(SENT, DELIVERED, READ)
    message = Message.objects.get(account=acme)
    assert (message.created_at, message.sent_at) == (NOON, NOON)
    assert (message.delivered_at, message.read_at) == (DELIVERED.at, READ.at)
    assert (message.status, message.category, message.pricing_type) == ("read", "marketing", "regular")
    assert (message.country, message.msisdn, message.subaccount.code) == ("IN", "919876543210", "acme_shop")
    assert message.umid == message_key(acme.pk, "meta", "wamid.A")


def test_the_same_events_again_change_nothing(apply, acme):
    apply(SENT, DELIVERED)
    before = Message.objects.filter(account=acme).values().get(), TrafficDelta.objects.count()
    apply(SENT, DELIVERED)
    assert (Message.objects.filter(account=acme).values().get(), TrafficDelta.objects.count()) == before


@pytest.mark.parametrize("order", [(DELIVERED, FAILED), (FAILED, DELIVERED)])
def test_delivered_beats_failed_and_both_stay_visible(apply, acme, order):
    for event in order:
        apply(event)
    message = Message.objects.get(account=acme)
    assert (message.status, message.error_code) == (Status.DELIVERED, 131049)
    assert message.failed_at == FAILED.at
    assert list(StatusEvent.objects.filter(account=acme).order_by("at").values_list("state", flat=True)) == [
        "failed",
        "delivered",
    ]


def test_read_alone_proves_the_delivery(apply, acme):
    apply(replace(READ, category="marketing", pricing_type="regular"))
    assert Message.objects.get(account=acme).status == Status.READ
    assert UsageFact.objects.get(account=acme).billed_at == READ.at


def test_an_unknown_state_is_kept_and_changes_no_status(apply, acme):
    apply(SENT, replace(SENT, state="held_for_review", at=NOON + timedelta(seconds=1)))
    assert Message.objects.get(account=acme).status == Status.SENT
    assert StatusEvent.objects.filter(account=acme, state="held_for_review").count() == 1


def test_a_message_known_by_an_unknown_state_only_is_shown_as_unknown(apply, acme):
    apply(replace(SENT, state="warning"))
    assert Message.objects.get(account=acme).status == Status.UNKNOWN


def test_an_earlier_event_moves_the_message_to_its_month(apply, acme):
    apply(replace(DELIVERED, at=datetime(2026, 11, 1, 0, 0, 5, tzinfo=UTC)))
    sent = datetime(2026, 10, 31, 23, 59, 50, tzinfo=UTC)
    apply(replace(SENT, at=sent))
    message = Message.objects.get(account=acme)
    anchor = MessageAnchor.objects.get(account_id=acme.pk)
    assert (message.created_at, anchor.created_at, anchor.message_id) == (sent, sent, message.pk)


def test_a_webhook_that_proves_the_delivery_is_named_in_the_fact(apply, acme):
    apply(SENT, webhook_id=1)
    apply(DELIVERED, webhook_id=2)
    apply(READ, webhook_id=3)
    assert UsageFact.objects.get(account=acme).webhook_id == 2


def test_the_price_in_the_delivery_beats_an_earlier_one(apply, acme):
    apply(replace(DELIVERED, category="utility"))
    apply(SENT)
    assert Message.objects.get(account=acme).category == "utility"
    assert UsageFact.objects.get(account=acme).kind.category == "utility"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_several_proofs_the_earliest_names_the_category(apply, acme, order):
    both = [replace(DELIVERED, category="utility"), replace(READ, category="marketing", pricing_type="regular")]
    for n in order:
        apply(both[n])
    assert UsageFact.objects.get(account=acme).kind.category == "utility"
    events = StatusEvent.objects.filter(account=acme).order_by("at")
    assert list(events.values_list("pricing", flat=True)) == ["utility/regular", "marketing/regular"]


def test_of_two_categories_at_one_time_both_are_in_the_history(apply, acme):
    apply(replace(DELIVERED, category="utility"), replace(DELIVERED, category="marketing"))
    assert Message.objects.get(account=acme).category == "marketing"  # the lesser text, in any order
    assert StatusEvent.objects.filter(account=acme, state="delivered").count() == 2


def test_a_free_type_counts_without_a_category(apply, acme):
    apply(SENT)
    apply(replace(DELIVERED, category="", pricing_type="free_not_billable"))
    assert UsageFact.objects.get(account=acme).kind.free_reason == "free_not_billable"


def test_a_category_that_comes_late_reaches_billing(apply, acme):
    apply(replace(DELIVERED, category="", pricing_type=""))
    assert UsageFact.objects.get(account=acme).kind.unrated_reason == "no_category"
    apply(SENT)
    fact = UsageFact.objects.get(account=acme)
    assert (fact.kind.category, fact.kind.unrated_reason, fact.billed_at) == ("marketing", "", DELIVERED.at)


def test_the_template_gives_a_missing_category(apply, acme):
    named = {"template_name": "order_update", "template_language": "en", "category": "", "pricing_type": ""}
    apply(replace(DELIVERED, **named))
    message = Message.objects.get(account=acme)
    assert (message.category, message.template.name) == ("utility", "order_update")


def test_the_content_of_an_inbound_message_is_stored_beside_the_log(apply, acme):
    content = {"type": "text", "text": {"body": "Hello"}}
    apply(replace(SENT, state="received", direction="inbound", category="", pricing_type="", content=content))
    message = Message.objects.get(account=acme)
    assert (message.status, message.direction) == (Status.RECEIVED, "inbound")
    assert MessagePayload.objects.get(account=acme, message_id=message.pk).body == content
    assert not UsageFact.objects.filter(account=acme).exists()


def test_one_account_cannot_reach_the_other_by_the_same_message_id(apply, acme, other):
    apply(SENT)
    directory = Directory([other.pk])
    theirs = replace(DELIVERED, number_id="106540352249999")
    lifecycle.apply(
        [lifecycle.EventReport(other.pk, "meta", theirs, directory.placement(other.pk, "meta", theirs))], directory
    )
    assert Message.objects.get(account=acme).status == Status.SENT
    assert Message.objects.get(account=other).status == Status.DELIVERED


# --- Properties ----------------------------------------------------------------------------------------------------

_serial = count()
_STATES = ("queued", "sent", "delivered", "read", "failed", "rejected", "expired", "deleted")
_COLUMNS = {state: f"{state}_at" for state in _STATES[:-1]}
_RANK = {"read": 6, "delivered": 5, "failed": 4, "rejected": 3, "sent": 2}
events = st.builds(
    lambda state, seconds, category, code: MessageEvent(
        provider_message_id="", state=state, at=NOON + timedelta(seconds=seconds), number_id=NUMBER,
        msisdn="919876543210", category=category, pricing_type="regular" if category else "",
        error_source="meta" if code else "", error_code=code, error_title="" if code is None else f"Error {code}",
    ),
    st.sampled_from(_STATES), st.integers(0, 5), st.sampled_from(["", "marketing", "utility"]),
    st.sampled_from([None, 131049, 131026]),
)  # fmt: skip


def model(story):
    """The plain rules, one event at a time."""
    times = {column: min((e.at for e in story if e.state == state), default=None) for state, column in _COLUMNS.items()}
    order = ("read", "delivered", "failed", "rejected", "expired", "sent", "queued")
    first = next((state for state in order if times[f"{state}_at"]), "unknown")
    priced = [(0 if e.state in ("delivered", "read") else 1, e.at, e.category) for e in story if e.category]
    codes = [(str(e.error_code), e.error_source, e.error_title) for e in story if e.error_code]
    code, _, title = min(codes, default=(None, "", ""))
    return {
        **times,
        "status": "undelivered" if first == "failed" else first,
        "created_at": min(e.at for e in story),
        "category": min(priced, default=(9, None, ""))[2],
        "error_code": int(code) if code else None,
        "error_title": title,
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(events, min_size=1, max_size=6), st.data())
def test_any_order_and_batching_gives_the_row_of_the_plain_model(apply, acme, story, data):
    wamid = f"wamid.P{next(_serial)}"
    story = [replace(event, provider_message_id=wamid) for event in story]
    sent = data.draw(st.permutations(story + data.draw(st.lists(st.sampled_from(story), max_size=3))))
    while sent:
        size = data.draw(st.integers(1, len(sent)))
        apply(*sent[:size])
        sent = sent[size:]
    expected = model(story)
    row = Message.objects.filter(account=acme, provider_message_id=wamid).values(*expected).get()
    assert row == expected
    proofs = [event.at for event in story if event.state in ("delivered", "read")]
    facts = UsageFact.objects.filter(message_key=message_key(acme.pk, "meta", wamid))
    assert list(facts.values_list("billed_at", "kind__category")) == (
        [(min(proofs), expected["category"])] if proofs else []
    )
