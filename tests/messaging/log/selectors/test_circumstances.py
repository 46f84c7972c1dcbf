"""The circumstances of a failed message."""

from datetime import timedelta

import pytest

from accounts.models import Subaccount
from messaging.log.models import Change, PhoneNumber, Template
from messaging.log.selectors import circumstances as module
from messaging.log.selectors.circumstances import circumstances
from messaging.persons.selectors.identities import identity_of
from messaging.suppression.enums import Action, Source
from messaging.suppression.recording import Fact, record
from providers.vocabulary import Subject
from tests.traffic import AT, INDIA, deliver, report

pytestmark = pytest.mark.django_db
FAILURE = {"error_source": "meta", "error_code": 131049, "error_title": "Held back"}


def fail(account, name="wamid.F", at=AT, **event):
    return report(account, "failed", provider_message_id=name, at=at, **{**FAILURE, **event})


def change(account, subject, pk, at, **values):
    ((field, new),) = values.items()
    return Change.objects.create(account=account, subject=subject, subject_id=pk, field=field, new=new, at=at)


def test_what_was_announced_until_then(acme, other):
    message = fail(acme, template_name="weekend_sale", template_language="en")
    message.template, message.phone_number = (
        Template.objects.get(pk=message.template_id),
        PhoneNumber.objects.get(pk=message.phone_number_id),
    )
    template, number, waba = message.template_id, message.phone_number_id, message.phone_number.waba_id
    change(acme, Subject.TEMPLATE, template, AT - timedelta(hours=2), status="PAUSED")
    change(acme, Subject.TEMPLATE, template, AT + timedelta(hours=2), status="APPROVED")
    change(acme, Subject.PHONE_NUMBER, number, AT - timedelta(days=2), flag="UNFLAGGED")
    change(acme, Subject.PHONE_NUMBER, number, AT - timedelta(days=1), flag="FLAGGED")
    change(acme, Subject.WABA, waba, AT, messaging_limit="TIER_2K")
    change(acme, Subject.WABA, number + 1_000, AT, messaging_limit="TIER_10K")
    then = circumstances(acme, message, None)
    assert then.value_of(Subject.TEMPLATE, "status") == "PAUSED"
    assert then.value_of(Subject.PHONE_NUMBER, "flag") == "FLAGGED"
    assert then.value_of(Subject.WABA, "messaging_limit") == "TIER_2K"
    assert then.value_of(Subject.WABA, "review") == ""
    assert then.next_template_status.new == "APPROVED"


def test_the_person(acme):
    report(acme, "received", provider_message_id="wamid.1", direction="inbound", at=AT - timedelta(hours=30))
    deliver(acme, provider_message_id="wamid.2", at=AT - timedelta(seconds=30))
    deliver(acme, provider_message_id="wamid.3", at=AT - timedelta(days=6))
    deliver(acme, provider_message_id="wamid.4", at=AT - timedelta(days=8))
    deliver(acme, provider_message_id="wamid.5", at=AT - timedelta(days=1), msisdn="6591234567")
    then = circumstances(acme, fail(acme), None)
    assert then.last_inbound_at == AT - timedelta(hours=30)
    assert (then.in_the_minute_before, then.marketing_in_the_week_before) == (1, 2)


def test_a_stop_counts_until_it_is_revoked(acme):
    message = fail(acme)
    person = identity_of(INDIA)
    record([Fact(acme.pk, person, AT - timedelta(days=2), Action.STOP, Source.WORD)])
    assert circumstances(acme, message, None).stopped_at == AT - timedelta(days=2)
    record([Fact(acme.pk, person, AT - timedelta(days=1), Action.START, Source.PREFERENCE)])
    assert circumstances(acme, message, None).stopped_at is None


def test_others_that_failed_the_same_way_in_24_hours(acme, other, monkeypatch):
    message = fail(acme)
    for hours in (1, 23):
        fail(acme, f"wamid.{hours}", AT - timedelta(hours=hours), msisdn="6591234567")
    fail(acme, "wamid.old", AT - timedelta(hours=25))
    fail(acme, "wamid.other", error_code=131026)
    assert circumstances(acme, message, None).similar_failures == 2
    care = Subaccount.objects.get(account=acme, code="acme_care").pk
    assert circumstances(acme, message, [care]).similar_failures == 0
    monkeypatch.setattr(module, "MAX_SIMILAR", 1)
    assert circumstances(acme, message, None).similar_failures == 2


def test_a_person_without_a_number(acme):
    message = fail(acme, msisdn="", user_id="US.1")
    then = circumstances(acme, message, None)
    assert (then.last_inbound_at, then.in_the_minute_before, then.stopped_at) == (None, 0, None)


def test_the_person_has_another_number_and_id(acme):
    report(acme, "received", provider_message_id="wamid.1", direction="inbound", at=AT - timedelta(hours=30),
           user_id="IN.7")  # fmt: skip
    deliver(acme, provider_message_id="wamid.2", at=AT - timedelta(seconds=30), msisdn="", user_id="IN.7")
    then = circumstances(acme, fail(acme), None)
    assert (then.last_inbound_at, then.in_the_minute_before) == (AT - timedelta(hours=30), 1)
