import json

import pytest
from django.db import OperationalError

from local.demo.world import ACME, webhook
from messaging.inbound import credentials, inbox, webhooks
from messaging.inbound.models import InboxItem, WebhookEndpoint
from providers.meta.webhooks import signature

META, EIGHT, DIALOG = (webhook(ACME, provider) for provider in ("meta", "8x8", "360dialog"))
BODY = b'{"entry": []}'


@pytest.fixture(autouse=True)
def _fresh(acme, monkeypatch):
    """Clear the endpoint cache, and ignore wakeups."""
    credentials.cache.clear()
    monkeypatch.setattr(webhooks.inbox_wakeup, "notify", lambda: None)


@pytest.fixture
def post(client):
    def send(path, body=BODY, **headers):
        return client.post(path, data=body, content_type="application/json", headers=headers)

    return send


def stored():
    return InboxItem.objects.count()


def test_a_signed_body_of_meta_is_stored_and_answered_empty(post):
    answer = post(META["path"], X_Hub_Signature_256=signature(META["app_secret"], BODY))
    assert (answer.status_code, answer.content, stored()) == (200, b"", 1)


@pytest.mark.parametrize(
    "header",
    [None, "", "sha256=", "sha256=00", "sha1=abc", signature("another", BODY), signature(META["app_secret"], b"{}")],
)
def test_a_wrong_or_missing_signature_is_401(post, header):
    headers = {} if header is None else {"X-Hub-Signature-256": header}
    answer = post(META["path"], **headers)
    assert (answer.status_code, stored()) == (401, 0)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": EIGHT["authorization"]}, 200),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer ÿ"}, 401),
        ({}, 401),
    ],
)
def test_8x8_proves_itself_by_its_authorization_header(post, headers, code):
    assert post(EIGHT["path"], **headers).status_code == code


def test_8x8_without_a_header_set_needs_the_token_only(post, acme):
    WebhookEndpoint.objects.filter(account=acme, provider="8x8").update(header_digest=None)
    assert post(EIGHT["path"]).status_code == 200


def test_360dialog_proves_itself_by_its_own_header(post):
    assert post(DIALOG["path"], **{DIALOG["header"]: DIALOG["value"]}).status_code == 200
    assert post(DIALOG["path"], **{DIALOG["header"]: "x"}).status_code == 401


@pytest.mark.parametrize("path", ["/webhooks/8x8/unknown", "/webhooks/nobody/x", META["path"].replace("meta", "8x8")])
def test_an_unknown_token_is_404(post, path):
    assert (post(path).status_code, stored()) == (404, 0)


def test_an_endpoint_that_is_switched_off_is_404_within_a_second(post, acme):
    assert post(EIGHT["path"], Authorization=EIGHT["authorization"]).status_code == 200
    WebhookEndpoint.objects.filter(account=acme).update(is_active=False)
    credentials.cache.clear()
    assert post(EIGHT["path"], Authorization=EIGHT["authorization"]).status_code == 404


def test_the_account_comes_from_the_endpoint_not_from_the_body(post, acme, other):
    body = json.dumps({"accountId": str(other.public_id)}).encode()
    post(EIGHT["path"], body, Authorization=EIGHT["authorization"])
    assert InboxItem.objects.get().account_id == acme.pk


def test_a_body_that_cannot_be_read_is_answered_200_and_quarantined(post):
    assert post(EIGHT["path"], b"no json", Authorization=EIGHT["authorization"]).status_code == 200
    inbox.drain()
    assert InboxItem.objects.get().state == "quarantined"


def test_credentials_are_not_stored_with_the_body(post):
    post(EIGHT["path"], Authorization=EIGHT["authorization"])
    assert InboxItem.objects.get().headers == {"Content-Type": "application/json"}


@pytest.mark.parametrize(("size", "code"), [(4 * 1024 * 1024, 200), (4 * 1024 * 1024 + 1, 413)])
def test_four_mebibytes_are_the_limit(post, size, code):
    answer = post(EIGHT["path"], b"x" * size, Authorization=EIGHT["authorization"])
    assert answer.status_code == code


def test_only_post_is_allowed(client):
    answer = client.get(EIGHT["path"])
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_meta_verifies_the_address(client):
    query = {"hub.mode": "subscribe", "hub.verify_token": META["verify_token"], "hub.challenge": "1158201444"}
    answer = client.get(META["path"], query)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"1158201444", "text/plain")
    assert client.get(META["path"], query | {"hub.verify_token": "wrong"}).status_code == 403
    assert client.get(META["path"], query | {"hub.mode": "other"}).status_code == 403


def test_what_cannot_be_stored_is_503_and_to_be_tried_again(post, monkeypatch):
    def away(*_):
        raise OperationalError("the server is gone")

    monkeypatch.setattr(inbox, "store", away)
    monkeypatch.setattr(webhooks.connection, "close", lambda: None)
    answer = post(EIGHT["path"], Authorization=EIGHT["authorization"])
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_a_webhook_takes_one_query_once_its_endpoint_is_known(post, django_assert_num_queries):
    post(EIGHT["path"], Authorization=EIGHT["authorization"])
    with django_assert_num_queries(1):
        post(EIGHT["path"], Authorization=EIGHT["authorization"])
