"""The operations page and the dashboard's notice: access, content and levels."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Subaccount, User
from billing.models import Bucket, DirtyBucket
from billing.selectors import RatingLag
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.models import PhoneNumber, TrafficSlot
from messaging.log.selectors.gaps import QUIET_LEAST
from messaging.sending.models import Submission
from portal.operations import InstallationState, installation_state
from tests.people import browser_of, visitor
from tests.traffic import AT, deliver, report
from tests.visible import text

pytestmark = pytest.mark.django_db
NOW = AT.replace(hour=12)
CALM = RatingLag(dirty=0, failed=0, rated_at=None)


@pytest.fixture(autouse=True)
def _same_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def operator():
    return browser_of(User.objects.create_superuser("operator@people.example", is_demo=True))


def webhook(account, state, waits=timedelta(0)):
    endpoint = WebhookEndpoint.objects.filter(account=account).first()
    InboxItem.objects.create(
        account=account, endpoint=endpoint, provider="meta", body=b"", received_at=AT, state=state, due_at=NOW - waits
    )


def go_quiet(account, provider="meta"):
    number = PhoneNumber.objects.filter(account=account, provider=provider).first()
    for weeks in (1, 2):
        TrafficSlot.objects.create(
            account=account, slot=NOW - timedelta(hours=2, weeks=weeks), n=QUIET_LEAST, subaccount_id=0, free=False,
            phone_number_id=number.pk, direction="inbound", category="", status="received",
        )  # fmt: skip
    return number


def levels(state):
    return {figure.label: figure.level for figure in state.figures if figure.level != "good"}


def test_all_is_quiet(acme, operator):
    page = text(operator.get("/operations/"))
    assert "No problems: nothing is waiting or on hold" in page
    assert "<h2>No problems</h2>" in page
    assert 'hx-get="/operations/" hx-trigger="every 15s"' in page
    assert 'href="/operations/" aria-current="page"' in page


def test_everything_that_can_be_wrong(acme, other, operator):
    webhook(acme, "pending", timedelta(minutes=6))
    webhook(other, "quarantined")
    webhook(other, "parked")
    number = go_quiet(acme)
    page = text(operator.get("/operations/"))
    assert "1 webhook waiting, the oldest for 6 min, 2 webhooks on hold, 1 quiet number" in page
    assert f"/admin/inbound/inboxitem/?state__exact=quarantined&amp;account__id__exact={other.pk}" in page
    assert f"/admin/log/phonenumber/{number.pk}/change/" in page
    assert "No problems" not in page
    assert levels(installation_state(NOW)) == {
        "Oldest waiting webhook": "bad",
        "Webhooks on hold": "warn",
        "Quiet numbers": "warn",
    }


@pytest.mark.parametrize(("seconds", "level"), [(59, "good"), (60, "warn"), (299, "warn"), (300, "bad")])
def test_thresholds_of_waiting(acme, seconds, level):
    webhook(acme, "pending", timedelta(seconds=seconds))
    assert installation_state(NOW).figures[0].level == level


@pytest.mark.parametrize(
    ("lag", "value", "level"),
    [
        (CALM, "Up to date", "good"),
        (RatingLag(3, 0, NOW - timedelta(seconds=59)), "3 remaining", "good"),
        (RatingLag(3, 0, NOW - timedelta(seconds=60)), "3 remaining", "warn"),
        (RatingLag(3, 0, None), "3 remaining", "warn"),
        (RatingLag(1001, 0, NOW), "1,000+ remaining", "good"),
        (RatingLag(3, 1, NOW), "1 failed", "bad"),
    ],
)
def test_rating(lag, value, level):
    figure = InstallationState(NOW, [], [], [], 0, lag, 0).figures[4]
    assert (figure.value, figure.level) == (value, level)


@pytest.mark.parametrize(
    ("n", "value", "level"), [(0, "0", "good"), (100_000, "100,000", "good"), (100_001, "100,000+", "warn")]
)
def test_counts_to_add_up(n, value, level):
    figure = InstallationState(NOW, [], [], [], 0, CALM, n).figures[5]
    assert (figure.value, figure.level) == (value, level)


def test_lag_is_read_from_the_buckets(acme, other):
    about = {"scope": "waba", "scope_id": 1, "month": AT.date().replace(day=1)}
    first = Bucket.objects.create(account=acme, accrual_group="a", rated_at=NOW, **about)
    Bucket.objects.create(account=acme, accrual_group="b", problem="odd", **about)
    DirtyBucket.objects.bulk_create(DirtyBucket(bucket=first) for _ in range(3))
    assert installation_state(NOW).rating == RatingLag(dirty=1, failed=1, rated_at=NOW)


def test_messages_without_an_outcome_are_listed_and_normal(acme, operator):
    report(acme, "sent", at=NOW - timedelta(hours=30))
    page = text(operator.get("/operations/"))
    assert "Sent, no outcome yet" in page
    assert '<td class="number">1</td><td class="number">1</td>' in page
    assert "<h2>No problems</h2>" in page


def test_the_page_refreshes_itself_in_part(acme, operator):
    part = text(operator.get("/operations/", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert '<p id="sentence" class="sentence" hx-swap-oob="true">No problems' in part


def test_queries_do_not_grow_with_accounts(acme, other, operator, django_assert_num_queries):
    webhook(acme, "quarantined")
    webhook(other, "quarantined")
    # session, user; memberships, accounts, held, quiet, in sent, uncertain, dirty, failed, last rated, not folded
    with django_assert_num_queries(13):
        operator.get("/operations/")


def test_only_operators_get_in(acme, client):
    assert visitor(acme, "owner").get("/operations/").status_code == 403
    assert client.get("/operations/").url == "/accounts/login/?next=/operations/"
    answer = client.get("/operations/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/accounts/login/?next=/operations/")
    assert "/operations/" not in text(visitor(acme, "owner").get("/"))


def test_an_operator_who_is_a_member_sees_every_account(acme, other):
    webhook(other, "parked")
    assert other.name in text(visitor(acme, "owner", is_staff=True).get("/operations/"))


def notice(client: Client):
    return [gap.text for gap in client.get("/").context["gaps"]]


def test_the_dashboard_names_its_own_gaps(acme, other):
    deliver(acme, at=NOW - timedelta(hours=7))
    go_quiet(acme)
    go_quiet(other)
    webhook(acme, "quarantined")
    webhook(other, "quarantined")
    page = text(visitor(acme, "developer").get("/"))
    assert "Acme Online is quiet: no messages for 6 hours, compared with the usual 20 or more." in page
    assert 'href="/logs/?channel=106540352242922"' in page
    assert "1 webhook has a part that is not applied, and is quarantined." in page
    assert 'href="/settings/held-webhooks/?state=quarantined"' in page
    assert "/admin/" not in page


@pytest.mark.parametrize(
    ("role", "subaccounts", "n"),
    [
        ("owner", (), 3), ("viewer", (), 1), ("viewer", ("acme_wa",), 0), ("viewer", ("acme_shop",), 1),
        ("developer", ("acme_wa",), 0),
    ],
)  # fmt: skip
def test_the_notice_keeps_to_what_a_person_may_see(acme, role, subaccounts, n):
    go_quiet(acme)
    webhook(acme, "quarantined")
    webhook(acme, "parked")
    assert len(notice(visitor(acme, role, *subaccounts))) == n


def test_the_dashboard_of_an_account_without_messages_names_what_is_parked(acme, other):
    webhook(acme, "parked")
    page = text(visitor(acme).get("/"))
    assert "No messages yet" in page
    assert "1 webhook is parked: its number, WABA or subaccount is not registered." in page
    assert 'href="/settings/held-webhooks/?state=parked"' in page
    assert "is parked" not in text(visitor(other).get("/"))


def uncertain(account, code="acme_shop"):
    """A message whose sender died, in the log."""
    message = deliver(account, provider_message_id=f"wamid.{code}", at=NOW - timedelta(days=40))
    Submission.objects.create(
        account=account, umid=message.umid, shape="8x8", provider="meta", state="uncertain", is_logged=True, request={},
        subaccount=Subaccount.objects.get(account=account, code=code),
    )  # fmt: skip
    return message


def test_uncertain_messages_are_counted_and_lead_to_where_they_are_settled(acme, other, operator):
    message = uncertain(acme)
    sent = deliver(acme, provider_message_id="wamid.B")
    Submission.objects.create(account=acme, shape="8x8", provider="meta", state="queued", request={})
    assert levels(installation_state(NOW))["Uncertain messages"] == "warn"
    page = text(operator.get("/operations/"))
    assert "1 uncertain message" in page
    listed = text(operator.get(re.search(r'"(/admin/sending/submission/\?[^"]*)"', page)[1]))
    assert str(message.umid) in listed
    assert "1 submission" not in listed  # the table is never counted
    own = visitor(acme, "support")
    link = re.search(r'href="(/logs/\?sending=uncertain)"', text(own.get("/")))[1]
    page = text(own.get(link))
    assert [str(each.umid) in page for each in (message, sent)] == [True, False]
    assert notice(visitor(acme, "viewer", "acme_wa")) == notice(visitor(other, "owner")) == []
