"""What people are called: in the log, on the message's page, over REST and in exports, for those who may see it."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.enums import Permission
from messaging.log.models import Message
from messaging.log.query import MessageQuery
from messaging.log.selectors.extracts import log_extract
from messaging.log.selectors.log import with_names
from messaging.persons.recording import Announcement, Sighting, record
from messaging.persons.selectors.names import names_of
from providers.meta.wamids import wamid
from tests.access.test_permissions import bearer
from tests.people import ROLES, visitor
from tests.traffic import AT, report
from tests.visible import text

pytestmark = pytest.mark.django_db
SEES_NAMES = {"owner", "admin", "support", "developer"}
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(AT.replace(day=30), tick=True):
        yield


def received(account, letter, day=0, **person):
    values = {"msisdn": "", "direction": "inbound", "provider_message_id": f"wamid.{letter}", **person}
    return report(account, "received", at=AT + day * DAY, **values)


@pytest.fixture
def ann(acme):
    return received(acme, "A", msisdn="6591234567", user_id="SG.1", username="ann.lee", profile_name="Ann <b>")


@pytest.mark.parametrize("role", ROLES)
def test_who_sees_a_name(acme, ann, role):
    client = visitor(acme, role)
    log, page = text(client.get("/logs/?range=30d")), text(client.get(f"/logs/{ann.umid}/"))
    if role in SEES_NAMES:
        assert '<bdi class="clip" title="+65 9123 4567">@ann.lee</bdi>' in log
        assert "From @ann.lee" in page
        assert "Ann &lt;b&gt;" in page
        assert "SG.1" in page
    else:
        assert "+65 91•••••567" in log
        assert not any(name in log + page for name in ("ann.lee", "Ann", "SG.1", "6591234567"))
    link = f"/logs/?person={ann.umid}&amp;range=any"
    assert link in page
    assert "row-link" in text(client.get(link.replace("&amp;", "&")))


def test_rest_masks_ids_and_hides_names(acme, ann):
    keys = ("msisdn", "user_id", "username", "profile_name")
    for may, shown in (
        (Permission, ["6591234567", "SG.1", "ann.lee", "Ann <b>"]),
        ([Permission.VIEW_MESSAGES], ["+65 91•••••567", "SG.•••••", "", ""]),
    ):
        client = Client(headers=bearer(acme, may))
        (row,) = client.get("/api/v1/messages/").json()["results"]
        one = client.get(f"/api/v1/messages/{ann.umid}/?fields=username").json()
        assert ([row[key] for key in keys], one) == (shown, {"username": shown[2]})


@pytest.mark.parametrize("role", ROLES)
def test_an_id_that_holds_the_number_is_masked_like_it(acme, role):
    provider_id = wamid("6591234567", "9A3CA5B3D4CD6E67E7", inbound=True)
    message = received(acme, "", msisdn="6591234567", provider_message_id=provider_id)
    page = text(visitor(acme, role).get(f"/logs/{message.umid}/"))
    assert (provider_id in page, "wamid.•••••" in page) == (role in SEES_NAMES, role not in SEES_NAMES)


def test_rest_masks_an_id_that_holds_the_number(acme):
    provider_id = wamid("6591234567", "9A3CA5B3D4CD6E67E7", inbound=True)
    received(acme, "", msisdn="6591234567", provider_message_id=provider_id)
    for may, shown in ((Permission, provider_id), ([Permission.VIEW_MESSAGES], f"wamid.•••••{provider_id[-8:]}")):
        (row,) = Client(headers=bearer(acme, may)).get("/api/v1/messages/").json()["results"]
        assert row["provider_message_id"] == shown


def names_by_letter(account):
    rows = with_names(Message.objects.filter(account=account))
    return {row.provider_message_id[-1]: tuple(names_of(row)) for row in rows}


def exported(account):
    span = (AT - DAY, AT + 30 * DAY)
    fields = ["provider_message_id", "username", "profile_name"]
    sql = log_extract(account, MessageQuery(), fields, span, whole_numbers=True).sql
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0][-1]: row[1:] for row in cursor.fetchall()}


def test_the_present_names_of_the_owner_at_the_time(acme, other):
    number = "6591234567"
    received(acme, "A", 0, msisdn=number)
    received(acme, "B", 1, msisdn=number, user_id="SG.1", username="ann", profile_name="Ann")
    received(acme, "C", 2, user_id="SG.1", username="ann.2")
    received(acme, "D", 5, msisdn=number, user_id="SG.2", profile_name="Bo 🙋")
    received(acme, "E", 6, msisdn=number)
    received(acme, "F", 6, msisdn="551187654321", profile_name="محمد")
    received(acme, "G", 7, msisdn="5511987654321")
    received(acme, "H", 7)
    expected = {
        **dict.fromkeys("ABC", ("ann.2", "Ann")), **dict.fromkeys("DE", ("", "Bo 🙋")),
        **dict.fromkeys("FG", ("", "محمد")), "H": ("", ""),
    }  # fmt: skip
    assert names_by_letter(acme) == exported(acme) == expected
    assert names_by_letter(other) == {}


def test_no_name_of_who_had_the_number_before_or_after_an_announced_change(acme):
    number, others = "6591234567", "6591230000"
    received(acme, "A", 0, msisdn=number, profile_name="Ann")
    received(acme, "B", 1, msisdn=others, user_id="SG.1", username="ann")
    for each in (number, others):
        at = AT + 3 * DAY
        record([], [Announcement(Sighting(acme.pk, at, "", each), Sighting(acme.pk, at, "", f"1{each}"))])
    received(acme, "C", 4, msisdn=number)
    received(acme, "D", 4, msisdn=others)
    received(acme, "E", 5, msisdn=number, profile_name="Bo")
    expected = {"A": ("", "Ann"), "B": ("ann", ""), "D": ("", ""), **dict.fromkeys("CE", ("", "Bo"))}
    assert names_by_letter(acme) == exported(acme) == expected


def test_a_column_of_names_needs_the_permission(acme, ann):
    body = json.dumps({"dataset": "messages", "format": "csv", "columns": ["username", "profile_name"]})
    client = Client(headers=bearer(acme, set(Permission) - {Permission.VIEW_NUMBERS}))
    answer = client.post("/api/v1/exports/", body, content_type="application/json")
    assert (answer.status_code, "username" in answer.json()["detail"]) == (403, True)
