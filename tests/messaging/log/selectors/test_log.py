"""The log: every filter, pages, search, and one message's story."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import Subaccount
from local.demo.world import ACME
from messaging.log.lifecycle import traffic
from messaging.log.models import Message, PhoneNumber, Source
from messaging.log.query import MessageQuery
from messaging.log.selectors import log
from messaging.log.selectors.log import log_page
from messaging.log.selectors.story import story
from tests.traffic import AT, INDIA, deliver, report

pytestmark = pytest.mark.django_db
CARE = ACME.channels[2]


@pytest.fixture
def messages(acme):
    """One of each kind, by the last letter of the provider's id."""
    deliver(acme, provider_message_id="wamid.A", template_name="weekend_sale", template_language="en")
    failure = {"error_source": "meta", "error_code": 131049, "error_title": "Not delivered"}
    report(acme, "failed", provider_message_id="wamid.B", category="utility", **failure)
    report(acme, "received", provider_message_id="wamid.C", direction="inbound", msisdn="6591234567", channel=CARE)
    report(acme, "sent", provider_message_id="wamid.D", at=AT + timedelta(hours=1))
    spring = Source.objects.create(account=acme, category="campaign", name="Spring sale")
    Message.objects.filter(provider_message_id="wamid.A").update(source=spring, recipient_type="lead")
    Message.objects.filter(provider_message_id="wamid.B").update(response_code=400)
    return acme


def find_names(account, params=None, **filters):
    rows = log_page(account, MessageQuery(**filters), params or {}).rows
    return "".join(row.provider_message_id[-1] for row in rows)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, "DCBA"),
        ({"created_after": AT + timedelta(minutes=1)}, "D"),
        ({"created_before": AT + timedelta(hours=1)}, "CBA"),
        ({"direction": "inbound"}, "C"),
        ({"status": ("undelivered",)}, "B"),
        ({"status": ("delivered", "sent")}, "DA"),
        ({"country": "SG"}, "C"),
        ({"category": "utility"}, "B"),
        ({"template": "weekend_sale"}, "A"),
        ({"template": "unheard_of"}, ""),
        ({"error_code": 131049}, "B"),
        ({"error_code": 0}, ""),
        ({"response_code": 400}, "B"),
        ({"status": ("undelivered", "rejected")}, "B"),
        ({"status": ("undelivered", "sent")}, "DB"),
        ({"source_category": "campaign"}, "A"),
        ({"source_category": "api"}, ""),
        ({"source_name": "SALE"}, "A"),
        ({"source_name": "sale", "source_category": "template_bot"}, ""),
        ({"recipient_type": "lead"}, "A"),
        ({"msisdn": "+65 9123"}, "C"),
        ({"msisdn": "+65 9123-4567", "masked_numbers": True}, ""),
        ({"sent_after": AT, "sent_before": AT + timedelta(minutes=1)}, "A"),
        ({"sent_after": AT + timedelta(minutes=1)}, "D"),
        ({"sent_before": AT + timedelta(minutes=1)}, "A"),
        ({"read_after": AT}, ""),
        ({"read_before": AT + timedelta(days=1)}, ""),
        ({"search": "end_sa"}, "A"),
        ({"search": "spring"}, "A"),
        ({"search": "wamid.B"}, "B"),
        ({"search": "wamid.Z"}, ""),
        ({"search": "+65 9123-4567"}, "C"),
        ({"search": "6591 23"}, "C"),
        ({"search": "006591234567"}, "C"),
        ({"search": "9999999"}, ""),
        ({"search": "6591234567", "masked_numbers": True}, ""),
        ({"search": "spring", "masked_numbers": True}, "A"),
    ],
)
def test_filters(messages, filters, ids):
    assert find_names(messages, **filters) == ids


def test_search_by_umid(messages):
    umid = log_page(messages, MessageQuery(search="wamid.D"), {}).rows[0].umid
    assert find_names(messages, search=str(umid)) == "D"
    assert find_names(messages, search=str(umid), created_after=AT + timedelta(days=1)) == ""


def test_what_is_on_its_way_is_looked_for_where_the_counts_know_of_any(messages, django_assert_num_queries):
    assert find_names(messages, status=("sent",)) == "D"
    with django_assert_num_queries(2) as queries:  # both tables of counts
        assert find_names(messages, status=("queued",)) == ""
    assert not any('"log_message"' in query["sql"] for query in queries)
    traffic.fold()
    assert find_names(messages, status=("sent",)) == "D"


def test_umid_or_its_first_digits(messages):
    umid = log_page(messages, MessageQuery(search="wamid.D"), {}).rows[0].umid
    for text in (str(umid), umid.hex, umid.hex[:8], umid.hex[:8].upper()):
        assert find_names(messages, umid=text) == "D"
    assert find_names(messages, umid=umid.hex[:7]) == ""
    assert find_names(messages, umid="no umid") == ""


def test_unknown_names_do_not_query_the_log(messages, django_assert_num_queries):
    with django_assert_num_queries(4) as queries:  # anchors, templates, sources, persons
        assert find_names(messages, search="unheard of") == ""
    assert not any('"log_message"' in query["sql"] for query in queries)


def test_names_of_another_account_are_not_found(messages, other):
    Source.objects.create(account=other, category="campaign", name="Harbour")
    assert find_names(messages, search="Harbour") == ""


def test_subaccounts_and_channels(messages):
    care = Subaccount.objects.get(account=messages, code="acme_care").pk
    assert find_names(messages, subaccount_ids=[care]) == "C"
    assert find_names(messages, subaccount_ids=[]) == ""
    number = PhoneNumber.objects.get(account=messages, subaccount__code="acme_care")
    assert find_names(messages, channel=number.provider_number_id) == "C"


def test_another_tenants_messages_are_not_found(messages, other):
    umid = log_page(messages, MessageQuery(), {}).rows[0].umid
    for filters in ({}, {"search": "wamid.A"}, {"search": INDIA}, {"search": str(umid)}):
        assert find_names(other, **filters) == ""
    assert story(other, umid, None, content=True) is None


def test_pages(messages, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(log, "PAGE_SIZE", 3)
    with django_assert_num_queries(2):  # messages, their numbers; none of these has a template
        first = log_page(messages, MessageQuery(), {})
    assert find_names(messages, {"older": str(first.older)}) == "A"


def test_rows_carry_number_template_and_source(messages):
    row = log_page(messages, MessageQuery(search="wamid.A"), {}).rows[0]
    assert (row.phone_number.display_name, row.template.name) == ("Acme Online", "weekend_sale")
    assert str(row.source) == "Campaign Spring sale"


def test_story_is_in_order_with_payloads_only_on_request(messages, django_assert_num_queries):
    message = report(
        messages, "received", provider_message_id="wamid.E", direction="inbound", content={"text": {"body": "Hello"}}
    )
    with django_assert_num_queries(4):  # message, number, events, payloads
        result = story(messages, message.umid, None, content=True)
    assert [payload.body for payload in result.payloads] == [{"text": {"body": "Hello"}}]
    assert story(messages, message.umid, None, content=False).payloads == []
    delivered = log_page(messages, MessageQuery(search="wamid.A"), {}).rows[0]
    assert [event.state for event in story(messages, delivered.umid, None, content=False).events] == [
        "sent",
        "delivered",
    ]


def test_story_of_another_subaccount_or_nobody(messages):
    umid = log_page(messages, MessageQuery(search="wamid.A"), {}).rows[0].umid
    care = Subaccount.objects.get(account=messages, code="acme_care").pk
    assert story(messages, umid, [care], content=True) is None
    assert story(messages, uuid4(), None, content=True) is None
