"""The declarations of the log's filters, building queries from values, and their stored form."""

import json
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django import forms
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Subaccount
from messaging.log import predicates
from messaging.log.declaration import Filter, is_blank
from messaging.log.kinds import FreeText, Moment
from messaging.log.models import Message, PhoneNumber, Template
from messaging.log.query import (
    MessageQuery,
    build,
    conditions,
    declarations,
    filters,
    filters_in,
    parse,
    problems,
    read_query,
    unknown_names,
    write_query,
    write_words,
)
from tests.traffic import AT

SINGAPORE = timezone(timedelta(hours=8))
UMID = "c13a5e1f-773e-e8a3-8b40-647c4c1ced3a"
HEX = UMID.replace("-", "")
PAGE = {  # each filter with a field on the log's page: its parameter, and its label
    "search": ("q", "Search"),
    "status": ("status", "Status"),
    "direction": ("direction", "Direction"),
    "subaccount": ("subaccount", "Subaccount"),
    "channel": ("channel", "Channel"),
    "country": ("country", "Country"),
    "msisdn": ("msisdn", "Phone number"),
    "group_id": ("group_id", "Group"),
    "number_ends": ("number_ends", "Number ends with"),
    "person": ("person", "Person"),
    "umid": ("umid", "UMID"),
    "category": ("category", "Category"),
    "template": ("template", "Template"),
    "source_category": ("source_category", "Source"),
    "source_name": ("source_name", "Name"),
    "recipient_type": ("recipient_type", "Recipient type"),
    "response_code": ("response_code", "Response code"),
    "error_code": ("error_code", "Error code"),
    "sending": ("sending", "Sending"),
    "sent_after": ("sent", "Sent on"),
    "read_after": ("read", "Read on"),
}
INDEXES = {
    "status": "log_message_wrong",
    "subaccount": "log_message_subaccount",
    "channel": "log_message_channel",
    "country": "log_message_country",
    "msisdn": "log_message_msisdn",
    "group_id": "log_message_group",
    "number_ends": "log_message_ends",
    "person": "log_message_msisdn",
    "umid": "log_umid",
    "category": "log_message_category",
    "template": "log_message_template",
    "source_category": "log_message_source",
    "source_name": "log_message_source",
    "recipient_type": "log_message_recipient",
    "response_code": "log_message_response",
    "error_code": "log_message_error",
    "sending": "log_umid",
}


def names_of(trait):
    return {name for name, each in filters().items() if getattr(each, trait)}


# --- Declarations ----------------------------------------------------------------------------------------------------
def test_filters_that_people_and_programs_may_use():
    assert filters().keys() == {
        "subaccount", "channel", "direction", "status", "country", "umid", "provider_message_id", "msisdn", "category",
        "template", "error_code", "response_code", "source_category", "source_name", "recipient_type", "created_after",
        "created_before", "search", "sending", "sent_after", "sent_before", "read_after", "read_before", "group_id",
        "number_ends", "person",
    }  # fmt: skip
    assert declarations(MessageQuery).keys() - filters().keys() == {"user_id", "countries", "umids"}


def test_fields_of_the_page():
    assert {name: (each.page, str(each.label)) for name, each in filters().items() if each.on_page} == PAGE


def test_a_user_id_may_be_as_long_as_the_log_stores_it():
    assert declarations(MessageQuery)["user_id"].kind.longest == Message._meta.get_field("user_id").max_length


def test_the_order_behind_more_filters():
    assert [each.page for each in filters().values() if each.on_page and each.more] == [
        "subaccount", "channel", "country", "msisdn", "group_id", "number_ends", "person", "umid", "category",
        "template", "source_category", "source_name", "recipient_type", "response_code", "error_code", "sending",
        "sent", "read",
    ]  # fmt: skip


def test_traits():
    assert names_of("finds_few") == {
        "search", "umid", "msisdn", "number_ends", "person", "sending", "sent_after", "read_after",
    }  # fmt: skip
    assert names_of("in_counts") == {
        "status", "direction", "subaccount", "channel", "country", "category", "template", "error_code",
    }  # fmt: skip
    assert names_of("names") == {"subaccount", "channel", "template"}
    assert {name for name, each in filters().items() if each.kind.several} == {"status"}


HELP = {
    "search": "A UMID or other id, part of a template, campaign or bot name, or, with `msisdn:read`, a number or at "
    "least its first six digits, a user id, @username, or the beginnings of the words of a person's name.",
    "status": "Several are combined with OR.",
    "direction": "From the business or from a person.",
    "subaccount": "subAccountId",
    "channel": "phone_number_id, channelId",
    "country": "ISO 3166 alpha-2, case-insensitive.",
    "msisdn": "A number, with its country code or as in the account's own countries, or at least its first six digits: "
    "all messages with its owner. Requires `msisdn:read`.",
    "group_id": "WhatsApp's id of a group: messages to and from it.",
    "number_ends": "At least the last four digits of a number. Requires `msisdn:read`.",
    "person": "A complete number, a user id, a parent id or a username: all messages with the person, also under the "
    "person's other numbers and ids. Or the UMID of a message with the person; without `msisdn:read` only that.",
    "umid": "Case-insensitive, with or without hyphens, or at least the first eight digits.",
    "provider_message_id": "The provider's full id.",
    "category": "The pricing category.",
    "template": "The name of a template, in any language.",
    "source_category": "What created the message.",
    "source_name": "The name of the campaign or bot that created the message, or part of the name, case-insensitive.",
    "recipient_type": "As set by the sender.",
    "response_code": "The HTTP status with which the provider answered.",
    "error_code": "Why it was not delivered.",
    "sending": "Sending state of an outbound message.",
    **dict.fromkeys(("created_after", "sent_after", "read_after"), "Inclusive."),
    **dict.fromkeys(("created_before", "sent_before", "read_before"), "Exclusive."),
}


def test_the_descriptions_of_rest():
    assert {name: each.help for name, each in filters().items()} == HELP


def test_the_help_texts_of_the_page():
    fields = {name: each.kind.page_field(each.label) for name, each in filters().items() if each.on_page}
    assert {name: str(field.widget.attrs["placeholder"]) for name, field in fields.items()
            if "placeholder" in field.widget.attrs} == {
        "search": "Number, UMID or name", "msisdn": "+65 9123 4567", "number_ends": "4567",
        "person": "Number, user id or @username", "umid": "Full UMID or its first 8 digits",
        "source_name": "Campaign or bot name, or part of it", "response_code": "200", "error_code": "131049",
    }  # fmt: skip
    attrs = fields["search"].widget.attrs
    assert (fields["search"].widget.input_type, attrs["autocomplete"]) == ("search", "off")
    assert fields["msisdn"].widget.attrs["inputmode"] == "tel"
    assert {name: [str(label) for value, label in field.choices if not value] for name, field in fields.items()
            if isinstance(field.widget, forms.Select)} == {
        "direction": ["In and out"], "country": ["All countries"], "category": ["All categories"],
        "source_category": ["All sources"], "sending": ["Any result"],
    }  # fmt: skip
    assert [str(label) for _, label in fields["sending"].choices[1:]] == ["Uncertain: no response"]
    assert "unknown" not in dict(fields["status"].widget.choices)


def test_each_index_that_a_filter_names_is_there():
    assert {name: each.index for name, each in filters().items() if each.index} == INDEXES
    assert set(INDEXES.values()) <= {index.name for index in Message._meta.indexes}


def test_each_filter_is_described_for_rest():
    assert [name for name, each in filters().items() if not each.help] == []
    assert {name: each.kind.schema for name, each in filters().items()} == {
        **{name: {"type": "string", "minLength": 1, "maxLength": most} for name, most in (
            ("search", 512), ("subaccount", 50), ("channel", 64), ("msisdn", 24), ("umid", 36),
            ("provider_message_id", 512), ("number_ends", 24), ("person", 140), ("template", 512),
            ("source_name", 128), ("recipient_type", 32), ("group_id", 512),
        )},
        **{name: {"type": "string", "format": "date-time"} for name in (
            "created_after", "created_before", "sent_after", "sent_before", "read_after", "read_before",
        )},
        "country": {"type": "string", "minLength": 2, "maxLength": 2},
        "direction": {"type": "string", "enum": ["inbound", "outbound"]},
        "category": {"type": "string", "enum": [
            "authentication", "authentication-international", "group_marketing", "group_service", "group_utility",
            "marketing", "marketing_lite", "referral_conversion",
            "service", "utility",
        ]},
        "source_category": {"type": "string", "enum": ["api", "campaign", "template_bot"]},
        "sending": {"type": "string", "enum": ["uncertain"]},
        "status": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": [
            "delivered", "expired", "queued", "read", "received", "rejected", "sent", "undelivered", "unknown",
        ]}},
        "response_code": {"type": "integer", "minimum": 0, "maximum": 999},
        "error_code": {"type": "integer", "minimum": 0, "maximum": 2_147_483_647},
    }  # fmt: skip


def test_a_declaration_by_default():
    plain = Filter(FreeText(3), "Label", "Help", name="colour")
    assert (plain.page, plain.index, plain.internal, plain.more, plain.on_page) == ("colour", "", False, True, True)
    assert (plain.finds_few, plain.in_counts) == (False, False)
    assert Filter(FreeText(3), "Label", "Help", name="colour", alias="c").page == "c"


# --- Values ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "blank"),
    [(None, True), ("", True), ((), True), ([], True), (0, False), ("0", False), (("a",), False), (AT, False)],
)
def test_blank_values(value, blank):
    assert is_blank(value) is blank


@pytest.mark.parametrize(
    ("name", "written", "parsed"),
    [
        ("country", "sg", "SG"),
        ("country", "Sg", "SG"),
        ("msisdn", "+65 9123-4567", "6591234567"),
        ("msisdn", "0065 (9123) 4567", "6591234567"),
        ("msisdn", "someone", "someone"),
        ("msisdn", "---", "---"),
        ("umid", UMID, HEX),
        ("umid", UMID.upper(), HEX),
        ("umid", "C13A-5E1F", "c13a5e1f"),
        ("umid", "C13A5E", "C13A5E"),
        ("status", ["sent", "read", "sent"], ("read", "sent")),
        ("status", [], ()),
        ("countries", ["SG", "IN"], ("IN", "SG")),
        ("created_after", datetime(2026, 10, 15, 8, tzinfo=SINGAPORE), datetime(2026, 10, 15, tzinfo=UTC)),
        ("error_code", 0, 0),
        ("error_code", "", None),
        ("search", "+65 9123", "+65 9123"),
        ("template", None, ""),
    ],
)
def test_a_value_has_one_form(name, written, parsed):
    value = getattr(MessageQuery(**{name: written}), name)
    assert (value, type(value)) == (parsed, type(parsed))


def test_times_are_kept_in_utc():
    query = MessageQuery(sent_before=datetime(2026, 10, 15, 8, tzinfo=SINGAPORE))
    assert query.sent_before.utcoffset() == timedelta(0)


def test_reach_is_kept_in_order():
    assert MessageQuery().subaccount_ids is None
    assert MessageQuery(subaccount_ids=[]).subaccount_ids == ()
    assert MessageQuery(subaccount_ids=[3, 1]) == MessageQuery(subaccount_ids=(1, 3))


def test_queries_of_other_words_or_reach_differ():
    query = MessageQuery(country="SG")
    assert query == MessageQuery(country="sg")
    for other in (MessageQuery(), MessageQuery(country="SG", masked_numbers=True), MessageQuery("SG"),
                  MessageQuery(country="SG", subaccount_ids=())):  # fmt: skip
        assert query != other


def test_queries_and_declarations_cannot_be_changed():
    for value, name in ((MessageQuery(), "search"), (filters()["search"], "label")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, "x")


def test_filters_in_use():
    assert list(filters_in(MessageQuery())) == []
    assert list(filters_in(MessageQuery(subaccount_ids=(1,), masked_numbers=True))) == []
    assert list(filters_in(MessageQuery(umids=["x"], error_code=0, search="a"))) == ["search", "error_code", "umids"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({}, {}),
        ({"country": "in"}, {"country": "IN"}),
        ({"status": ["read", "sent"]}, {"status": ["read", "sent"]}),
        ({"error_code": " 131049 "}, {"error_code": 131049}),
        ({"error_code": "0"}, {"error_code": 0}),
        ({"search": "  weekend "}, {"search": "weekend"}),
        ({"created_after": "2026-10-15T16:00:00+08:00"}, {"created_after": datetime(2026, 10, 15, 8, tzinfo=UTC)}),
        ({"umid": UMID}, {"umid": UMID}),
    ],
)
def test_texts_are_parsed(texts, words):
    assert parse(texts) == (words, {})


BLANK = "Provide a value or omit the parameter."


@pytest.mark.parametrize(
    ("texts", "wrong"),
    [
        ({"country": ""}, {"country": [BLANK]}),
        ({"search": "   "}, {"search": [BLANK]}),
        ({"status": []}, {"status": [BLANK]}),
        ({"error_code": ""}, {"error_code": [BLANK]}),
        ({"created_after": ""}, {"created_after": [BLANK]}),
        ({"direction": ""}, {"direction": [BLANK]}),
        ({"error_code": "x"}, {"error_code": ["Enter a whole number."]}),
        ({"error_code": "-1"}, {"error_code": ["Ensure this value is greater than or equal to 0."]}),
        ({"error_code": "2147483648"}, {"error_code": ["Ensure this value is less than or equal to 2147483647."]}),
        ({"response_code": "1000"}, {"response_code": ["Ensure this value is less than or equal to 999."]}),
        ({"country": "I"}, {"country": ["Ensure this value has at least 2 characters (it has 1)."]}),
        ({"sent_after": "2200-01-01T00:00:00Z"}, {"sent_after": ["Enter a time between 1970 and 2100."]}),
    ],
)
def test_what_makes_no_sense_is_named(texts, wrong):
    assert parse({"template": "weekend_sale", **texts}) == ({"template": "weekend_sale"}, wrong)


SHORT, NO_NUMBER, NO_UMID = (
    "Enter at least the first 6 digits of the number.",
    "Enter the digits of a phone number with its country code.",
    "Enter the UMID, or at least its first 8 digits.",
)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ({}, {}),
        ({"msisdn": "659123"}, {}),
        ({"msisdn": "65912"}, {"msisdn": SHORT}),
        ({"msisdn": "+0065912"}, {"msisdn": SHORT}),
        ({"msisdn": "someone"}, {"msisdn": NO_NUMBER}),
        ({"msisdn": "1" * 16}, {"msisdn": NO_NUMBER}),
        ({"search": "65912"}, {"search": SHORT}),
        ({"search": "a5912", "masked_numbers": True}, {}),
        ({"search": "+65 9123"}, {}),
        ({"search": "a5912"}, {}),
        ({"umid": HEX[:8]}, {}),
        ({"umid": HEX[:7]}, {"umid": NO_UMID}),
        ({"umid": HEX + "0"}, {"umid": NO_UMID}),
        ({"umid": "g" * 8}, {"umid": NO_UMID}),
        ({"umid": "1", "msisdn": "1"}, {"msisdn": SHORT, "umid": NO_UMID}),
    ],
)
def test_problems(words, wrong):
    assert problems(MessageQuery(**words)) == wrong


# --- Conditions ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"direction": "inbound"}, [("direction", "inbound")]),
        ({"country": "SG"}, [("country", "SG")]),
        ({"category": "utility"}, [("category", "utility")]),
        ({"recipient_type": "lead"}, [("recipient_type", "lead")]),
        ({"response_code": 0}, [("response_code", 0)]),
        ({"error_code": 131049}, [("error_code", 131049)]),
        ({"created_after": AT}, [("created_at__gte", AT)]),
        ({"created_before": AT}, [("created_at__lt", AT)]),
        ({"countries": ["SG"]}, [("country__in", ("SG",))]),
        ({"umids": [UMID]}, [("umid__in", (UMID,))]),
        ({"status": ["delivered"]}, [("status__in", ("delivered",))]),
        ({"group_id": "GRP_z"}, [("group_id", "GRP_z")]),
    ],
)
def test_conditions_on_columns(words, expected):
    assert [condition.children for condition in conditions(None, MessageQuery(**words))] == [expected]


@pytest.mark.parametrize("column", ["sent", "read"])
def test_times_of_a_status_bound_the_time_that_has_an_index(column):
    query = MessageQuery(**{f"{column}_after": AT, f"{column}_before": AT + timedelta(days=1)})
    since, until = conditions(None, query)
    assert dict(since.children) == {f"{column}_at__gte": AT, "created_at__gte": AT - timedelta(days=31)}
    assert dict(until.children) == {
        f"{column}_at__lt": AT + timedelta(days=1),
        "created_at__lt": AT + timedelta(days=1),
    }


def test_filters_that_share_a_condition_run_one_query(monkeypatch):
    calls = []
    monkeypatch.setattr(
        predicates.Source.objects, "filter", lambda **lookups: calls.append(lookups) or predicates.Source.objects
    )
    monkeypatch.setattr(predicates, "_ids", lambda rows: [7])
    (condition,) = conditions("acme", MessageQuery(source_category="campaign", source_name="sale"))
    assert condition.children == [("source__in", [7])]
    assert calls == [{"account": "acme", "name__icontains": "sale"}, {"category": "campaign"}]


@pytest.mark.django_db
def test_conditions_on_names(acme):
    number = PhoneNumber.objects.get(account=acme, provider_number_id="106540352242922")
    templates = list(Template.objects.filter(account=acme, name="weekend_sale").values_list("pk", flat=True))
    result = conditions(
        acme, MessageQuery(subaccount="acme_shop", channel=number.provider_number_id, template="weekend_sale")
    )
    assert [condition.children for condition in result] == [
        [("subaccount__in", [number.subaccount_id])], [("phone_number__in", [number.pk])],
        [("template__in", templates)],
    ]  # fmt: skip
    assert conditions(acme, MessageQuery(channel="nobodys"))[0].children == [("phone_number__in", [])]


@pytest.mark.django_db
def test_names_that_nobody_has(acme, other):
    care = Subaccount.objects.get(account=acme, code="acme_care").pk
    theirs = {"subaccount": "acme_shop", "channel": "106540352242922", "template": "weekend_sale"}
    assert unknown_names(acme, {**theirs, "country": "ZZ"}, None) == {}
    assert unknown_names(acme, {"template": "", "channel": ""}, None) == {}
    assert unknown_names(other, {**theirs, "template": "unheard_of"}, None) == {
        "subaccount": "There is no subaccount “acme_shop” that you may see.",
        "channel": "There is no channel “106540352242922” that you may see.",
        "template": "There is no template “unheard_of” that you may see.",
    }
    assert unknown_names(acme, theirs, [care]).keys() == {"subaccount", "channel"}
    assert unknown_names(acme, theirs, []).keys() == theirs.keys()


# --- Stored ----------------------------------------------------------------------------------------------------------
def test_the_stored_form():
    query = MessageQuery(
        status=["sent"], country="sg", error_code=0, created_after=datetime(2026, 10, 15, 8, tzinfo=SINGAPORE),
        umids=[UMID], subaccount_ids=[4, 2],
    )  # fmt: skip
    words = {
        "status": ["sent"], "country": "SG", "error_code": 0, "created_after": "2026-10-15T00:00:00+00:00",
        "umids": [UMID],
    }  # fmt: skip
    assert write_words(query) == words
    assert write_query(query) == {**words, "subaccount_ids": [2, 4], "masked_numbers": False}
    assert write_query(MessageQuery()) == {"subaccount_ids": None, "masked_numbers": False}


def test_a_query_is_read_for_one_reach():
    query = read_query({"country": "SG"}, subaccount_ids=[2], masked_numbers=True)
    assert query == MessageQuery(country="SG", subaccount_ids=(2,), masked_numbers=True)
    with pytest.raises(TypeError, match="subaccount_ids"):
        read_query(write_query(query), subaccount_ids=None)  # the reach is set once


def test_a_name_that_no_filter_has_is_no_query():
    with pytest.raises(TypeError, match="colour"):
        read_query({"colour": "red"})
    with pytest.raises(TypeError, match="colour"):
        build({"colour": "red"})


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
MOMENTS = st.datetimes(AT.replace(year=1970, tzinfo=None), AT.replace(year=2100, tzinfo=None), timezones=st.timezones())
VALUES = {int: st.integers(0, 2**31 - 1), datetime: MOMENTS, str: TEXT, tuple: st.lists(TEXT, max_size=3)}


def type_of(name, each):
    if isinstance(each.kind, Moment):
        return datetime
    return int if name.endswith("_code") else type(each.kind.blank)


QUERIES = st.fixed_dictionaries(
    {},
    optional={
        **{name: VALUES[type_of(name, each)] for name, each in declarations(MessageQuery).items()},
        "subaccount_ids": st.none() | st.lists(st.integers(1, 2**63 - 1), max_size=3),
        "masked_numbers": st.booleans(),
    },
)


@settings(deadline=None)
@given(QUERIES)
def test_any_query_survives_its_stored_form(words):
    query = MessageQuery(**words)
    assert read_query(json.loads(json.dumps(write_query(query)))) == query
    reach = {"subaccount_ids": query.subaccount_ids, "masked_numbers": query.masked_numbers}
    assert read_query(write_words(query), **reach) == query
