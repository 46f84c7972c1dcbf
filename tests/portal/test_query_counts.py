"""How many queries every page costs, with one row and with three: a new page, or a query more, must be named here."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import Permission
from accounts.models import ApiKey, Membership, Subaccount
from accounts.services import create_api_key
from billing.models import RateCard
from billing.proposals import dry_runs
from billing.proposals.what_if import Proposal
from core.paging import Cursor
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.lifecycle import traffic
from messaging.log.models import Message, PhoneNumber, Template
from messaging.suppression.enums import Source
from messaging.suppression.files import read_person
from messaging.suppression.services import add
from tests.people import browser_of, member, principal
from tests.traffic import AT, call, deliver, leg, rate, report

pytestmark = pytest.mark.django_db
NOT_OURS = ("admin/", "api/", "accounts/", "graph/", "360dialog/", "webhooks/", "healthz", "metrics", "static/")
ELSEWHERE = {  # pages that need a longer setup; their own tests open them
    "invitation": "tests/accounts/test_team_pages.py",
    "archive:export": "tests/archive/views",
    "archive:export_delete": "tests/archive/views",
    "archive:schedule_delete": "tests/archive/views",
    "archive:export_file": "tests/archive/views",
    "archive:export_manifest": "tests/archive/views",
    "archive:deletion": "tests/archive/views",
    "archive:certificate": "tests/archive/views",
    "billing:try_draft": "tests/billing/views/test_prices.py",
}
_NOBODYS = {"int": 0, "uuid": UUID(int=0), "str": "nobodys"}
# Session, person, memberships with their limits and subaccounts are five of each page.
COUNTS = {
    "dashboard": 25,
    "usage": 9,
    "operations": 15,
    "profile": 6,
    "team": 8,
    "team_invite": 5,
    "team_member": 7,
    "team_remove": 8,
    "keys": 7,
    "key_new": 5,
    "key_revoke": 7,
    "audit": 8,
    "audit_csv": 6,
    "log:log": 11,
    "log:log-sentence": 8,
    "log:log-matching": 9,
    "message": 16,
    "log:templates": 14,
    "log:template": 15,
    "calls:calls": 12,
    "calls:call": 10,
    "legs:legs": 7,
    "legs:leg": 7,
    "log:numbers": 17,
    "log:number": 19,
    "log:health": 12,
    "inbound:endpoints": 6,
    "inbound:endpoint_new": 5,
    "inbound:endpoint": 6,
    "inbound:endpoint_rotate": 6,
    "inbound:endpoint_switch": 6,
    "inbound:held": 10,
    "inbound:held_replay": 7,
    "inbound:held_webhook": 7,
    "suppression:list": 11,
    "suppression:entry": 11,
    "suppression:add": 5,
    "suppression:lift": 10,
    "suppression:import": 5,
    "suppression:words": 6,
    "suppression:csv": 6,
    "events:deliveries": 9,
    "log:subaccounts": 7,
    "log:subaccount_new": 5,
    "log:subaccount_rename": 7,
    "log:subaccount_close": 7,
    "log:number_move": 8,
    "archive:costs_csv": 43,
    "archive:costs_xlsx": 18,
    "archive:exports": 7,
    "archive:export_new": 8,
    "archive:message_delete": 7,
    "archive:deletions": 7,
    "archive:deletion_new": 11,
    "archive:erase": 6,
    "archive:retention": 10,
    "billing:cards": 11,
    "billing:card": 13,
    "billing:markets": 8,
    "billing:rules": 7,
    "billing:own_prices": 10,
    "billing:import": 5,
    "billing:what_if": 10,
    "billing:dry_run": 6,
    "billing:apply": 6,
    "billing:discard": 6,
    "billing:unrated": 7,
    "billing:costs": 20,
    "billing:exemptions": 7,
}

# Tables with a row or more for each message, and the pages that read them: of one message, or of a page of the log.
# All others read sums, first of all the dashboard and the reports, and cost the same however long the log is. What
# waits or is held is counted to 1,000 by partial indexes, which settled webhooks and sent messages are not in.
GROWS = r"(?:log_(?:message|anchor|statusevent|payload)|inbound_inbox|sending_submission|billing_usagefact)\b"
READ_THE_LOG = {
    "dashboard": {"inbound_inbox", "sending_submission"},
    "operations": {"inbound_inbox", "sending_submission"},
    "inbound:held": {"inbound_inbox"},
    "inbound:held_replay": {"inbound_inbox"},
    "inbound:held_webhook": {"inbound_inbox"},
    "log:log": {"log_message", "billing_usagefact"},
    "log:log-matching": {"log_message"},
    "message": {
        "log_message", "log_statusevent", "log_payload", "sending_submission", "billing_usagefact",
    },
    "archive:message_delete": {"log_message"},
    "legs:leg": {"log_anchor"},
    "archive:deletion_new": {"log_message"},
    "archive:retention": {"inbound_inbox"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(datetime(2026, 10, 20, 12, tzinfo=UTC), tick=False):
        yield


def pages(resolver, path="", space=""):
    """Every named route as (path, name)."""
    for pattern in resolver.url_patterns:
        full_path = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages(pattern, full_path, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield full_path, f"{space}{pattern.name}"


@pytest.mark.parametrize("n", [1, 3])
def test_queries_of_every_page(acme, n):
    owner = member(acme, "owner", is_staff=True)
    for number in range(n):
        about = {"template_name": "weekend_sale", "template_language": "en", "at": AT + timedelta(hours=number)}
        deliver(acme, provider_message_id=f"wamid.{number}", **about)
        report(acme, "failed", provider_message_id=f"wamid.x{number}", error_source="meta", error_code=131026)
        report(acme, "received", provider_message_id=f"wamid.i{number}", direction="inbound")
        member(acme, "viewer")
        call(acme, call_id=f"wacid.{number}")
        leg(acme, umid=f"umid-{number}")
        item = InboxItem.objects.create(
            account=acme, endpoint=WebhookEndpoint.objects.filter(account=acme).first(), provider="meta", body=b"{}",
            received_at=AT, state="parked", reason="Why",
        )  # fmt: skip
        entry, _ = add(read_person(f"+659123000{number}"), by=principal(acme), source=Source.API)
        create_api_key(by=principal(acme), name=f"Key {number}", scopes=[Permission.VIEW_MESSAGES])
    traffic.fold()
    rate()
    first = {
        "umid": Message.objects.get(provider_message_id="wamid.0").umid,
        "call_id": call(acme).record_key,
        "leg_id": leg(acme).record_key,
        "template_id": Template.objects.filter(name="weekend_sale").first().pk,
        "number_id": PhoneNumber.objects.first().pk,
        "endpoint_id": WebhookEndpoint.objects.first().pk,
        "suppression_id": entry.pk,
        "webhook": Cursor(item.received_at, item.pk),
        "subaccount_id": Subaccount.objects.filter(account=acme).first().pk,
        "membership_id": Membership.objects.exclude(user=owner).first().pk,
        "key_id": ApiKey.objects.first().pk,
        "card_id": RateCard.objects.filter(is_active=True).first().pk,
        "run_id": dry_runs.start(Proposal(), account=acme, by=principal(None, "owner")).pk,
    }
    client = browser_of(owner)
    measured, logged = {}, {}
    for path, name in pages(get_resolver()):
        if path.startswith(NOT_OURS) or name in ELSEWHERE:
            continue
        parameters = [part.partition(">")[0].split(":") for part in path.split("<")[1:]]
        values = {key: first.get(key, _NOBODYS[kind]) for kind, key in parameters}
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(name, kwargs=values))
        assert answer.status_code != 404, f"{name}: make what {path} names, or say in ELSEWHERE which test opens it"
        if answer.status_code == 200:  # pages for POST only return 405, redirects 302
            measured[name] = len(queries)
            logged[name] = {table for each in queries for table in re.findall(GROWS, each["sql"])}
    pinned = {name: (COUNTS.get(name), measured.get(name)) for name in COUNTS.keys() | measured.keys()}
    assert {name: counts for name, counts in pinned.items() if counts[0] != counts[1]} == {}  # (pinned, found)
    assert {name: tables for name, tables in logged.items() if tables} == READ_THE_LOG
