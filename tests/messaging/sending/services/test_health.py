"""Health reported by the provider: requested over HTTP, stored in the history, merged with our own state."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from local.demo.world import sandbox_token
from messaging.log.models import Change, PhoneNumber
from messaging.log.selectors.health import health
from messaging.log.selectors.health_history import health_history
from messaging.log.services.health import request_health_check
from messaging.sending.services.health import check_due_numbers
from providers.vocabulary import Entity, Subject
from tests.people import principal, visitor
from tests.provider_servers import recorder, sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def url():
    with recorder() as callback, sandbox(callback.url, token=sandbox_token()) as url:
        yield url


@pytest.fixture
def number(acme, settings, url):
    """The only number with a health check, at Meta."""
    settings.SANDBOX_URL = url
    Change.objects.all().delete()
    PhoneNumber.objects.exclude(display_name="Acme Online").update(credential_sealed="")
    return PhoneNumber.objects.get(display_name="Acme Online")


def ask(number, ending=""):
    """Run a health check with a token that sets the sandbox's answer; return the number's node."""
    number.set_credential(sandbox_token() + ending)
    number.save(update_fields=["credential_sealed", "health_due_at"])
    assert check_due_numbers() == 1
    return nodes(number)[Entity.PHONE_NUMBER, number.pk]


def nodes(number):
    return {(node.entity, node.pk): node for node in health(number.account, None, timezone.now()).nodes}


def test_available_is_worth_no_history(number):
    node = ask(number)
    assert (node.can_send, node.no_answer_reason, node.answered_at) == ("AVAILABLE", "", node.checked_at)
    assert not Change.objects.exists()
    assert check_due_numbers() == 0  # not due again yet


def test_the_worse_state_counts_and_names_its_source(number):
    node = ask(number, ".limited")
    change = Change.objects.get()
    assert (change.subject, change.subject_id, change.field, change.old, change.new) == (
        Subject.PHONE_NUMBER, number.pk, "health.PHONE_NUMBER", "AVAILABLE", "LIMITED",
    )  # fmt: skip
    assert node.can_send == "LIMITED"
    answer = (
        f"Reported by the provider since {change.at:%Y-%m-%d %H:%M} UTC: Your display name has not been approved yet."
    )
    assert [line.startswith(answer) for line in node.state.info] == [True]
    assert ask(number, ".limited").can_send == "LIMITED"
    assert Change.objects.count() == 1  # the same again
    assert ask(number, ".blocked").can_send == "AVAILABLE"
    waba = nodes(number)[Entity.WABA, number.waba_id]
    assert (waba.can_send, [problem.code for problem in waba.state.errors]) == ("BLOCKED", [141006])
    ask(number)
    current = health(number.account, None, timezone.now())
    assert current.overall == "AVAILABLE"
    assert [
        (event.node.entity, event.transition.before, event.transition.after.can_send)
        for event in health_history(number.account, current)
    ] == [
        ("WABA", "BLOCKED", "AVAILABLE"),
        ("WABA", "AVAILABLE", "BLOCKED"),
        ("PHONE_NUMBER", "LIMITED", "AVAILABLE"),
        ("PHONE_NUMBER", "AVAILABLE", "LIMITED"),
    ]


def test_no_answer_changes_nothing_and_is_shown(number, settings):
    assert ask(number, ".limited").can_send == "LIMITED"
    node = ask(number, "-expired")
    assert (node.can_send, node.no_answer_reason) == ("LIMITED", "HTTP 401: (#190) Invalid OAuth access token")
    assert node.checked_at > node.answered_at
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    assert ask(number).no_answer_reason == "ConnectError"
    page = visitor(number.account).get("/health/").content.decode()
    assert re.search(r"The provider gave no health status when checked at <time .+</time>: ConnectError\.", page)


def test_a_provider_that_cannot_be_reached_is_never_green(number, settings):
    assert ask(number).can_send == "AVAILABLE"
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    assert (ask(number).can_send, ask(number).no_answer_reason) == ("UNKNOWN", "ConnectError")
    found = nodes(number)
    silent = (Entity.APP, 0), (Entity.WABA, number.waba_id), (Entity.BUSINESS, number.waba.portfolio_id)
    assert {found[key].can_send for key in silent} == {"UNKNOWN"}
    assert "The provider gave no health status: ConnectError." in found[Entity.APP, 0].state.info
    page = visitor(number.account).get("/health/").content.decode()
    assert "Unknown whether everything can send: a provider gives no answer" in page
    assert 'class="can can-unknown"' in visitor(number.account).get("/health/").content.decode()


def test_an_old_answer_is_unknown(number):
    assert ask(number).can_send == "AVAILABLE"
    PhoneNumber.objects.update(health_answered_at=timezone.now() - timedelta(minutes=61))
    node = nodes(number)[Entity.PHONE_NUMBER, number.pk]
    assert (node.can_send, node.no_answer_reason) == ("UNKNOWN", "the last answer is over an hour old")


def test_refresh_now_at_most_once_a_minute(number):
    client = visitor(number.account, "viewer")
    number.set_credential(sandbox_token())
    number.save(update_fields=["credential_sealed", "health_due_at"])
    PhoneNumber.objects.update(health_due_at=timezone.now() + timedelta(minutes=9))
    assert check_due_numbers() == 0
    assert "Checking with the provider of 1 number" in client.post("/health/refresh/", follow=True).content.decode()
    assert check_due_numbers() == 1
    assert "less than a minute ago" in client.post("/health/refresh/", follow=True).content.decode()
    assert check_due_numbers() == 0
    PhoneNumber.objects.update(health_asked_at=timezone.now() - timedelta(minutes=2))
    assert request_health_check(principal(number.account).only("nothing")) == 0  # nothing within reach
    assert request_health_check(principal(number.account)) == 1
