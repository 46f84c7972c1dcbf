"""GET /metrics: exact samples, who may read them, and nothing personal in them."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families

from messaging.inbound.models import InboxItem, WebhookEndpoint
from portal import metrics
from tests.traffic import AT, deliver, report

pytestmark = pytest.mark.django_db
NOW = AT.replace(hour=12)


@pytest.fixture(autouse=True)
def _same_day():
    with time_machine.travel(NOW, tick=False):
        yield


def samples(answer):
    families = text_string_to_metric_families(answer.content.decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def webhook(account, state, waits=timedelta(0)):
    endpoint = WebhookEndpoint.objects.filter(account=account).first()
    InboxItem.objects.create(
        account=account, endpoint=endpoint, provider="meta", body=b"", received_at=AT, state=state, due_at=NOW - waits
    )


def test_an_empty_installation(client):
    assert {name: value for name, value in samples(client.get("/metrics")).items() if "webhooks" not in name[0]} == {
        ("tollgate_inbox_rows", "pending"): 0,
        ("tollgate_inbox_rows", "quarantined"): 0,
        ("tollgate_inbox_rows", "parked"): 0,
        ("tollgate_messages_in_sent", "1h"): 0,
        ("tollgate_messages_in_sent", "24h"): 0,
        ("tollgate_inbox_oldest_waiting_seconds",): 0,
        ("tollgate_quiet_numbers",): 0,
        ("tollgate_uncertain_messages",): 0,
        ("tollgate_dirty_buckets",): 0,
        ("tollgate_failed_buckets",): 0,
        ("tollgate_unfolded_counts",): 0,
        ("tollgate_build_info", "0.1.0"): 1,
    }


def test_what_waits_and_what_is_missing(acme, other, client):
    webhook(acme, "pending", timedelta(seconds=70))
    webhook(acme, "parked")
    webhook(other, "parked")
    deliver(acme)
    report(acme, "sent", provider_message_id="wamid.B", at=NOW - timedelta(hours=30))
    values = samples(client.get("/metrics"))
    assert values["tollgate_inbox_rows", "pending"] == 1
    assert values["tollgate_inbox_rows", "parked"] == 2
    assert values["tollgate_inbox_oldest_waiting_seconds",] == 70
    assert values["tollgate_messages_in_sent", "24h"] == 1
    assert values["tollgate_dirty_buckets",] == 1


def test_webhooks_are_counted_by_their_answer(client):
    def counted():
        return samples(client.get("/metrics")).get(("tollgate_webhooks_total", "404", "meta"), 0)

    before = counted()
    client.post("/webhooks/meta/nobody", b"", content_type="application/json")
    assert counted() == before + 1


def test_made_up_providers_are_one(client):
    def providers():
        return {key[2] for key in samples(client.get("/metrics")) if key[0] == "tollgate_webhooks_total"}

    before = providers()
    for name in ("a", "b"):
        client.post(f"/webhooks/{name}/nobody", b"", content_type="application/json")
    assert providers() == before | {"unknown"}


def test_nothing_personal(acme, client):
    report(acme, "sent", at=NOW - timedelta(hours=30))
    webhook(acme, "quarantined")
    page = client.get("/metrics").content.decode()
    assert not any(word in page for word in ("Acme", "919876543210", "15550783881", "106540352242922"))


def test_the_scrape_has_few_queries(acme, other, client, django_assert_num_queries):
    with django_assert_num_queries(10):
        client.get("/metrics")


@pytest.mark.parametrize(
    ("about", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.7"}, 403),
        ({"REMOTE_ADDR": ""}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),  # a proxy that we do not know
    ],
)
def test_without_a_token_only_this_machine_may(client, about, status):
    assert client.get("/metrics", **about).status_code == status


@pytest.mark.parametrize(
    ("remote", "forwarded", "status"),
    [("127.0.0.1", "127.0.0.1", 200), ("127.0.0.1", "203.0.113.9", 403), ("10.0.0.7", "127.0.0.1", 403)],
)
def test_behind_a_proxy_of_ours(client, settings, remote, forwarded, status):
    settings.TRUSTED_PROXY_COUNT = 1
    about = {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}
    assert client.get("/metrics", **about).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer s3cret"}, 200),
        ({"Authorization": "Bearer wrong"}, 401),
        ({}, 401),
        ({"Authorization": "Bearer é"}, 401),
    ],
)
def test_access_needs_the_token(client, settings, headers, status):
    settings.METRICS_TOKEN = "s3cret"
    answer = client.get("/metrics", headers=headers, REMOTE_ADDR="10.0.0.7")
    assert answer.status_code == status
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


def test_only_get(client):
    assert client.post("/metrics").status_code == 405


def test_the_database_is_away(client, monkeypatch):
    def fail(now):
        raise OperationalError

    monkeypatch.setattr(metrics, "installation_state", fail)
    answer = client.get("/metrics")
    assert (answer.status_code, answer.content) == (503, b"The database does not respond.\n")
