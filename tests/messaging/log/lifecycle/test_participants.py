"""A message to a group is one message, with a status and a charge for each participant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import BlockDelta, UsageFact
from messaging.log.lifecycle.erasure import AnchorKey, erase_messages
from messaging.log.lifecycle.participants import PARTICIPANT_COLUMNS
from messaging.log.lifecycle.provider_ids import reference
from messaging.log.models import Message, Participant, StatusEvent, TrafficDelta
from messaging.log.services.erasure import erase_participations, person_of
from messaging.persons import erasure as persons_erasure
from messaging.persons.models import IdentityLink
from messaging.persons.selectors.identities import identity_of
from providers.events import MessageEvent

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
INDIA, SINGAPORE, FRANCE = "919812340381", "6591230381", "33612340381"
SENT = MessageEvent("wamid.G", "sent", NOON, number_id="106540352242922", group_id="GRP_z")
DELIVERED = replace(
    SENT, state="delivered", at=NOON + timedelta(seconds=5), category="group_utility", pricing_type="regular"
)
FAILED = replace(SENT, state="failed", error_source="meta", error_code=131026, error_title="Undeliverable")


def to(event, msisdn="", user_id="", **changes):
    return replace(event, msisdn=msisdn, user_id=user_id, **changes)


def participants(acme, *fields):
    return sorted(Participant.objects.filter(account=acme).values_list(*fields))


def charged(acme):
    facts = UsageFact.objects.filter(account=acme)
    return sorted(facts.values_list("kind__country", "kind__category", "kind__pricing_type"))


def test_a_participant_has_the_columns_that_merge_as_those_of_messages():
    own = {"participant_key", "message_id", "created_at", "account_id", "erased", "erased_keys", "status"}
    assert {field.attname for field in Participant._meta.fields} == own | {c.name for c in PARTICIPANT_COLUMNS}


def test_each_participant_has_a_status_and_a_charge_and_the_log_one_message(apply, acme):
    apply(SENT, to(DELIVERED, INDIA), to(DELIVERED, SINGAPORE), to(FAILED, FRANCE))
    message = Message.objects.get(account=acme)
    assert (message.status, message.msisdn, message.country, message.group_id) == ("delivered", "", "", "GRP_z")
    assert participants(acme, "msisdn", "country", "status", "error_code") == [
        (FRANCE, "FR", "undelivered", 131026), (SINGAPORE, "SG", "delivered", None), (INDIA, "IN", "delivered", None),
    ]  # fmt: skip
    assert charged(acme) == [("IN", "group_utility", "regular"), ("SG", "group_utility", "regular")]
    assert sum(TrafficDelta.objects.filter(account=acme).values_list("n", flat=True)) == 1


@pytest.mark.parametrize("batches", [1, 3])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_number_and_user_id_are_one_participant(apply, acme, order, batches):
    by_number, by_both, by_id = to(DELIVERED, INDIA), to(DELIVERED, INDIA, "IN.1"), to(DELIVERED, "", "IN.1")
    events = [(by_both, by_number, by_id)[index] for index in order]
    for event in [events] if batches == 1 else [[event] for event in events]:
        apply(*event)
    assert participants(acme, "msisdn", "user_id") == [(INDIA, "IN.1")]
    assert len(charged(acme)) == 1


def test_two_spellings_of_a_number_are_one_participant(apply, acme):
    apply(to(DELIVERED, "5511987654321"))
    apply(to(DELIVERED, "551187654321", state="read"))
    assert len(participants(acme, "msisdn")) == len(charged(acme)) == 1


def test_identities_that_were_linked_before_are_one_participant(apply, acme):
    apply(to(SENT, INDIA, "IN.1", state="received", direction="inbound", provider_message_id="wamid.I", group_id=""))
    later = {"at": NOON + timedelta(minutes=1)}
    apply(to(DELIVERED, INDIA, **later))
    apply(to(DELIVERED, "", "IN.1", state="read", **later))
    assert len(participants(acme, "msisdn")) == len(charged(acme)) == 1


def test_identities_that_are_linked_later_become_one_participant(apply, acme):
    link = to(SENT, INDIA, "IN.1", state="received", direction="inbound", provider_message_id="wamid.I", group_id="")
    apply(to(DELIVERED, "", "IN.1", state="read"), to(DELIVERED, SINGAPORE, "SG.2"))
    apply(to(DELIVERED, INDIA, at=NOON + timedelta(seconds=3)))
    assert len(charged(acme)) == 3
    apply(link)
    assert participants(acme, "msisdn", "user_id", "status") == [
        (SINGAPORE, "SG.2", "delivered"), (INDIA, "IN.1", "read"),
    ]  # fmt: skip
    assert len(charged(acme)) == 2
    billed = UsageFact.objects.filter(account=acme).order_by("billed_at").values_list("billed_at", flat=True)
    assert billed[0] == NOON + timedelta(seconds=3)


def test_a_group_that_comes_late_moves_the_charge_to_the_participant(apply, acme):
    apply(replace(to(DELIVERED, INDIA), group_id=""))
    apply(to(DELIVERED, INDIA))
    assert [fact.message_key for fact in UsageFact.objects.filter(account=acme)] == [
        Participant.objects.get(account=acme).participant_key
    ]
    assert sum(BlockDelta.objects.values_list("n", flat=True)) == 1


def test_a_participant_without_a_category_has_that_of_the_message(apply, acme):
    apply(to(DELIVERED, INDIA, category="", pricing_type=""))
    assert charged(acme) == [("IN", "", "")]
    apply(replace(SENT, category="group_service", pricing_type="free_group_customer_service"))
    assert charged(acme) == [("IN", "group_service", "free_group_customer_service")]


def test_a_delivery_to_nobody_in_particular_is_unrated_not_lost(apply, acme):
    apply(DELIVERED)
    assert UsageFact.objects.get(account=acme).kind.unrated_reason == "no_country"


def test_an_inbound_message_from_a_group_has_its_sender(apply, acme):
    apply(to(SENT, INDIA, state="received", direction="inbound"))
    message = Message.objects.get(account=acme)
    assert (message.msisdn, message.country, message.group_id, message.status) == (INDIA, "IN", "GRP_z", "received")
    assert not participants(acme, "msisdn")


def test_a_deleted_message_keeps_what_it_cost_and_forgets_whom(apply, acme):
    apply(to(DELIVERED, INDIA))
    erase_messages(acme.pk, [AnchorKey("meta", "wamid.G")])
    apply(to(DELIVERED, INDIA, state="read"), to(DELIVERED, SINGAPORE))
    assert participants(acme, "msisdn", "user_id", "country", "status") == [
        ("", "", "IN", "read"), ("", "", "SG", "delivered"),
    ]  # fmt: skip
    assert [country for country, *_ in charged(acme)] == ["IN", "SG"]


def test_a_deleted_message_knows_a_participant_by_each_name(apply, acme):
    apply(to(DELIVERED, INDIA, "IN.1"))
    erase_messages(acme.pk, [AnchorKey("meta", "wamid.G")])
    apply(to(DELIVERED, "", "IN.1", state="read"))
    assert participants(acme, "user_id", "status") == [("", "read")]
    assert len(charged(acme)) == 1


@pytest.mark.parametrize("late", [(INDIA, ""), ("", "IN.1"), (INDIA, "IN.1")])
@pytest.mark.parametrize("first", [(INDIA, ""), ("", "IN.1"), (INDIA, "IN.1")])
def test_an_erased_participant_stays_one_without_a_name(apply, acme, first, late):
    apply(to(SENT, INDIA, "IN.1", state="received", direction="inbound", provider_message_id="wamid.I", group_id=""))
    at = NOON + timedelta(minutes=1)
    apply(to(DELIVERED, *first, at=at), to(DELIVERED, FRANCE, at=at))
    person = person_of(acme, identity_of(INDIA))
    erase_participations(acme, person)
    persons_erasure.erase(acme.pk, person.holdings)
    apply(to(FAILED, *late, at=at, error_title=f"No {INDIA}"), to(DELIVERED, FRANCE, at=at, state="read"))
    assert participants(acme, "msisdn", "user_id", "status", "error_code", "error_title") == [
        ("", "", "delivered", 131026, ""), (FRANCE, "", "read", None, ""),
    ]  # fmt: skip
    assert len(charged(acme)) == 2
    assert not IdentityLink.objects.exists()
    texts = [*Message.objects.values_list("error_title"), *StatusEvent.objects.values_list("error_title")]
    assert set(texts) == {("",)}


def test_participants_follow_a_message_whose_provider_id_comes_late(apply, acme):
    apply(to(DELIVERED, INDIA))
    umid = "7d4fdd2e-6ab5-4a7f-9f4e-0a4f6e0c7d11"
    apply(replace(SENT, provider_message_id=umid, state="queued"))
    apply(replace(SENT, client_message_id=reference(umid)), to(DELIVERED, SINGAPORE))
    message = Message.objects.get(account=acme)
    assert [pk for (pk,) in participants(acme, "message_id")] == [message.pk] * 2
    assert len(charged(acme)) == 2


_EVENTS = st.builds(
    lambda state, seconds, person, category: replace(
        SENT, state=state, at=NOON + timedelta(seconds=seconds), msisdn=person, category=category,
        pricing_type="regular" if category else "",
    ),
    st.sampled_from(["sent", "delivered", "read", "failed"]), st.integers(0, 3), st.sampled_from([INDIA, FRANCE]),
    st.sampled_from(["", "group_utility"]),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_EVENTS, min_size=1, max_size=6), st.data())
def test_any_order_and_batching_gives_the_same_participants(apply, acme, story, data):
    def outcome(wamid, events, size):
        events = [replace(event, provider_message_id=wamid) for event in events]
        for start in range(0, len(events), size):
            apply(*events[start : start + size])
        message = Message.objects.get(account=acme, provider_message_id=wamid)
        rows = Participant.objects.filter(account=acme, message_id=message.pk).order_by("msisdn")
        facts = UsageFact.objects.filter(message_key__in=rows.values("participant_key"))
        return (
            list(rows.values_list("msisdn", "status", "sent_at", "delivered_at", "read_at", "failed_at", "category")),
            sorted(facts.values_list("billed_at", "kind__country", "kind__category")),
        )

    number = Message.objects.filter(account=acme).count()
    shuffled = data.draw(st.permutations(story))
    assert outcome(f"wamid.{number}", story, len(story)) == outcome(
        f"wamid.{number}b", shuffled, data.draw(st.integers(1, len(story)))
    )
