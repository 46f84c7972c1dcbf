from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from accounts.models import Waba
from messaging.log.assets import history
from messaging.log.assets.history import Announcement
from messaging.log.directory import Directory
from messaging.log.lifecycle.people import ContactReport
from messaging.log.models import Change, PhoneNumber, Template
from messaging.log.models import ContactEvent as ContactEventRow
from providers.events import ChangeEvent, ContactEvent
from providers.vocabulary import Subject

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
PAUSED = ChangeEvent(Subject.TEMPLATE, "status", "PAUSED", NOON, reason="FIRST_PAUSE")
APPROVED = ChangeEvent(Subject.TEMPLATE, "status", "APPROVED", NOON + timedelta(hours=3), reason="UNPAUSE")
DEMOTED = ChangeEvent(Subject.TEMPLATE, "quality", "RED", NOON + timedelta(hours=1), old="GREEN")


@pytest.fixture
def template(acme):
    return Template.objects.filter(account=acme, name="order_update").first()


def apply(subject, *events):
    history.apply_changes(
        [Announcement(subject.account_id, event, event.at, subject.pk, webhook_id=7) for event in events]
    )
    subject.refresh_from_db()


def test_a_change_is_kept_with_what_from_what_and_why(template):
    apply(template, DEMOTED)
    change = Change.objects.get(subject=Subject.TEMPLATE, subject_id=template.pk, at=DEMOTED.at)
    assert (change.field, change.old, change.new, change.webhook_id) == ("quality", "GREEN", "RED", 7)
    assert template.quality == "RED"


@pytest.mark.parametrize("order", list(permutations([PAUSED, APPROVED, DEMOTED])))
def test_the_latest_change_is_the_present_state_in_any_order(template, order):
    for event in order:
        apply(template, event)
    assert (template.status, template.status_reason, template.quality) == ("APPROVED", "UNPAUSE", "RED")


def test_the_same_change_again_is_kept_once(template):
    apply(template, PAUSED, PAUSED)
    apply(template, PAUSED)
    assert Change.objects.filter(subject_id=template.pk, at=NOON).count() == 1


def test_a_category_that_is_only_coming_changes_nothing_yet(template):
    apply(template, replace(DEMOTED, field="coming_category", old="UTILITY", new="MARKETING"))
    assert template.category == "UTILITY"


def test_a_category_change_is_the_templates_from_then_on(template):
    apply(template, replace(DEMOTED, field="category", old="UTILITY", new="MARKETING"))
    assert template.category == "MARKETING"


def test_a_number_keeps_limit_throughput_flag_and_name(acme):
    number = PhoneNumber.objects.get(account=acme, provider="meta")
    changes = {"messaging_limit": "TIER_2K", "throughput": "HIGH", "flag": "FLAGGED", "display_name": "APPROVED"}
    apply(number, *(ChangeEvent(Subject.PHONE_NUMBER, field, new, NOON) for field, new in changes.items()))
    assert (number.messaging_limit, number.throughput, number.flag, number.name_status) == tuple(changes.values())


def test_a_template_nobody_registered_is_created(acme):
    event = ChangeEvent(Subject.TEMPLATE, "status", "PENDING", NOON, waba_id="102290129340398",
                        template_name="brand_new", template_language="de", template_category="UTILITY",
                        template_id="77")  # fmt: skip
    directory = Directory([acme.pk])
    created = Template.objects.get(pk=history.create_template(acme.pk, event, directory))
    assert (created.name, created.language, created.category, created.provider_template_id) == (
        "brand_new",
        "de",
        "UTILITY",
        "77",
    )
    assert created.waba == Waba.objects.get(account=acme, waba_id="102290129340398")
    assert history.create_template(acme.pk, event, directory) == created.pk


FIRST = replace(APPROVED, at=NOON, template_id="1", template_category="MARKETING")
DELETED = replace(FIRST, new="DELETED", at=NOON + timedelta(hours=1))
SECOND = replace(FIRST, template_id="2", template_category="UTILITY", at=NOON + timedelta(hours=2))
LATE = replace(DELETED, at=NOON + timedelta(hours=3))


@pytest.mark.parametrize("order", list(permutations([FIRST, DELETED, SECOND, LATE])))
def test_a_template_created_again_has_the_new_id_and_its_state_in_any_order(template, order):
    for event in order:
        apply(template, event)
    assert (template.provider_template_id, template.category, template.status) == ("2", "UTILITY", "APPROVED")


@pytest.mark.parametrize("order", list(permutations([replace(FIRST, new="PENDING"), FIRST])))
def test_a_template_approved_in_the_second_of_its_creation_is_approved(template, order):
    apply(template, *order)
    assert template.status == "APPROVED"


def test_a_template_created_again_has_no_components_yet(template):
    components = [{"type": "BODY", "text": "Hello"}]
    apply(template, replace(FIRST, field="components", new="EDITED", components=components))
    assert template.components == components
    apply(template, SECOND)
    assert template.components == []
    apply(template, replace(FIRST, field="components", new="EDITED", components=components, at=LATE.at))
    assert template.components == []


@pytest.mark.parametrize("registered", ["", "7"])
def test_an_announced_id_replaces_a_registered_one_and_keeps_its_components(template, registered):
    Template.objects.filter(pk=template.pk).update(provider_template_id=registered)
    components = template.components
    apply(template, FIRST)
    assert (template.provider_template_id, template.components) == ("1", components)


def test_a_late_deletion_of_the_registered_id_changes_nothing(template):
    Template.objects.filter(pk=template.pk).update(provider_template_id="7")
    apply(template, SECOND, replace(LATE, template_id="7"))
    assert (template.provider_template_id, template.status) == ("2", "APPROVED")


def test_an_announcement_finds_its_template_by_id(acme, template):
    Template.objects.filter(pk=template.pk).update(provider_template_id="77")
    event = replace(FIRST, waba_id=template.waba.waba_id, template_id="77", template_name="renamed")
    assert history.create_template(acme.pk, event, Directory([acme.pk])) == template.pk


@pytest.mark.parametrize("order", list(permutations([("a", 0), ("b", 1), ("c", 2)])))
def test_a_template_has_the_name_of_its_latest_announcement(template, order):
    Template.objects.filter(pk=template.pk).update(provider_template_id="77")
    for name, hour in order:
        at = FIRST.at + timedelta(hours=hour)
        apply(template, replace(FIRST, at=at, template_id="77", template_name=name))
    template.refresh_from_db()
    assert template.name == "c"


def test_no_template_takes_the_name_of_another(template):
    Template.objects.filter(pk=template.pk).update(provider_template_id="77")
    Template.objects.create(account=template.account, waba=template.waba, name="taken", language=template.language)
    apply(template, replace(FIRST, template_id="77", template_name="taken"))
    before = template.name
    template.refresh_from_db()
    assert template.name == before


BODY = {"type": "BODY", "text": "Hello {{1}}"}
EDITED = ChangeEvent(Subject.TEMPLATE, "components", "EDITED", NOON, components=[BODY])
EDITED_AGAIN = replace(EDITED, at=NOON + timedelta(hours=1), components=[{"type": "BODY", "text": "Hi"}])


@pytest.mark.parametrize("order", list(permutations([EDITED, EDITED_AGAIN, PAUSED])))
def test_the_latest_announced_components_are_kept_in_any_order(template, order):
    for event in order:
        apply(template, event)
    assert template.components == EDITED_AGAIN.components


@pytest.mark.parametrize(
    ("before", "announced", "after"),
    [
        ([{"type": "HEADER", "format": "IMAGE"}, BODY], [], [{"type": "HEADER", "format": "IMAGE"}]),
        ([{"type": "HEADER", "format": "TEXT", "text": "Old"}], [], []),
        ([{"type": "HEADER", "format": "IMAGE"}], [{"type": "HEADER", "format": "TEXT", "text": "New"}],
         [{"type": "HEADER", "format": "TEXT", "text": "New"}]),
    ],
)  # fmt: skip
def test_a_media_header_stays_which_an_announcement_does_not_show(template, before, announced, after):
    Template.objects.filter(pk=template.pk).update(components=before)
    apply(template, replace(EDITED, components=[*announced, BODY]))
    assert template.components == [*after, BODY]


def test_a_persons_preference_is_stored_once(acme):
    event = ContactEvent("service_messages", "stop", NOON, msisdn="6591234567", details={"value": "stop"})
    for _ in range(2):
        history.apply_contacts([ContactReport(acme.pk, event, NOON, 7)])
    row = ContactEventRow.objects.get(account=acme)
    assert (row.msisdn, row.field, row.new, row.webhook_id) == ("6591234567", "service_messages", "stop", 7)


def test_a_template_that_meta_made_says_so(template):
    made = replace(APPROVED, template_id=template.provider_template_id, template_source="AUTO_GENERATED")
    apply(template, made)
    apply(template, PAUSED)  # which says nothing about the source
    assert template.source == "AUTO_GENERATED"
