"""Erasing a person by whatever identifies them, and nobody who had the same number before or after."""

import json

import pytest
from django.db import connection
from django.utils import timezone

from archive.deletion import work
from archive.deletion.jobs import erase_person
from archive.deletion.repeat import repeat_erasure
from core import partitions
from core.errors import UserError
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.inbound.services.erasure import erase_in_webhooks
from messaging.legs.erasure import mask_in_contents
from messaging.log.models import ContactEvent, Message, Participant, PhoneNumber
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching
from messaging.log.services.erasure import mask_in_payloads, person_of
from messaging.persons.models import IdentityChange, IdentityLink, PersonName
from messaging.persons.selectors.identities import identity_of
from messaging.suppression.enums import ERASED
from messaging.suppression.models import Suppression, SuppressionEvent
from messaging.suppression.selectors.stops import current_stops
from tests.archive.deletion.search import pattern, tables_with
from tests.people import principal
from tests.traffic import META, deliver

pytestmark = pytest.mark.django_db
DAY, START = 86_400, 1_750_000_000
WABA = "102290129340398"
OLD, NEW = "6591111111", "6592222222"
ANN = {"profile": {"name": "Annabel Xylo", "username": "anna.xylo"}, "wa_id": OLD, "user_id": "SG.ANN1"}


def post(account, *, field="messages", provider="meta", **value):
    """Post one webhook and process it. Returns the stored one."""
    value = {"metadata": {"phone_number_id": META.number_id}, **value}
    body = json.dumps({"entry": [{"id": WABA, "changes": [{"field": field, "value": value}]}]})
    endpoint = WebhookEndpoint.objects.get(account=account, provider=provider)
    inbox.store(account.pk, endpoint.pk, provider, {}, body.encode())
    inbox.drain()
    item = InboxItem.objects.latest("id")
    assert item.state == "done", item.reason
    return item


def inbound(letter, day, **who):
    return {
        "id": f"wamid.{letter}",
        "timestamp": str(START + day * DAY),
        "type": "text",
        "text": {"body": letter},
        **who,
    }


def log_of(account):
    ids = Message.objects.filter(account=account).values_list("provider_message_id", flat=True)
    return "".join(sorted(each[-1] for each in ids))


@pytest.fixture
def people(acme):
    """Ann writes under her number, her user id, and after a change under her new number; Bo then has the old one."""
    post(acme, messages=[inbound("A", 0, **{"from": OLD})])
    post(acme, messages=[inbound("B", 1, **{"from": OLD, "from_user_id": "SG.ANN1"})], contacts=[ANN])
    post(acme, messages=[inbound("C", 2, from_user_id="SG.ANN1")])
    change = {"type": "user_changed_number", "wa_id": NEW, "user_id": "SG.ANN2", "previous_user_id": "SG.ANN1"}
    post(acme, messages=[inbound("D", 3, **{"from": OLD}) | {"type": "system", "system": change}])
    post(acme, messages=[inbound("E", 4, **{"from": NEW})])
    bo = {"profile": {"name": "Bo"}, "wa_id": OLD, "user_id": "SG.BO1"}
    post(acme, messages=[inbound("F", 9, **{"from": OLD, "from_user_id": "SG.BO1"})], contacts=[bo])
    post(acme, messages=[inbound("G", 10, **{"from": OLD}), inbound("H", 10, from_user_id="SG.ANN2")], contacts=[bo])
    return acme


def erased(account, text):
    deletion = erase_person(principal(account, "ada@acme.example"), text, reason="Art. 17")
    work.work(deletion.pk, seconds=60)
    deletion.refresh_from_db()
    assert deletion.state == "done"
    return deletion


def places_with(*names):
    with connection.cursor() as cursor:
        return tables_with(cursor, [pattern(name) for name in names])


@pytest.mark.parametrize("identity", ["SG.ANN1", "sg.ANN2", "@Anna.Xylo", f"+{NEW}"])
def test_all_of_a_person_goes_by_any_identity(people, other, identity):
    deletion = erased(people, identity)
    assert log_of(people) == "FG"
    assert places_with("SG.ANN1", "SG.ANN2", "anna.xylo", "Annabel Xylo", NEW) == []
    assert {"messages": 6, "identities": 6, "announcements": 1}.items() <= deletion.removed.items()
    assert set(PersonName.objects.values_list("name", flat=True)) == {"Bo"}
    assert [link.value for link in IdentityLink.objects.all()] == ["SG.BO1"]
    assert not IdentityChange.objects.exists()
    assert not ContactEvent.objects.exists()


@pytest.fixture
def bodies(people):
    """Stored webhooks of every kind: processed, quarantined and not understood, of whoever."""
    endpoint = WebhookEndpoint.objects.get(account=people, provider="meta")
    for body in (b"no JSON", b'{"note":  "spaced"}', b"\0 x", b"", f"no JSON {OLD}".encode()):
        InboxItem.objects.create(account=people, endpoint=endpoint, provider="meta", body=body, state="quarantined")
    return people


def stored_bodies():
    return {item.pk: bytes(item.body) for item in InboxItem.objects.all()}


@pytest.mark.parametrize("identity", ["@zzqqxx", "SG.NOBODY1", "+6598765432"])
def test_nobody_else_is_touched_when_nobody_has_the_identity(bodies, identity):
    """As of a username whose owner is erased while the erasure waits."""
    before = stored_bodies(), log_of(bodies)
    person = person_of(bodies, identity_of(identity))
    for month in partitions.months_of("inbound_inbox"):
        assert erase_in_webhooks(bodies, person, month, -1, timezone.now())[0] == 0
    for month in partitions.months_of("log_payload"):
        assert mask_in_payloads(bodies, person, month, -1, timezone.now())[0] == 0
    assert mask_in_contents(bodies, person, 0, timezone.now())[0] == 0
    assert (stored_bodies(), log_of(bodies)) == before


def test_a_username_that_nobody_has_is_refused(people, other):
    for account, name in ((people, "@zzqqxx"), (other, "@anna.xylo")):
        with pytest.raises(UserError, match=f"Nobody in this account has the username {name}") as refused:
            erase_person(principal(account), name, reason="test", field="person")
        assert refused.value.field == "person"
        assert "number or user id" in str(refused.value)


def test_a_body_of_whoever_has_the_number_now_stays_as_it_is(bodies):
    before = stored_bodies()
    erased(bodies, "SG.ANN1")
    gone = [body for pk, body in before.items() if pk not in stored_bodies()]
    assert len(gone) == 5
    assert not any(b"no JSON" in body or b"SG.BO1" in body for body in gone)


def test_who_has_the_number_now_goes_by_it(people):
    assert erased(people, OLD).removed["messages"] == 2
    assert log_of(people) == "ABCDEH"
    assert set(PersonName.objects.values_list("name", flat=True)) == {"anna.xylo", "Annabel Xylo"}


def test_a_late_webhook_of_a_deleted_message_brings_no_name_back(people):
    erased(people, "SG.ANN1")
    status = {"id": "wamid.B", "status": "read", "timestamp": str(START + 20 * DAY), "recipient_id": OLD}
    change = {"type": "user_changed_number", "wa_id": NEW, "user_id": "SG.ANN2", "previous_user_id": "SG.ANN1"}
    for again in (
        {"messages": [inbound("B", 1, **{"from": OLD, "from_user_id": "SG.ANN1"})], "contacts": [ANN]},
        {"statuses": [status], "contacts": [ANN]},
        {"messages": [inbound("D", 3, **{"from": OLD}) | {"type": "system", "system": change}]},
    ):
        endpoint = WebhookEndpoint.objects.get(account=people, provider="meta")
        value = {"metadata": {"phone_number_id": META.number_id}, **again}
        body = json.dumps({"entry": [{"id": WABA, "changes": [{"field": "messages", "value": value}]}]})
        inbox.store(people.pk, endpoint.pk, "meta", {}, body.encode())
        inbox.drain()
    assert places_with("SG.ANN1", "SG.ANN2", "anna.xylo", "Annabel Xylo", NEW) == []
    post(people, messages=[inbound("I", 21, from_user_id="SG.ANN2")], contacts=[ANN | {"user_id": "SG.ANN2"}])
    assert log_of(people) == "FGI"
    assert "anna.xylo" in PersonName.objects.values_list("name", flat=True)


def test_webhooks_about_persons_alone_go_too(acme):
    post(acme, field="user_id_update", contacts=[ANN], user_id_update=[
        {"wa_id": OLD, "user_id": {"previous": "SG.ANN0", "current": "SG.ANN1"}},
        {"wa_id": "6593333333", "user_id": {"previous": "SG.CY0", "current": "SG.CY1"}},
    ])  # fmt: skip
    post(acme, field="user_id_update", user_id_update=[{"user_id": {"previous": "SG.ANN1", "current": "SG.ANN3"}}])
    erased(acme, "SG.ANN3")
    assert places_with("SG.ANN0", "SG.ANN1", "SG.ANN3", "Annabel Xylo", OLD) == []
    assert b"SG.CY0" in bytes(InboxItem.objects.get().body)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("551187654321", "5511987654321"), ("5511987654321", "551187654321"), ("525512345678", "+52 1 55 1234 5678"),
        ("5215512345678", "525512345678"), ("541123456789", "5491123456789"), ("5491123456789", "+54 11 2345-6789"),
    ],
)  # fmt: skip
def test_either_spelling_finds_stops_and_erases_the_person(acme, stored, typed):
    digits = "".join(letter for letter in typed if letter.isdecimal())
    post(acme, messages=[inbound("A", 0, **{"from": stored}) | {"text": {"body": "STOP"}}])
    post(acme, messages=[inbound("B", 1, **{"from": digits})])
    assert sorted(row.provider_message_id[-1] for row in matching(acme, MessageQuery(person=typed))) == ["A", "B"]
    wanted = [identity_of(stored), identity_of(digits)]
    assert set(current_stops(acme.pk, wanted)) == set(wanted)
    assert erased(acme, typed).removed["messages"] == 2
    assert places_with(stored, digits) == []
    assert set(current_stops(acme.pk, wanted)) == set(wanted)


@pytest.mark.parametrize("identity", ["SG.ANN1", "@anna.xylo", f"+{NEW}"])
def test_an_erasure_is_repeated_from_its_certificate(people, identity):
    deletion = erased(people, identity)
    subject = deletion.certificate["subject"].removeprefix("hmac-sha256:")
    by = principal(people, "ada@acme.example")
    assert repeat_erasure(subject, "c1", by=by) is None
    post(
        people, messages=[inbound("J", 30, **{"from": NEW, "from_user_id": "SG.ANN1"})], contacts=[ANN | {"wa_id": NEW}]
    )
    assert repeat_erasure(subject, "c1", by=by) is not None


@pytest.mark.parametrize(
    "text", ["91234567", "9123 4567", "091234567", "9876543210", "098765 43210", "2025550123", "٩١٢٣٤٥٦٧"]
)
def test_a_number_without_its_country_code_is_refused(acme, text):
    with pytest.raises(UserError, match="with its country code") as refused:
        erase_person(principal(acme), text, reason="Art. 17", field="person")
    assert refused.value.field == "person"


def test_digits_that_may_be_two_people_are_refused(acme):
    deliver(acme, msisdn="916591234567")
    PhoneNumber.objects.filter(pk=PhoneNumber.objects.filter(account=acme).first().pk).update(msisdn="919876500001")
    with pytest.raises(UserError, match="with its country code"):
        erase_person(principal(acme), "6591234567", reason="Art. 17")
    for text in ("+6591234567", "006591234567", "916591234567"):
        assert erase_person(principal(acme), text, reason="Art. 17").kind == "person"


@pytest.mark.parametrize("text", ["", "12", "anna.xylo", "@", "two words", "1" * 16])
def test_what_identifies_nobody_is_refused(acme, text):
    with pytest.raises(UserError, match="Enter the full number"):
        erase_person(principal(acme), text, reason="Art. 17")


@pytest.mark.parametrize(
    ("identity", "reason"),
    [
        ("SG.ANN1", "letter of SG.ANN1"),
        ("@anna.xylo", "asked by @Anna.Xylo"),
        (NEW, f"call of {NEW}"),
        ("SG.ANN1", "letter of sg.ann2"),
        ("SG.ANN1", f"call of +{NEW[:2]} {NEW[2:6]}-{NEW[6:]}"),
        ("SG.ANN1", "call of 9222 2222"),
        (NEW, "once 91111111"),
        (NEW, "asked by Anna.Xylo, 3 May"),
        ("SG.ANN2", "anna.xylo"),
        (NEW, "SG.ANN1"),
        (NEW, "٩٢٢٢ ٢٢٢٢"),
    ],
)
def test_the_reason_must_not_name_the_person(people, identity, reason):
    with pytest.raises(UserError, match="Leave the person’s numbers"):
        erase_person(principal(people), identity, reason=reason)


def test_an_erased_person_gets_no_marketing_under_any_identity(acme):
    who = {"from": OLD, "from_user_id": "SG.ANN1"}
    post(acme, messages=[inbound("A", 0, **who) | {"text": {"body": "STOP"}}], contacts=[ANN])
    wanted = [identity_of(OLD), identity_of("SG.ANN1")]
    assert set(current_stops(acme.pk, wanted)) == set(wanted)
    assert erased(acme, OLD).removed["suppressions"] >= 1
    assert set(current_stops(acme.pk, wanted)) == set(wanted)
    assert places_with(OLD, "SG.ANN1") == []


def test_a_stop_under_a_former_number_stays_without_the_number(people):
    post(people, messages=[inbound("K", 2, **{"from": OLD}) | {"text": {"body": "STOP"}}])
    erased(people, "SG.ANN2")
    wanted = [identity_of(text) for text in (NEW, "SG.ANN1", "SG.ANN2", OLD, "SG.BO1")]
    assert set(current_stops(people.pk, wanted)) == set(wanted[:3])
    assert not Suppression.objects.exclude(kind=ERASED).exists()
    assert not SuppressionEvent.objects.exclude(kind=ERASED).exists()


@pytest.mark.parametrize("reason", ["Art. 17, letter of 3 May 2026", "Ticket 4711", "SG.BO1", "anna.xylophone"])
def test_the_reason_may_name_anything_else(people, reason):
    assert erase_person(principal(people), "SG.ANN1", reason=reason).reason == reason


def status_in_group(state, number, **more):
    return {
        "id": "wamid.G", "status": state, "timestamp": str(START), "recipient_id": "GRP", "recipient_type": "group",
        "recipient_participant_id": number, **more,
    }  # fmt: skip


GROUP_OF = [{"wa_id": NEW, "user_id": "SG.ANN2"}, {"wa_id": "6594444444"}]


def take_statuses(account, *statuses):
    """Process a webhook about participants at an account's endpoint. Returns the stored one, or None if it went."""
    endpoint = WebhookEndpoint.objects.get(account=account, provider="meta")
    value = {"metadata": {"phone_number_id": META.number_id}, "contacts": GROUP_OF, "statuses": statuses}
    body = {"entry": [{"id": WABA, "changes": [{"field": "messages", "value": value}]}]}
    inbox.store(account.pk, endpoint.pk, "meta", {}, json.dumps(body).encode())
    pk = InboxItem.objects.latest("id").pk
    inbox.drain()
    return InboxItem.objects.filter(pk=pk).first()


def statuses_in(item):
    return json.loads(bytes(item.body))["entry"][0]["changes"][0]["value"]["statuses"]


def test_a_late_status_of_a_participant_brings_nothing_back(acme):
    ann, bo = (status_in_group("delivered", each["wa_id"]) for each in GROUP_OF)
    item = take_statuses(acme, ann, bo)
    erased(acme, NEW)
    item.refresh_from_db()
    assert statuses_in(item) == [bo]
    assert take_statuses(acme, {**ann, "status": "read"}) is None
    late = take_statuses(acme, {**ann, "status": "read"}, {**bo, "status": "read"})
    assert statuses_in(late) == [{**bo, "status": "read"}]
    errors = [{"code": 131026, "title": f"Not on WhatsApp: +{NEW}"}]
    assert take_statuses(acme, {**ann, "status": "failed", "errors": errors}) is None
    assert places_with(NEW, "SG.ANN2") == []
    assert sorted(Participant.objects.values_list("msisdn", "status")) == [("", "read"), ("6594444444", "read")]


def test_a_participant_goes_from_webhooks_of_a_shared_endpoint(acme, other):
    WebhookEndpoint.objects.get(account=other, provider="meta").shared_with.add(acme)
    ann, bo = (status_in_group("delivered", each["wa_id"]) for each in GROUP_OF)
    item = take_statuses(other, ann, bo)
    erased(acme, NEW)
    item.refresh_from_db()
    assert statuses_in(item) == [bo]
    assert take_statuses(other, ann) is None
    assert places_with(NEW, "SG.ANN2") == []
