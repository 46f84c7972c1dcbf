"""Finding the calls and the messages on other channels of a person: page, REST and export read these filters."""

from datetime import timedelta

import pytest
from rest_framework.exceptions import ValidationError

from messaging.calls.filters import CallFilterSet
from messaging.calls.models import Call
from messaging.legs.filters import LegFilterSet
from messaging.legs.models import Leg
from messaging.log.models import Message, PhoneNumber
from tests.traffic import AT, call, leg, report

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD, BRAZIL = "6591111111", "5511987654321"


def rows_of(account, filterset, model, masked_numbers=False, subaccount_ids=None, **params):
    """The last letters of the ids of the rows that the parameters select."""
    reach = {"masked_numbers": masked_numbers, "subaccount_ids": subaccount_ids}
    rows = filterset(params, model.objects.filter(account=account), account=account, **reach).validated_rows()
    return "".join(sorted(row.call_id if model is Call else row.umid for row in rows))


def calls(account, **params):
    return rows_of(account, CallFilterSet, Call, **params)


def legs(account, **params):
    return rows_of(account, LegFilterSet, Leg, **params)


@pytest.fixture
def people(acme):
    """Ann has a number, then a user id and a username; Bo has her number from day 5 on. Cy's number has two spellings.

    A leg has an id of another channel.
    """
    for day, who in (
        (1, {"msisdn": OLD, "user_id": "SG.1", "username": "ann.lee"}),
        (2, {"msisdn": "", "user_id": "SG.1", "parent_user_id": "SG.ENT.1"}),
        (5, {"msisdn": OLD, "user_id": "SG.2"}),
    ):
        at = AT + day * DAY
        report(acme, "received", provider_message_id=f"wamid.{day}", at=at, direction="inbound", **who)
    for letter, day, msisdn, user_id in (
        ("A", 0, OLD, ""), ("B", 2, "", "SG.1"), ("C", 6, OLD, ""), ("D", 6, BRAZIL, ""), ("E", 6, "551187654321", ""),
    ):  # fmt: skip
        call(acme, call_id=letter, at=AT + day * DAY, msisdn=msisdn, user_id=user_id)
        leg(acme, umid=letter, at=AT + day * DAY, msisdn=msisdn, user_id=user_id)
    leg(acme, umid="V", channel="viber", msisdn="", user_id="x+y/Z==")
    PhoneNumber.objects.filter(account=acme).update(msisdn="5511912345678")  # of a business in Brazil
    return acme


@pytest.mark.parametrize(
    ("person", "rows"),
    [
        ("SG.1", "AB"), ("sg.1", "AB"), ("SG.ENT.1", "AB"), ("@Ann.Lee", "AB"), ("SG.2", "C"), ("@nobody", ""),
        ("+55 11 98765-4321", "DE"), ("0055 11 8765 4321", "DE"), ("11 98765-4321", "DE"), ("6598888888", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("select", [calls, legs])
def test_a_person(people, select, person, rows):
    assert select(people, person=person) == rows


def test_a_number_or_id_and_what_else_its_owner_has(people):
    assert calls(people, person="65 9111 1111") == calls(people, msisdn=OLD) == "AC"  # all with the number itself
    assert calls(people, user_id="SG.1") == "AB"
    assert calls(people, person="551198") == "DE"


def test_a_person_by_one_of_their_messages_within_reach(people, other):
    umid = str(Message.objects.get(provider_message_id="wamid.1").umid)
    assert calls(people, person=umid) == "AB"
    assert calls(people, person=umid, subaccount_ids=[0]) == ""
    assert calls(people, person=umid, masked_numbers=True) == legs(people, person=umid, masked_numbers=True) == "AB"
    assert calls(other, person="SG.1") == ""


def test_an_id_of_another_channel(people):
    assert legs(people, person="x+y/Z==") == legs(people, user_id="x+y/Z==") == "V"


@pytest.mark.parametrize(
    ("select", "params", "field", "remedy"),
    [
        (calls, {"person": "x+y/Z=="}, "person", "Enter a phone number with its country code, a user id such as "),
        (calls, {"person": "Jane Doe"}, "person", "Enter a phone number with its country code, a user id such as "),
        (legs, {"person": "Jane Doe"}, "person", "Enter a phone number with its country code, a user id such as "),
        (legs, {"person": "9198"}, "person", "Enter at least the first 6 digits"),
        (legs, {"msisdn": "Jane"}, "msisdn", "Enter the digits of a phone number"),
    ],
)
def test_what_is_no_person_is_refused_with_the_remedy(acme, select, params, field, remedy):
    with pytest.raises(ValidationError) as refused:
        select(acme, **params)
    assert [name for name, (text,) in refused.value.detail.items() if text.startswith(remedy)] == [field]
