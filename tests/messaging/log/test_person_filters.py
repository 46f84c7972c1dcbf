"""Finding the messages of a person by whatever identifies them."""

from datetime import timedelta

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import connection

from messaging.log.kinds import needs_whole_numbers
from messaging.log.models import Message, PhoneNumber
from messaging.log.query import MessageQuery, build, parse, problems
from messaging.log.selectors.matching import matching
from messaging.persons.models import PersonName, name_words
from messaging.persons.selectors.names import identities_named
from tests.traffic import AT, report, send_to_group

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD, NEW = "6591111111", "6592222222"


def ids_of(account, reach=None, **texts):
    """The last letters of the ids of the messages that texts find."""
    values, wrong = parse(texts)
    query = build(values, **(reach or {}))
    assert (wrong, problems(query)) == ({}, {})
    return "".join(sorted(row.provider_message_id[-1] for row in matching(account, query)))


def received(account, letter, day=0, **person):
    values = {"msisdn": "", "direction": "inbound", **person}
    return report(account, "received", provider_message_id=f"wamid.{letter}", at=AT + day * DAY, **values)


@pytest.fixture
def people(acme):
    """Ann: a number, then a user id with it, then the id alone. Bo has her number from day 5 on. Cy has a username."""
    received(acme, "A", 0, msisdn=OLD)
    received(acme, "B", 1, msisdn=OLD, user_id="SG.1", username="ann.lee", profile_name="Ann")
    received(acme, "C", 2, user_id="SG.1", parent_user_id="SG.ENT.1")
    received(acme, "D", 5, msisdn=OLD, user_id="SG.2")
    received(acme, "E", 6, msisdn=OLD)
    received(acme, "F", 6, user_id="US.3", username="Cy_1")
    return acme


@pytest.mark.parametrize(
    ("person", "found"),
    [
        ("SG.1", "ABC"), ("sg.1", "ABC"), ("SG.ENT.1", "ABC"), ("@ann.lee", "ABC"), ("Ann.Lee", "ABC"),
        (" @ANN.LEE ", "ABC"),
        ("SG.2", "DE"), ("+65 9111 1111", "DE"), ("0065-91111111", "DE"), ("9111 1111", "DE"), ("@cy_1", "F"),
        ("US.3", "F"), ("@nobody", ""), ("SG.9", ""), ("6598888888", ""),
    ],
)  # fmt: skip
def test_a_person(people, person, found):
    assert ids_of(people, person=person) == found
    assert not matching(people, build({"person": person}, masked_numbers=True)).exists()


def test_a_person_by_one_of_their_messages(people, other):
    umids = dict(Message.objects.values_list("provider_message_id", "umid"))
    assert [ids_of(people, person=str(umids[f"wamid.{letter}"])) for letter in "ABCDEF"] == ["ABC"] * 3 + ["DE"] * 2 + [
        "F"
    ]
    assert ids_of(other, person=str(umids["wamid.A"])) == ""
    assert ids_of(people, person=str(umids["wamid.A"]), reach={"subaccount_ids": [0]}) == ""
    assert ids_of(people, person=str(umids["wamid.A"]), reach={"masked_numbers": True}) == "ABC"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SG.1", "ABC"),
        ("@ann.lee", "ABC"),
        ("ann.lee", "ABC"),
        ("Ann.L", "ABC"),
        ("Lee ann", "ABC"),
        ("cy_1", "F"),
        ("hin", ""),
        ("an", ""),
        ("Ann \\ & | :* !'(", "ABC"),
        ("हाना", "H"),
        ("+6591111111", "ABDE"),
        ("659111", "ABDE"),
        ("@two words", ""),
    ],
)
def test_the_search(people, text, found):
    received(people, "H", 7, user_id="IN.4", profile_name="हाना किम")
    assert ids_of(people, search=text) == found


def test_names_find_nothing_for_people_who_do_not_see_them(people, other):
    assert ids_of(people, search="ann", reach={"masked_numbers": True}) == ""
    assert ids_of(other, search="ann") == ""


def test_a_name_is_found_through_the_index_of_words(people):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    owners = identities_named(people.pk, "ann lee")
    assert [identity.value for identity, _ in owners] == ["SG.1"]
    rows = PersonName.objects.annotate(words=name_words()).filter(words=SearchQuery("ann", config="simple"))
    assert "persons_name_words" in rows.explain()


def test_a_number_finds_what_else_its_owner_has(people):
    received(people, "G", 7, user_id="SG.2")
    assert ids_of(people, msisdn=OLD) == "ABDEG"
    assert ids_of(people, msisdn="9111 1111") == "ABDEG"
    assert sorted(row.provider_message_id[-1] for row in matching(people, MessageQuery(user_id="SG.2"))) == list("DEG")


def test_a_country_code_rules_out_the_accounts_own_countries(acme):
    PhoneNumber.objects.filter(account=acme).update(msisdn="919812345678")
    received(acme, "A", msisdn="6591234567")
    received(acme, "B", msisdn="916591234567")
    assert ids_of(acme, search="+65 9123 4567") == ids_of(acme, person="+65 9123 4567") == "A"
    assert ids_of(acme, search="65 9123 4567") == "AB"


@pytest.mark.parametrize("stored", ["5511987654321", "551187654321"])
@pytest.mark.parametrize(
    "typed",
    [
        "+55 11 98765-4321",
        "551187654321",
        "0055 11 8765 4321",
        "(11) 98765-4321",
        "11 8765 4321",
        "55118765",
        "5511987",
    ],
)
def test_both_spellings_find_a_number_of_brazil(acme, stored, typed):
    PhoneNumber.objects.filter(account=acme).update(msisdn="5511912345678")
    received(acme, "A", msisdn=stored)
    assert ids_of(acme, msisdn=typed) == "A"
    if len(typed) > 8:
        assert ids_of(acme, person=typed) == "A"


@pytest.mark.parametrize(
    ("end", "found"),
    [("1111", "ABDE"), ("111111", "ABDE"), ("11-1111", "ABDE"), (OLD, "ABDE"), ("0012", "G"), ("50012", "G"),
     ("1112", ""), ("٠٠١٢", "G")],
)  # fmt: skip
def test_the_last_digits(people, end, found):
    received(people, "G", msisdn="14155550012")
    assert ids_of(people, number_ends=end) == found


@pytest.mark.parametrize(
    ("name", "text", "reach", "problem"),
    [
        ("number_ends", "123", {}, "Enter at least the last 4 digits of the number."),
        ("number_ends", "12a45", {}, "Enter at least the last 4 digits of the number."),
        ("number_ends", "1234", {"masked_numbers": True}, needs_whole_numbers()),
        ("msisdn", "6591234567", {"masked_numbers": True}, needs_whole_numbers()),
        ("msisdn", "someone", {"masked_numbers": True}, needs_whole_numbers()),
        ("person", "@jane", {"masked_numbers": True}, needs_whole_numbers()),
        ("person", "deadbeef", {"masked_numbers": True}, needs_whole_numbers()),
        ("search", " 6591234567", {"masked_numbers": True}, needs_whole_numbers()),
        ("search", "@jane", {"masked_numbers": True}, needs_whole_numbers()),
        ("search", "US.13491208655302741918", {"masked_numbers": True}, needs_whole_numbers()),
        ("person", "123456", {}, "Enter the complete number with its country code, such as +65 9123 4567."),
        ("person", "two words", {},
         ("Enter a phone number with its country code, a user id such as US.13491208655302741918, "
          "or a username.")),
        ("msisdn", "65 9123 abcd", {}, "Enter the digits of a phone number with its country code."),
        ("msisdn", "1" * 16, {}, "Enter the digits of a phone number with its country code."),
    ],
)  # fmt: skip
def test_what_is_refused(name, text, reach, problem):
    assert problems(build(parse({name: text})[0], **reach)) == {name: problem}


@pytest.mark.parametrize("text", [{"number_ends": "1111"}, {"msisdn": OLD}, {"search": OLD}, {"user_id": "SG.1"}])
def test_who_sees_masked_numbers_finds_none_by_number_or_id(people, text):
    assert not matching(people, build(text, masked_numbers=True)).exists()


def test_a_participant_of_a_group(acme):
    send_to_group(acme)
    received(acme, "B", msisdn="6591230381", user_id="SG.7")
    assert ids_of(acme, person="SG.7") == ids_of(acme, msisdn="6591230381") == "AB"


@pytest.mark.parametrize(("end", "found"), [("0381", "ABC"), ("91230381", "AB"), ("81230381", "C"), ("0382", "")])
def test_the_last_digits_of_a_participant(acme, end, found):
    send_to_group(acme)
    received(acme, "B", msisdn="6591230381")
    received(acme, "C", msisdn="6581230381")
    assert ids_of(acme, number_ends=end) == found


@pytest.fixture
def _empty_log(db):
    """A log without the space of earlier tests' rows, by which the planner estimates."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE log_message")


@pytest.mark.parametrize("filters", [{"number_ends": "1111"}, {"number_ends": "911111"}])
@pytest.mark.usefixtures("_empty_log")
def test_an_index_finds_the_page(people, filters):
    rows = matching(people, build(filters)).order_by("-created_at", "-id")[:50]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()
    assert "Seq Scan" not in plan
    assert "_pkey" not in plan, "which would read the log from its end"
    assert '"right"((msisdn)::text, 4) = ' in plan
