"""The settings of webhook endpoints, and what their changes do to webhooks."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import AuditEntry
from core import ttl_cache
from local.demo.world import ACME, webhook
from messaging.inbound import credentials, webhooks
from messaging.inbound.models import WebhookEndpoint
from providers.meta.webhooks import signature
from tests.people import visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
LIST = "/settings/webhooks/"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """Clear the endpoint cache, and ignore wakeups."""
    monkeypatch.setattr(ttl_cache, "SECONDS", 0)
    credentials.cache.clear()
    monkeypatch.setattr(webhooks.inbox_wakeup, "notify", lambda: None)


def of(account, provider):
    return WebhookEndpoint.objects.get(account=account, provider=provider)


def displayed_value(page, name):
    """The value that a page offers for copying."""
    return html.unescape(re.search(rf'id="{name}">([^<]+)<', text(page))[1])


def post(client, path, **headers):
    return client.post(path, data=b"{}", content_type="application/json", headers=headers).status_code


def entry(action):
    row = AuditEntry.objects.get(action=action)
    return row.actor.partition("@")[0].rstrip("0123456789"), row.target, row.details


def test_the_list_has_each_address_and_when_it_last_took_a_webhook(acme, client):
    source = webhook(ACME, "8x8")
    with time_machine.travel(datetime.now(UTC), tick=False):
        assert post(client, source["path"], Authorization=source["authorization"]) == 200
    page = visitor(acme, "developer").get(LIST)
    assert f"http://127.0.0.1:8000{source['path']}" in text(page)
    assert text(page).count("none yet") == 2
    assert of(acme, "8x8").last_event_at is not None


def test_the_last_event_is_written_once_a_minute(acme, client, monkeypatch, django_assert_num_queries):
    source, clock = webhook(ACME, "8x8"), [1_000.0]
    monkeypatch.setattr(credentials.time, "monotonic", lambda: clock[0])
    for seconds, queries in ((0, 3), (59, 2), (61, 3)):  # the endpoint, the webhook, and the note
        clock[0] = 1_000.0 + seconds
        with django_assert_num_queries(queries):
            post(client, source["path"], Authorization=source["authorization"])


def test_a_refused_webhook_is_no_event(acme, client):
    assert post(client, webhook(ACME, "8x8")["path"]) == 401
    assert of(acme, "8x8").last_event_at is None


def test_make_an_endpoint_of_8x8_whose_secret_is_shown_once(acme, client):
    developer = visitor(acme, "developer")
    answer = developer.post(f"{LIST}new/", {"provider": "8x8", "name": "New"})
    path, header = (
        displayed_value(answer, "address").removeprefix("http://127.0.0.1:8000"),
        displayed_value(answer, "header"),
    )
    assert header.startswith("Bearer ")
    assert (post(client, path), post(client, path, Authorization=header)) == (401, 200)
    endpoint = WebhookEndpoint.objects.get(name="New")
    assert (endpoint.account, endpoint.header_name) == (acme, "Authorization")
    assert header not in text(developer.get(f"{LIST}{endpoint.pk}/"))
    assert entry("endpoint.created") == ("developer", "New (8x8)", {"provider": "8x8"})


def test_make_an_endpoint_of_meta_that_meta_can_verify(acme, client):
    answer = visitor(acme).post(f"{LIST}new/", {"provider": "meta", "name": "New", "app_secret": "s3cret"})
    path, verify = (
        displayed_value(answer, "address").removeprefix("http://127.0.0.1:8000"),
        displayed_value(answer, "verify"),
    )
    query = {"hub.mode": "subscribe", "hub.verify_token": verify, "hub.challenge": "42"}
    assert client.get(path, query).content == b"42"
    assert post(client, path, X_Hub_Signature_256=signature("s3cret", b"{}")) == 200
    assert "s3cret" not in text(answer)


@pytest.mark.parametrize(
    ("form", "field"),
    [({"provider": "meta"}, "app_secret"), ({"provider": "sandbox"}, "provider"), ({"name": ""}, "name")],
)
def test_what_makes_no_endpoint_names_the_field(acme, form, field):
    page = visitor(acme).post(f"{LIST}new/", {"provider": "8x8", "name": "New", **form})
    assert list(page.context["form"].errors) == [field]
    assert WebhookEndpoint.objects.filter(account=acme).count() == 3


def test_rotating_keeps_the_former_secret_for_the_requested_hours(acme, client):
    endpoint, source = of(acme, "360dialog"), webhook(ACME, "360dialog")
    with time_machine.travel(NOW, tick=False):
        answer = visitor(acme).post(f"{LIST}{endpoint.pk}/rotate/", {"keep_hours": "2"})
    fresh = displayed_value(answer, "header")
    details = {"secrets": ["header"], "former_valid_until": "2026-11-01T14:00:00+00:00"}
    assert entry("endpoint.rotated") == ("owner", "360dialog demo (360dialog)", details)
    for hours, former in ((1, 200), (3, 401)):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            answers = [post(client, source["path"], X_Tollgate_Key=value) for value in (source["value"], fresh)]
        assert answers == [former, 200]


def test_metas_app_secret_is_changed_by_hand(acme, client):
    endpoint, source = of(acme, "meta"), webhook(ACME, "meta")
    owner = visitor(acme)
    assert list(owner.post(f"{LIST}{endpoint.pk}/rotate/", {"keep_hours": "0"}).context["form"].errors) == [
        "app_secret"
    ]
    owner.post(f"{LIST}{endpoint.pk}/rotate/", {"keep_hours": "0", "app_secret": "fresh"})
    answers = [
        post(client, source["path"], X_Hub_Signature_256=signature(key, b"{}"))
        for key in (source["app_secret"], "fresh")
    ]
    assert answers == [401, 200]


def test_an_endpoint_without_a_secret_gets_one(acme, client):
    WebhookEndpoint.objects.filter(account=acme, provider="8x8").update(header_digest=None)
    endpoint, path = of(acme, "8x8"), webhook(ACME, "8x8")["path"]
    answer = visitor(acme).post(f"{LIST}{endpoint.pk}/rotate/")
    assert "The former secret" not in text(answer)
    assert (post(client, path), post(client, path, Authorization=displayed_value(answer, "header"))) == (401, 200)


def test_switching_off_needs_confirmation_and_on_does_not(acme, client):
    endpoint, source = of(acme, "8x8"), webhook(ACME, "8x8")
    owner = visitor(acme)
    assert "Switch 8x8 demo off?" in text(owner.get(f"{LIST}{endpoint.pk}/switch/"))
    for _ in range(2):
        assert owner.post(f"{LIST}{endpoint.pk}/switch/", {"active": "off"}).url == f"{LIST}{endpoint.pk}/"
    assert post(client, source["path"], Authorization=source["authorization"]) == 404
    owner.post(f"{LIST}{endpoint.pk}/switch/", {"active": "on"})
    assert post(client, source["path"], Authorization=source["authorization"]) == 200
    details = AuditEntry.objects.filter(action="endpoint.changed").order_by("id").values_list("details", flat=True)
    assert list(details) == [{"is_active": False}, {"is_active": True}]


def test_the_test_says_what_happened(acme, settings):
    settings.BASE_URL = "http://127.0.0.1:9"
    page = text(visitor(acme).post(f"{LIST}{of(acme, '8x8').pk}/test/"))
    assert "127.0.0.1 could not be reached from here" in page


@pytest.mark.parametrize("path", ["", "test/", "rotate/", "switch/"])
def test_endpoints_of_others_are_404(acme, other, path):
    url = f"{LIST}{of(other, 'meta').pk}/{path}"
    client = visitor(acme)
    assert client.post(url, {"active": "off", "keep_hours": "0", "app_secret": "x"}).status_code == 404
    assert client.get(url).status_code in {404, 405}
    assert of(other, "meta").is_active


def test_a_limited_member_cannot_manage_the_accounts_endpoints(acme):
    page = visitor(acme, "developer", "acme_shop").get(LIST)
    assert page.status_code == 403
    assert "This page covers the whole account" in text(page)
    assert "/webhooks/meta/" not in text(visitor(acme, "developer", "acme_shop").get("/"))
    assert "/webhooks/meta/" in text(visitor(acme, "developer").get("/"))


def test_an_account_without_endpoints_is_prompted_to_add_one(acme):
    WebhookEndpoint.objects.all().delete()
    client = visitor(acme)
    assert "No webhook endpoint yet" in text(client.get(LIST))
    assert 'href="/settings/webhooks/new/"' in text(client.get("/"))


@pytest.mark.parametrize("rows", [0, 5])
def test_queries(acme, rows, django_assert_num_queries):
    client = visitor(acme)
    for _ in range(rows):
        client.post(f"{LIST}new/", {"provider": "8x8", "name": "New"})
    with django_assert_num_queries(6):  # session, person, memberships, limits, subaccounts; endpoints
        client.get(LIST)
