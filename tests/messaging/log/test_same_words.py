"""The same values are the same query, and select the same rows, on the page, in a URL of REST and in a body."""

from datetime import UTC, date, timedelta

import pytest
from django.http import QueryDict
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Permission
from accounts.principal import Principal, PrincipalKind
from accounts.reach import Reach
from archive.queries import job_query
from core.numbers import is_number
from local.demo.world import ACME
from messaging.log.api.query import MessageList, MessageQuerySerializer
from messaging.log.forms.log import LogForm
from messaging.log.kinds import Moment
from messaging.log.models import Message, Source
from messaging.log.query import build, filters, parse, write_words
from messaging.log.selectors.channels import channels, named_templates
from messaging.log.selectors.matching import matching
from tests.traffic import AT, INDIA, deliver, report

pytestmark = pytest.mark.django_db
EIGHT, META, DIALOG = ACME.channels
VALUES: dict[
    str, list[str] | list[list[str]]
] = {  # as people and programs write them; of rows that are there, and of none
    "search": ["weekend", "SPRING", "wamid.A", "659123", f"+{INDIA}", "nothing"],
    "status": [["delivered"], ["undelivered", "rejected"], ["sent"], ["queued"], ["unknown"], ["received", "read"]],
    "direction": ["inbound", "outbound"],
    "subaccount": ["acme_shop", "acme_care"],
    "channel": [META.number_id, DIALOG.number_id],
    "country": ["in", "IN", "Sg", "AQ"],
    "msisdn": [INDIA, "+65 9123 4567", "0065-9123-4567", "659123", "9876543"],
    "group_id": ["GRP_z", "grp"],
    "person": [INDIA, "+65 9123-4567", "in.77", "IN.77", "@ann.lee", "Ann.Lee", "wamid.A"],
    "umid": ["{umid}", "{UMID}", "{hex}", "{first}", "00000000"],
    "category": ["utility", "marketing"],
    "template": ["weekend_sale", "payment_reminder"],
    "source_category": ["campaign", "api"],
    "source_name": ["spring", "SALE", "autumn"],
    "recipient_type": ["lead", "customer"],
    "response_code": ["200", "400", "0"],
    "error_code": ["131049", "0"],
    "sending": ["uncertain"],
    "sent_after": ["2026-10-15", "2026-10-16"],
    "read_after": ["2026-10-15"],
}


@pytest.fixture
def umid(acme):
    """The UMID of the first of four messages."""
    deliver(acme, template_name="weekend_sale", template_language="en")
    report(acme, "failed", provider_message_id="B", category="utility", error_source="meta", error_code=131049)
    report(acme, "received", provider_message_id="C", direction="inbound", msisdn="6591234567", channel=DIALOG,
           group_id="GRP_z")  # fmt: skip
    report(acme, "sent", provider_message_id="D", at=AT + timedelta(hours=1))
    spring = Source.objects.create(account=acme, category="campaign", name="Spring sale")
    Message.objects.filter(provider_message_id="wamid.A").update(source=spring, recipient_type="lead")
    Message.objects.filter(provider_message_id="B").update(response_code=400)
    return Message.objects.get(provider_message_id="wamid.A").umid


def spelled(words, umid):
    """The values with the UMID in them."""
    values = {"umid": umid, "UMID": str(umid).upper(), "hex": umid.hex, "first": umid.hex[:9]}
    return {name: value.format(**values) if name == "umid" else value for name, value in words.items()}


def of_page(account, words, *, masked):
    """The query that the page makes."""
    declarations = filters()
    params = QueryDict(
        urlencode({"range": "any", **{declarations[name].page: each for name, each in words.items()}}, doseq=True)
    )
    reach = Reach(account)
    form = LogForm(
        params, today=date(2026, 10, 20), subaccounts={each.code: each.name for each in reach.visible},
        channels=channels(account, None), templates=named_templates(account, None), masked_numbers=masked,
    )  # fmt: skip
    assert form.is_valid(), form.errors
    return form.query(reach, UTC)


def of_programs(words):
    """The values as programs give them: two moments in place of a day."""
    days = {name for name in words if isinstance(filters()[name].kind, Moment)}
    params = {name: value for name, value in words.items() if name not in days}
    for name in days:
        day = date.fromisoformat(words[name])
        params[name] = f"{day}T00:00:00Z"
        params[name.replace("_after", "_before")] = f"{day + timedelta(days=1)}T00:00:00Z"
    return params


def of_url(account, words, *, masked):
    """The query that the parameters of REST's list make."""
    params = QueryDict(urlencode(of_programs(words), doseq=True))
    return MessageList(params, account, subaccount_ids=None, masked_numbers=masked).query()


def of_body(account, words, *, masked):
    """The query that an export or deletion makes of its body."""
    body = MessageQuerySerializer(data=of_programs(words))
    body.is_valid(raise_exception=True)
    may = frozenset(Permission) - ({Permission.VIEW_NUMBERS} if masked else set())
    return job_query(Principal("test", PrincipalKind.COMMAND, Reach(account), may), body.validated_data)


def test_every_field_of_the_page_is_tried():
    # The last digits are refused to those who see masked numbers.
    assert {*VALUES, "number_ends"} == {name for name, each in filters().items() if each.on_page}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}),
    st.booleans(),
)
def test_the_same_words_select_the_same_rows(acme, umid, words, masked):
    # People who see masked numbers cannot search by them.
    words = {name: value for name, value in spelled(words, umid).items() if not (masked and personal(name, value))}
    page, url, body = (make(acme, words, masked=masked) for make in (of_page, of_url, of_body))
    assert page == url == body
    assert rows(acme, page) == rows(acme, url) == rows(acme, body)


def personal(name, value):
    return name in {"msisdn", "person"} or (name == "search" and is_number(value))


def rows(account, query):
    return sorted(matching(account, query).values_list("provider_message_id", flat=True))


@pytest.mark.parametrize("name", VALUES)
def test_each_filter_alone(acme, umid, name):
    results = set()
    for value in VALUES[name]:
        words = spelled({name: value}, umid)
        page, url, body = (make(acme, words, masked=False) for make in (of_page, of_url, of_body))
        assert page == url == body
        results.add(tuple(rows(acme, page)))
    assert len(results) > 1 or name in {"sending", "read_after"}  # of which there are none


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}))
def test_a_stored_query_is_valid_again(words):
    """As the parameters of a URL, and as a body: the stored form is theirs."""
    query = build(parse(of_programs({**words, "umid": "c13a5e1f"}))[0])
    stored = write_words(query)
    params = {name: value if isinstance(value, list) else str(value) for name, value in stored.items()}
    assert build(parse(params)[0]) == query
    body = MessageQuerySerializer(data=stored)
    assert body.is_valid(), body.errors
    assert build(body.validated_data) == query
