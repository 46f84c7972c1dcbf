"""One message's page: access to its parts, and its explanations."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from accounts.models import Waba
from billing.enums import ESTIMATES
from billing.models import Exemption, Rate
from messaging.inbound.models import InboxItem
from messaging.log.models import Message, MessagePayload, StatusEvent
from tests.people import ROLES, visitor
from tests.traffic import AT, INDIA, deliver, rate, report, send_to_group
from tests.visible import text

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


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_sees_of_a_message(acme, role):
    message = report(acme, "received", direction="inbound", content={"text": {"body": "Where is my parcel?"}})
    page = text(visitor(acme, role).get(f"/logs/{message.umid}/"))
    assert (WHOLE in page, MASKED in page) == (role in SEES_NUMBERS, role not in SEES_NUMBERS)
    assert ("Where is my parcel?" in page) == (role in SEES_CONTENT)
    assert ("Only these roles can see message texts: owner, admin or support." in page) == (role not in SEES_CONTENT)
    assert ("<h2>Cost</h2>" in page) == (role in SEES_COSTS)


def test_an_edited_message_shows_its_last_text_and_its_earlier_ones(acme):
    for index, (state, body) in enumerate([("received", "Teh parcel"), ("edited", "The parcel"), ("revoked", "")]):
        words = {"type": "text", "text": {"body": body}} if body else None
        message = report(acme, state, at=AT + timedelta(minutes=index), direction="inbound", content=words)
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert page.index("The parcel") < page.index("Earlier version, until") < page.index("Teh parcel")
    assert "Its sender edited it on" in page
    assert "Its sender deleted it on" in page
    hidden = text(visitor(acme, "developer").get(f"/logs/{message.umid}/"))
    assert ("parcel" in hidden, "Its sender deleted it on" in hidden) == (False, True)


@pytest.mark.parametrize("role", ["owner", "finance"])
def test_a_message_to_a_group_shows_each_participant(acme, role):
    message = send_to_group(acme)
    rate()
    page = text(visitor(acme, role).get(f"/logs/{message.umid}/"))
    assert "To a group" in page
    assert "WhatsApp could not deliver it to a participant." in page
    assert "Delivered, although a failure was also reported" not in page
    assert "2 of 3 delivered" in page
    assert ("+91 98123 40381" in page) == (role == "owner")
    assert "2 participants received it, each with a charge at the rate of their own country." in page
    assert "Cost reports count 2, the log and the dashboard one message." in page
    assert "Group, 2 of 3 delivered" in text(visitor(acme, role).get(LOG))


def test_another_tenants_message_is_404(acme, other):
    message = deliver(other)
    client = visitor(acme)
    assert client.get(f"/logs/{message.umid}/").status_code == 404
    assert WHOLE not in text(client.get(f"{LOG}&q={message.umid}"))
    assert visitor(other).get(f"/logs/{message.umid}/").status_code == 200


def test_queries_of_a_message(acme, django_assert_num_queries):
    message = deliver(acme)
    client = visitor(acme)
    # session, user, memberships, limits, subaccounts; message, number, events, payloads; charge, place, price, rules
    with django_assert_num_queries(15):
        client.get(f"/logs/{message.umid}/")
    failed = report(acme, "failed", provider_message_id="wamid.F", error_source="meta", error_code=131049)
    # as above without a charge; changes, the person twice, last inbound, calls, stops, the minute and the
    # week before, others alike
    with django_assert_num_queries(22):
        client.get(f"/logs/{failed.umid}/")


def test_the_causes_of_a_failure_and_the_questions(acme):
    message = report(acme, "failed", error_source="meta", error_code=131026, msisdn="5351234567")
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert "<li>WhatsApp delivers no business messages to people in Cuba.</li>" in page
    assert "<li>Can they send a WhatsApp message to your business number?</li>" in page
    assert "No other message failed the same way in the 24 hours before." in page
    report(acme, "failed", provider_message_id="wamid.B", error_source="meta", error_code=131026)
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert "<b>1</b> other message failed the same way in the 24 hours before." in page
    assert 'href="/logs/?error_code=131026&amp;from=2026-10-14&amp;to=2026-10-15">Show it</a>' in page


def test_an_expired_message_says_who_noted_it(acme):
    report(acme, "sent")
    message = report(acme, "expired", at=AT + timedelta(days=4))
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert "<h2>Expired</h2>" in page
    assert "Recorded by Tollgate; not reported by the provider" in page
    assert "failed the same way" not in page


def test_a_message_long_in_sent_is_no_failure(acme):
    message = report(acme, "sent")
    assert "<h2>Not delivered yet</h2>" in text(visitor(acme).get(f"/logs/{message.umid}/"))


@pytest.mark.parametrize("role", ROLES)
def test_webhooks_are_for_those_who_see_texts_and_numbers(acme, role):
    message = deliver(acme)
    body = json.dumps({"statuses": [{"id": "wamid.A", "n": "mine"}, {"id": "wamid.B", "n": "theirs"}]}).encode()
    webhook = InboxItem.objects.create(account=acme, endpoint_id=1, provider="meta", body=body, received_at=AT)
    StatusEvent.objects.filter(state="sent").update(webhook_id=webhook.pk, webhook_received_at=AT)
    page = text(visitor(acme, role).get(f"/logs/{message.umid}/"))
    assert ("&quot;n&quot;: &quot;mine&quot;" in page) == (role in SEES_CONTENT)
    assert "theirs" not in page


def test_template_with_what_was_filled_in(acme):
    message = deliver(acme, template_name="order_update", template_language="en")
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert 'Hello <mark class="unknown">{{1}}</mark>, order <mark class="unknown">{{2}}</mark> has shipped.' in page
    assert "The values of the marked parameters are unknown" in page
    parameters = [{"type": "text", "text": "Jane"}, {"type": "text", "text": "77"}]
    request = {"template": {"components": [{"type": "body", "parameters": parameters}]}}
    MessagePayload.objects.create(account=acme, message_id=message.pk, created_at=AT, kind="request", body=request)
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert "Hello <mark>Jane</mark>, order <mark>77</mark> has shipped." in page
    assert "Request as JSON" in page


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_all_with_this_person_tells_nobody_the_number(acme, role):
    message = deliver(acme)
    page = text(visitor(acme, role).get(f"/logs/{message.umid}/"))
    assert f'href="/logs/?person={message.umid}&amp;range=any"' in page
    assert INDIA not in page


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
    assert "<h2>Delivered, although a failure was also reported</h2>" in page


def test_only_delivered_messages_have_a_cost(acme):
    message = report(acme, "sent")
    assert "Only delivered messages are charged." in text(visitor(acme).get(f"/logs/{message.umid}/"))


def test_cost_is_explained(acme):
    message = deliver(acme)
    page = text(visitor(acme, "finance").get(f"/logs/{message.umid}/"))
    assert '<span class="currency">USD</span> 0.0118' in page
    assert "Meta USD 2026-10-01" in page
    assert "Meta PMP rules from 2026-10-01, revision 1" in page
    assert "of those counted as India/marketing, by business portfolio" in page
    assert "Markets, revision 1" in page


@pytest.mark.parametrize(
    ("about", "tier", "named"),
    [
        ({}, "FOUND: Meta", ""),
        ({"category": "marketing_lite"}, "DERIVED: a copy", "provider"),
        ({"pricing_type": ""}, "DERIVED: a copy", "inferred"),
        ({}, "DERIVED: a copy", "derived"),
    ],
)
def test_what_a_charge_rests_on_is_named_unless_all_was_reported(acme, about, tier, named):
    Rate.objects.filter(market="India", category="marketing").update(source=tier)
    message = deliver(acme, **about)
    page = text(visitor(acme, "finance").get(f"/logs/{message.umid}/"))
    assert '<span class="currency">USD</span> 0.0118' in page
    shown = {source for source in ESTIMATES if f'<span class="chip">{source.label}</span> {source.meaning}' in page}
    assert shown == ({named} if named else set())


def test_an_exemption_that_decided_a_charge_is_named(acme):
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    days = {"first_day": AT.date(), "last_day": AT.date()}
    Exemption.objects.create(account=acme, waba=waba, kind="government", source="Ticket <4711>", **days)
    message = deliver(acme, category="service")
    page = text(visitor(acme, "finance").get(f"/logs/{message.umid}/"))
    assert "<dt>Exemption</dt><dd>Government body, from 15 Oct 2026 to 15 Oct 2026 <br>" in page
    assert "Ticket &lt;4711&gt;" in page
    assert "<dt>Rule</dt>" not in page


def test_unknown_umid_is_404(acme):
    assert visitor(acme).get(f"/logs/{UUID(int=7)}/").status_code == 404
    assert Message.objects.count() == 0


def test_operators_who_are_members_reach_the_webhook(acme):
    message = deliver(acme)
    StatusEvent.objects.filter(state="delivered").update(webhook_id=7, webhook_received_at=AT)
    link = 'href="/admin/inbound/inboxitem/1792051200000000-7/change/">webhook 7</a>'
    assert link in text(visitor(acme, is_staff=True).get(f"/logs/{message.umid}/"))
    page = text(visitor(acme).get(f"/logs/{message.umid}/"))
    assert "webhook 7" in page
    assert "/admin/" not in page
