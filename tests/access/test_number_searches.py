"""Who sees masked numbers cannot search by them: a number that is there gets the response of one that is not."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.models import User
from accounts.permissions import ROLE_PERMISSIONS
from accounts.services import create_api_key
from archive.models import Deletion, Export, ExportSchedule
from messaging.log.models import SavedFilter
from messaging.persons.selectors.identities import identity_of
from messaging.suppression.enums import Action, Source
from messaging.suppression.recording import Fact, record
from tests.people import browser_of, principal, visitor
from tests.traffic import call, deliver, leg, report
from tests.visible import text

pytestmark = pytest.mark.django_db
HERE, AWAY = {"number": "919876543210", "id": "IN.77"}, {"number": "919876500000", "id": "IN.88"}
NEEDS = "requires the permission to see full phone numbers (msisdn:read)"
SCOPES = set(Permission) - {Permission.VIEW_NUMBERS}
PAGES = [
    "/logs/?subaccount=&q={number}", "/logs/?subaccount=&q=%2B{number}", "/logs/?subaccount=&q={id}",
    "/logs/?subaccount=&q=+{number}+", "/logs/?subaccount=&msisdn={number}", "/logs/?subaccount=&person={number}",
    "/logs/?subaccount=&person={id}", "/logs/?subaccount=&number_ends={number}", "/calls/?subaccount=&person={number}",
    "/calls/?subaccount=&person={id}", "/logs/other-channels/?subaccount=&person={number}",
    "/logs/other-channels/?subaccount=&person={id}", "/settings/suppression/?person={number}",
    "/settings/suppression/?person={id}",
]  # fmt: skip
LISTS = [
    "messages/?search={number}", "messages/?search={id}", "messages/?msisdn={number}", "messages/?person={number}",
    "messages/?person={id}", "messages/?number_ends={number}", "calls/?msisdn={number}", "calls/?person={number}",
    "calls/?user_id={id}", "other-channels/?msisdn={number}", "other-channels/?person={id}",
    "other-channels/?user_id={id}", "suppressions/?person={number}", "suppressions/?person={id}",
]  # fmt: skip
MESSAGES, CALLS, OTHERS = ({"dataset": each} for each in ("messages", "calls", "other_channels"))
BODIES = [
    *(("exports/", {**MESSAGES, "filters": {name: "{number}"}}) for name in ("search", "msisdn", "person")),
    ("exports/", {**MESSAGES, "filters": {"number_ends": "{number}"}}),
    *(("exports/", {**each, "filters": {"person": "{number}"}}) for each in (CALLS, OTHERS)),
    *(("exports/", {**each, "filters": {"user_id": "{id}"}}) for each in (CALLS, OTHERS)),
    *(("deletions/", {"filter": {name: "{number}"}, "dry_run": True}) for name in ("search", "msisdn", "person")),
    *(("deletions/", {"filter": {name: "{number}"}}) for name in ("search", "msisdn", "person")),
    ("subaccounts/acme_shop/messages/exports", {"phoneNumber": "+{number}"}),
    ("subaccounts/acme_shop/messages/exports", {"channelUserId": "{id}"}),
]


@pytest.fixture
def traffic(acme):
    """A message, a call, a message on another channel and a stop of one person."""
    now = timezone.now()
    deliver(acme, at=now, msisdn=HERE["number"])
    report(acme, "received", provider_message_id="wamid.B", at=now, direction="inbound", msisdn="", user_id=HERE["id"])
    call(acme, at=now, msisdn=HERE["number"])
    call(acme, call_id="B", at=now, msisdn="", user_id=HERE["id"])
    leg(acme, at=now, msisdn=HERE["number"])
    leg(acme, umid="B", at=now, msisdn="", user_id=HERE["id"])
    for value in HERE.values():
        record([Fact(acme.pk, identity_of(value), now, Action.STOP, Source.WORD, "STOP")])
    return acme


def spelled(value, who):
    return json.loads(json.dumps(value).replace("{number}", who["number"]).replace("{id}", who["id"]))


def without(who, content):
    for value in who.values():
        content = content.replace(value, "…")
    return re.sub(r"\b\w{64}\b", "…", content)  # tokens against CSRF


@pytest.mark.parametrize("role", [role for role in Role if Permission.VIEW_NUMBERS not in ROLE_PERMISSIONS[role]])
def test_pages_refuse_a_number_without_saying_whether_it_is_there(traffic, role):
    client = visitor(traffic, role)
    for url in PAGES:
        here, away = (without(who, text(client.get(spelled(url, who)))) for who in (HERE, AWAY))
        assert NEEDS in here, url
        assert here == away, url
        assert "row-link" not in here


@pytest.mark.parametrize("url", ["/logs/sentence/?q={number}", "/logs/matching/?q={number}"])
def test_parts_of_the_log_say_nothing(traffic, url):
    client = visitor(traffic, "viewer")
    assert client.get(spelled(url, HERE)).content == client.get(spelled(url, AWAY)).content == b""


def test_a_saved_filter_of_former_days_is_refused_when_it_is_opened(traffic):
    client = visitor(traffic, "viewer")
    user = User.objects.latest("pk")
    SavedFilter.objects.create(account=traffic, user=user, name="Ann", query=f"?msisdn={HERE['number']}")
    assert NEEDS in text(client.get(f"/logs/?subaccount=&msisdn={HERE['number']}"))


@pytest.fixture
def key(acme):
    """Headers of a key that may do everything but see numbers."""
    _, token = create_api_key(by=principal(acme), name="Test", scopes=sorted(SCOPES))
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("url", LISTS)
def test_lists_over_rest_refuse_a_number(traffic, client, key, url):
    here, away = (client.get(f"/api/v1/{spelled(url, who)}", headers=key) for who in (HERE, AWAY))
    assert (here.status_code, here.json()["errors"]) == (400, away.json()["errors"])
    assert NEEDS in here.json()["errors"][0]["message"]


@pytest.mark.parametrize(("path", "body"), BODIES)
def test_jobs_over_rest_refuse_a_number(traffic, client, key, path, body):
    def ask(who):
        return client.post(f"/api/v1/{path}", spelled(body, who), content_type="application/json", headers=key)

    def problem_of(response):
        return {name: each for name, each in response.json().items() if name not in {"errorId", "timestamp"}}

    here, away = ask(HERE), ask(AWAY)
    assert (here.status_code, problem_of(here)) == (400, problem_of(away))
    assert NEEDS in here.content.decode()
    assert not Export.objects.exists()
    assert not Deletion.objects.exists()


def test_files_of_pages_refuse_a_number(traffic):
    client = visitor(traffic, "finance")
    body = {"query": f"?msisdn={HERE['number']}", "format": "csv", "every": "day", "dataset": "messages"}
    client.post("/exports/new/", body)
    assert not Export.objects.exists()
    assert not ExportSchedule.objects.exists()
    file = client.get("/settings/suppression/list.csv", {"person": HERE["number"]})
    assert file.status_code == 400
    assert "(msisdn:read)" in file.content.decode()


@pytest.mark.parametrize("lookup", ["msisdn__startswith=91", "user_id__startswith=IN", f"msisdn={HERE['number']}"])
def test_the_admin_filters_by_nothing_that_it_masks(traffic, lookup):
    client: Client = browser_of(User.objects.create_superuser("op@x.example", "x", is_demo=True))
    shown = client.get(f"/admin/log/message/?{lookup}")
    assert shown.status_code == 400 or "e=1" in shown.headers.get("Location", "")


def test_a_umid_still_leads_to_the_person(traffic, client, key):
    umid = client.get("/api/v1/messages/?provider_message_id=wamid.A", headers=key).json()["results"][0]["umid"]
    found = client.get(f"/api/v1/messages/?person={umid}", headers=key).json()["results"]
    assert [each["msisdn"] for each in found] == ["+91 98•••••210"]
