"""The health of an account, now and before."""

from datetime import timedelta

import pytest

from accounts.models import Subaccount, Waba
from local.demo.world import ACME
from messaging.log.lifecycle import traffic
from messaging.log.models import Change, PhoneNumber, Template
from messaging.log.selectors.health import health
from messaging.log.selectors.health_history import health_history, with_times
from providers.vocabulary import CanSend, Entity, Subject
from tests.traffic import AT, deliver, report

pytestmark = pytest.mark.django_db
NOW = AT + timedelta(hours=1)
NO_PAYMENT = {"error_source": "meta", "error_code": 131042}
EIGHT, META, DIALOG = ACME.channels


@pytest.fixture(autouse=True)
def _no_history(acme):
    """The demo's announcements would only be in the way."""
    Change.objects.all().delete()


def announce(account, subject, pk, *, at=AT, reason="", details=None, **values):
    ((field, new),) = values.items()
    Change.objects.create(
        account=account, subject=subject, subject_id=pk, field=field.replace("account_", "account.", 1), new=new, at=at,
        reason=reason, details=details or {},
    )  # fmt: skip


def waba(account):
    return Waba.objects.get(account=account, name="Acme")


def states(current, *entities):
    return {
        node.name: (str(node.can_send), [problem.code for problem in node.state.errors])
        for node in current.of(*entities)
    }


def test_all_is_well(acme, other, django_assert_num_queries):
    with django_assert_num_queries(5):  # numbers, templates, changes, failures, quiet numbers
        current = health(acme, None, NOW)
    assert current.overall == CanSend.AVAILABLE
    assert [(node.entity, node.name) for node in current.nodes[:7]] == [
        ("APP", "Webhooks and access token"),
        ("BUSINESS", "Acme Retail"),
        ("WABA", "Acme Care"),
        ("WABA", "Acme"),
        ("PHONE_NUMBER", "Acme Care"),
        ("PHONE_NUMBER", "Acme Online"),
        ("PHONE_NUMBER", "Acme Stores"),
    ]
    assert len(current.of(Entity.TEMPLATE)) == 16


def test_a_paused_template_blocks_itself_alone(acme):
    Template.objects.filter(name="weekend_sale", waba__name="Acme").update(status="PAUSED")
    current = health(acme, None, NOW)
    assert current.of(Entity.TEMPLATE)[0].can_send == CanSend.BLOCKED
    assert current.overall == CanSend.AVAILABLE


def test_what_providers_announced(acme):
    details = {"restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}
    announce(acme, Subject.WABA, waba(acme).pk, account_account_restriction="ACCOUNT_RESTRICTION", details=details)
    announce(acme, Subject.WABA, waba(acme).pk, account_business_verification_status_update="FAILED")
    PhoneNumber.objects.filter(display_name="Acme Online").update(flag="FLAGGED")
    current = health(acme, None, NOW)
    assert current.overall == CanSend.BLOCKED
    assert states(current, Entity.WABA, Entity.BUSINESS) == {
        "Acme": ("BLOCKED", [368]),
        "Acme Care": ("AVAILABLE", []),
        "Acme Retail": ("LIMITED", [141010]),
    }
    assert states(current, Entity.PHONE_NUMBER)["Acme Online"] == ("LIMITED", [])


@pytest.mark.parametrize(
    ("failure", "entity", "name", "code"),
    [
        ({"error_source": "meta", "error_code": 131042}, Entity.WABA, "Acme", 141006),
        ({"error_source": "meta", "error_code": 190}, Entity.APP, "Webhooks and access token", 190),
        ({"error_source": "8x8", "error_code": 1006}, Entity.APP, "Webhooks and access token", 190),
        ({"error_source": "meta", "error_code": 133010}, Entity.PHONE_NUMBER, "Acme Online", 133010),
    ],
)
def test_codes_about_the_sender_block_it_until_a_delivery(acme, failure, entity, name, code):
    report(acme, "failed", provider_message_id="wamid.F", **failure)
    assert states(health(acme, None, NOW), entity)[name] == ("BLOCKED", [code])
    deliver(acme, at=AT + timedelta(minutes=5))
    assert states(health(acme, None, NOW), entity)[name] == ("AVAILABLE", [])


def test_what_fails_after_a_delivery_of_the_same_quarter_hour_blocks(acme, django_assert_num_queries):
    deliver(acme, at=AT)
    report(acme, "failed", provider_message_id="wamid.F", at=AT + timedelta(minutes=5), **NO_PAYMENT)
    traffic.fold()
    with django_assert_num_queries(7):  # and which of the two came last
        assert states(health(acme, None, NOW), Entity.WABA)["Acme"] == ("BLOCKED", [141006])
    deliver(acme, provider_message_id="wamid.B", at=AT + timedelta(minutes=30))
    with django_assert_num_queries(5):
        assert states(health(acme, None, NOW), Entity.WABA)["Acme"] == ("AVAILABLE", [])


def test_a_number_that_delivers_says_nothing_of_another(acme):
    report(acme, "failed", provider_message_id="wamid.F", **NO_PAYMENT)
    deliver(acme, channel=DIALOG, at=AT + timedelta(minutes=30))
    assert states(health(acme, None, NOW), Entity.WABA) == {
        "Acme": ("BLOCKED", [141006]), "Acme Care": ("AVAILABLE", []),
    }  # fmt: skip


def test_old_failures_and_those_of_single_messages_do_not_count(acme):
    for name, source, code, hours in (("1", "meta", 190, 25), ("2", "meta", 131026, 1), ("3", "8x8", 190, 1)):
        failure = {"error_source": source, "error_code": code, "at": NOW - timedelta(hours=hours)}
        report(acme, "failed", provider_message_id=f"wamid.{name}", **failure)
    assert health(acme, None, NOW).overall == CanSend.AVAILABLE


def test_limited_people_see_what_their_subaccounts_send_with(acme):
    care = Subaccount.objects.get(account=acme, code="acme_care")
    current = health(acme, [care.pk], NOW)
    assert [node.name for node in current.of(Entity.WABA, Entity.PHONE_NUMBER)] == ["Acme Care", "Acme Care"]
    assert len(current.of(Entity.TEMPLATE)) == 8


def test_history(acme):
    number = PhoneNumber.objects.get(display_name="Acme Online")
    template = Template.objects.filter(name="weekend_sale").first()
    announce(acme, Subject.PHONE_NUMBER, number.pk, flag="FLAGGED", at=AT - timedelta(days=3))
    announce(acme, Subject.PHONE_NUMBER, number.pk, flag="UNFLAGGED", at=AT - timedelta(days=1))
    announce(acme, Subject.TEMPLATE, template.pk, status="PAUSED", at=AT - timedelta(days=2), reason="FIRST_PAUSE")
    announce(acme, Subject.TEMPLATE, template.pk, status="DISABLED", at=AT - timedelta(days=100))
    current = health(acme, None, NOW)
    history = health_history(acme, current)
    assert [(event.node.pk, event.transition.before, event.transition.after.can_send) for event in history] == [
        (number.pk, "LIMITED", "AVAILABLE"),
        (number.pk, "AVAILABLE", "LIMITED"),
    ]
    with_time = with_times(current, history)
    numbers = with_time.of(Entity.PHONE_NUMBER)
    assert next(node.since for node in numbers if node.pk == number.pk) == AT - timedelta(days=1)


def test_that_a_new_template_is_approved_is_no_turn(acme):
    template = Template.objects.filter(name="weekend_sale").first()
    Change.objects.create(account=acme, subject=Subject.TEMPLATE, subject_id=template.pk, field="status", old="PENDING",
                          new="APPROVED", at=AT - timedelta(days=9))  # fmt: skip
    announce(acme, Subject.TEMPLATE, template.pk, status="PAUSED")
    assert [event.transition.after.can_send for event in health_history(acme, health(acme, None, NOW))] == ["BLOCKED"]
