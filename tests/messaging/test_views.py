"""Pages of the log and of one message: who sees what, what the URL says, how many queries they cost."""

import re
from uuid import UUID

import pytest
import time_machine

from messaging.models import Message, StatusEvent
from tests.people import ROLES, visitor
from tests.traffic import AT, INDIA, deliver, report

pytestmark = pytest.mark.django_db
LOG = "/logs/?range=30d"
WHOLE, MASKED = "+91 98765 43210", "+91 98•••••210"
SEES_NUMBERS = {"owner", "admin", "support", "developer"}
SEES_CONTENT = {"owner", "admin", "support"}
SEES_COSTS = {"owner", "admin", "finance"}


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(AT.replace(day=20), tick=True):
        yield


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_sees_in_the_log(acme, role):
    deliver(acme)
    page = text(visitor(acme, role).get(LOG))
    assert (WHOLE in page, MASKED in page) == (role in SEES_NUMBERS, role not in SEES_NUMBERS)
    assert ('class="number cost"' in page) == (role in SEES_COSTS)


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_sees_of_a_message(acme, role):
    message = report(acme, "received", direction="inbound", content={"text": {"body": "Where is my parcel?"}})
    page = text(visitor(acme, role).get(f"/logs/{message.umid}/"))
    assert (WHOLE in page, MASKED in page) == (role in SEES_NUMBERS, role not in SEES_NUMBERS)
    assert ("Where is my parcel?" in page) == (role in SEES_CONTENT)
    assert ("Message texts are for owner or admin or support." in page) == (role not in SEES_CONTENT)
    assert ("<h2>Cost</h2>" in page) == (role in SEES_COSTS)


def test_another_tenants_message_is_404(acme, other):
    message = deliver(other)
    client = visitor(acme)
    assert client.get(f"/logs/{message.umid}/").status_code == 404
    assert WHOLE not in text(client.get(f"{LOG}&q={message.umid}"))
    assert visitor(other).get(f"/logs/{message.umid}/").status_code == 200


def test_another_tenants_channel_is_404(acme, other):
    assert visitor(acme).get(f"{LOG}&channel=106540352249999").status_code == 404


def test_limited_member_sees_only_their_subaccounts(acme):
    message = deliver(acme)
    limited = visitor(acme, "viewer", "acme_care")
    assert limited.get(f"/logs/{message.umid}/").status_code == 404
    assert "No messages match" in text(limited.get(LOG))
    assert MASKED in text(visitor(acme, "viewer", "acme_shop").get(LOG))


@pytest.mark.parametrize("n", [1, 3])
def test_queries_of_the_log(acme, n, django_assert_num_queries):
    for number in range(n):
        deliver(acme, provider_message_id=f"wamid.{number}", template_name="weekend_sale", template_language="en")
    client = visitor(acme)
    # session, user, memberships, limits, subaccounts; channels, templates, counts;
    # messages, their numbers, their templates, their charges
    with django_assert_num_queries(12):
        assert text(client.get(LOG)).count("row-link") == n


def test_queries_of_a_message(acme, django_assert_num_queries):
    message = deliver(acme)
    client = visitor(acme)
    # session, user, memberships, limits, subaccounts; message, number, events, payloads; charge
    with django_assert_num_queries(10):
        client.get(f"/logs/{message.umid}/")


def test_log_is_never_counted(acme, django_assert_num_queries):
    deliver(acme)
    client = visitor(acme)
    with django_assert_num_queries(11) as queries:  # as above, without a template
        client.get(LOG)
    log = [query["sql"] for query in queries if '"messaging_message"' in query["sql"]]
    assert len(log) == 1
    assert not re.search(r"COUNT\(|OFFSET", log[0])


def test_row(acme):
    message = deliver(acme, template_name="weekend_sale", template_language="en")
    page = text(visitor(acme).get(LOG))
    assert f'href="/logs/{message.umid}/"' in page
    assert '<i class="dot dot-delivered"></i>Delivered' in page
    assert '<abbr title="India">IN</abbr>' in page
    assert "weekend_sale" in page
    assert '<i class="square hue-marketing"></i>Marketing' in page


def test_head_counts_what_can_be_counted(acme):
    deliver(acme)
    client = visitor(acme)
    assert "1 message sent, 100.0\u00a0% delivered, last 30 days" in text(client.get(LOG))
    assert "1 message, last 30 days" in text(client.get(f"{LOG}&status=delivered"))
    assert "Newest first, last 30 days" in text(client.get(f"{LOG}&country=IN"))
    assert "Newest first, any time" in text(client.get(f"/logs/?q={INDIA}"))


def test_search_without_a_period_looks_through_all_time(acme):
    deliver(acme, at=AT.replace(month=1))
    client = visitor(acme)
    assert WHOLE in text(client.get(f"/logs/?q={INDIA}"))
    assert WHOLE not in text(client.get(f"/logs/?q={INDIA}&range=7d"))
    assert WHOLE in text(client.get("/logs/?range=any"))


def test_pills_take_filters_away(acme):
    page = text(visitor(acme).get(f"{LOG}&status=sent&status=read&direction=outbound&subaccount="))
    hrefs = dict(re.findall(r'href="([^"]+)" aria-label="Remove ([^"]+)"', page.replace("&amp;", "&")))
    assert {label: url for url, label in hrefs.items()} == {
        "Period: Last 30 days": "?status=sent&status=read&direction=outbound&subaccount=",
        "Status: Sent": "?range=30d&status=read&direction=outbound&subaccount=",
        "Status: Read": "?range=30d&status=sent&direction=outbound&subaccount=",
        "Direction: Outbound": "?range=30d&status=sent&status=read&subaccount=",
    }


def test_htmx_gets_the_results_of_the_same_url_and_pushes_it_clean(acme):
    deliver(acme)
    response = visitor(acme).get(f"{LOG}&q=&country=&subaccount=", headers={"HX-Request": "true"})
    page = text(response)
    assert "<html" not in page
    assert page.strip().startswith('<div id="results">')
    assert 'id="sentence" class="sentence" hx-swap-oob="true"' in page
    assert response["HX-Push-Url"] == "/logs/?range=30d&subaccount="


def test_history_gets_the_whole_page(acme):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in text(visitor(acme).get(LOG, headers=headers))


def test_nothing_yet_says_what_to_do(acme):
    page = text(visitor(acme, "developer").get("/logs/"))
    assert "No messages yet" in page
    assert "http://127.0.0.1:8000/webhooks/8x8/" in page
    page = text(visitor(acme, "viewer").get("/logs/"))
    assert "/webhooks/" not in page
    assert "An owner, admin or developer of this account connects" in page


def test_nothing_matches_offers_to_clear(acme):
    deliver(acme)
    page = text(visitor(acme).get("/logs/?country=AQ"))
    assert "No messages match" in page
    assert 'href="?subaccount="' in page


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("from=yesterday", "Write dates as 2026-11-30."),
        ("q=12345", "Write at least the first 6 digits of the number."),
        ("error_code=abc", "Enter a whole number."),
        ("status=lost", "Select a valid choice. lost is not one of the available choices."),
        ("range=ever", "Select a valid choice. ever is not one of the available choices."),
    ],
)
def test_bad_filters_say_what_is_wrong(acme, query, problem):
    response = visitor(acme).get(f"/logs/?{query}")
    assert response.status_code == 200
    assert problem in text(response)
    assert "row-link" not in text(response)


def test_failure_is_explained(acme):
    failure = {"error_source": "meta", "error_code": 131049, "error_title": "Kept back <b>for now</b>"}
    message = report(acme, "failed", **failure)
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert "<h2>Not delivered</h2>" in page
    assert 'Kept back &lt;b&gt;for now&lt;/b&gt; <span class="code">meta 131049</span>' in page
    assert "Meta chose not to deliver it: this person got many marketing messages lately" in page
    assert "Wait 24 hours, then try again." in page
    report(acme, "delivered")
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert "<h2>Delivered, although a failure was reported too</h2>" in page


def test_only_delivered_messages_have_a_cost(acme):
    message = report(acme, "sent")
    assert "Only delivered messages are charged." in text(visitor(acme).get(f"/logs/{message.umid}/"))


def test_cost_is_explained(acme):
    message = deliver(acme)
    page = text(visitor(acme, "finance").get(f"/logs/{message.umid}/"))
    assert '<span class="currency">USD</span> 0.0118' in page
    assert "Meta USD 2026-10-01" in page


def test_unknown_umid_is_404(acme):
    assert visitor(acme).get(f"/logs/{UUID(int=7)}/").status_code == 404
    assert Message.objects.count() == 0


def test_operators_who_are_members_reach_the_webhook(acme):
    message = deliver(acme)
    StatusEvent.objects.filter(state="delivered").update(webhook_id=7, webhook_received_at=AT)
    link = 'href="/admin/messaging/inboxitem/1792051200000000-7/change/">Webhook 7</a>'
    assert link in text(visitor(acme, is_staff=True).get(f"/logs/{message.umid}/"))
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert "Webhook 7" in page
    assert "/admin/" not in page
