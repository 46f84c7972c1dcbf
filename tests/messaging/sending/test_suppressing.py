"""No marketing to whom the suppression list stops, on every path; everything else is sent."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import UserError
from messaging.log.models import Message, Template
from messaging.persons.selectors.identities import identity_of
from messaging.sending import senders
from messaging.sending.models import Submission
from messaging.sending.resolution import send_again
from messaging.suppression.enums import Action, Source
from messaging.suppression.models import SuppressionEvent
from messaging.suppression.recording import Fact, record
from tests.messaging.sending import bodies
from tests.messaging.sending.conftest import only_message, send_due
from tests.messaging.sending.test_cloud import GRAPH, SALE, ask, d360  # noqa: F401 - fixtures
from tests.people import principal

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 15, 12, tzinfo=UTC)
WHY = (
    "the person stopped marketing messages on 2026-10-15 12:00 UTC, so this marketing template is not sent: leave this "
    "person out, or lift the stop in Settings › Suppression."
)
SEND, BATCH = "/api/v1/subaccounts/acme_wa/messages", "/api/v1/subaccounts/acme_wa/messages/batch"


def template(name, to="+6591990000", **more):
    texts = [bodies.JANE, {"type": "text", "text": "5 %"}]
    content = {"name": name, "language": "en", "components": [{"type": "body", "parameters": texts}]}
    return {"user": {"msisdn": to}, "type": "template", "content": {"template": content}, **more}


def stop(account, to="6591990000", at=AT, source=Source.WORD):
    record([Fact(account.pk, identity_of(to), at, Action.STOP, source)])


def test_one_in_the_form_of_8x8(acme, post):
    stop(acme)
    answer = post(SEND, template("weekend_sale"))
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (400, 1051, f"'user': {WHY}")
    assert post(SEND, template("order_update")).status_code == 200
    refused = Submission.objects.get(state="answered").outcome
    assert (refused["source"], refused["code"], refused["by"]) == ("8x8", 1051, "tollgate")


def test_in_a_batch_only_that_row_is_refused(acme, post, django_assert_num_queries):
    stop(acme)
    messages = [template("weekend_sale", to) for to in ("+6591990000", "+6591990001")] + [template("order_update")]
    answer = post(BATCH, {"messages": messages, "includeMessagesInResponse": True}).json()
    assert (answer["acceptedCount"], answer["rejectedCount"]) == (2, 1)
    assert [row["status"].get("errorCode") for row in answer["messages"]] == [1051, None, None]
    assert answer["messages"][0]["status"]["errorMessage"] == f"'user': {WHY}"


@pytest.mark.parametrize("shape", ["graph", "360dialog"])
def test_in_the_form_of_the_cloud_api(acme, ask, provider, shape):  # noqa: F811
    stop(acme)
    answer = ask[shape](SALE)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_data"]["details"]) == (400, 131050, WHY)
    assert Submission.objects.get().outcome["code"] == 131050
    assert ask[shape]({**bodies.CLOUD_TO, "type": "text", "text": {"body": "Hello"}}).status_code == 200


@pytest.mark.parametrize("to", ["96420230", "9642-0230", "6596420230"])
def test_a_number_without_its_country_code_is_one_of_the_business_s_country(acme, ask, provider, to):  # noqa: F811
    stop(acme, "6596420230")
    answer = ask["360dialog"]({**SALE, "to": to})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131050)
    assert Submission.objects.get().about["msisdn"] == "6596420230"


@pytest.mark.parametrize("shape", ["graph", "360dialog", "8x8"])
def test_the_row_keeps_a_person_without_a_number(acme, ask, post, shape):  # noqa: F811
    user_id = "SG.13491208655302741918"
    stop(acme, user_id)
    if shape == "8x8":
        answer = post(SEND, template("weekend_sale") | {"user": {"channelUserId": user_id}})
    else:
        answer = ask[shape]({**SALE, "to": "", "recipient": user_id})
    assert answer.status_code == 400
    send_due()
    message = Message.objects.get()
    assert (message.status, message.msisdn, message.user_id, message.country) == ("rejected", "", user_id, "SG")
    assert message.template.name == "weekend_sale"


def test_our_own_refusal_is_no_stop_of_the_person(acme, post):
    stop(acme, source=Source.API)
    post(SEND, template("weekend_sale"))
    send_due()
    assert (only_message().status, only_message().error_code) == ("rejected", 1051)
    assert list(SuppressionEvent.objects.values_list("source", flat=True)) == ["api"]


def test_a_template_of_unknown_category_is_sent(acme, ask, provider):  # noqa: F811
    stop(acme)
    Template.objects.filter(account=acme).delete()
    senders.clear_cache()
    assert ask["graph"](SALE).status_code == 200


def test_a_message_that_waited_is_checked_again(acme, post, provider):
    due = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    for name in ("weekend_sale", "order_update"):
        assert post(SEND, template(name, scheduled=due)).status_code == 200
    stop(acme)
    old = datetime.now(UTC) - timedelta(hours=2)
    Submission.objects.update(due_at=old, created_at=old)
    assert send_due() == 1
    found = dict(Message.objects.values_list("template__name", "error_code"))
    assert found == {"weekend_sale": 1051, "order_update": None}


def test_sending_again_is_refused(acme, post, provider):
    post("/api/v1/subaccounts/acme_shop/messages", template("weekend_sale"))
    send_due()
    stop(acme)
    with pytest.raises(UserError, match="the person stopped marketing messages"):
        send_again(by=principal(acme), message=only_message())


@pytest.mark.parametrize(
    ("category", "refused"),
    [("MARKETING", True), ("marketing_lite", True), ("UTILITY", False), ("AUTHENTICATION", False), ("", False)],
)
def test_categories(acme, category, refused):
    Template.objects.filter(account=acme, name="weekend_sale").update(category=category)
    sender = next(iter(senders.sender_directory(acme.pk).by_number_id.values()))
    definition = senders.template(acme.pk, sender.waba_id, "weekend_sale", "en")
    assert definition.is_marketing == refused


def test_other_messages_cost_no_query(acme, django_assert_num_queries):
    from messaging.sending.requests import SendRequest, SendSummary
    from messaging.sending.suppressing import find_stops
    from providers.vocabulary import Shape

    def request(**about):
        return SendRequest(shape=Shape.GRAPH, request={}, sender=None, about=SendSummary(msisdn="6591990000", **about))

    with django_assert_num_queries(0):
        assert find_stops(acme.pk, [request()]) == {}
    with django_assert_num_queries(1):
        assert find_stops(acme.pk, [request(is_marketing=True)] * 3) == {}
