"""The operator's admin: every page opens, nothing is counted, webhooks can be replayed."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import AuditEntry, Subaccount, User
from messaging.enums import InboxState
from messaging.models import InboxItem, WebhookEndpoint
from portal.core.paging import Cursor
from tests.people import browser_of, visitor
from tests.traffic import AT, deliver

pytestmark = pytest.mark.django_db
INBOX = "/admin/messaging/inboxitem/"
OWN = [model for model in admin.site._registry if model._meta.app_label in {"accounts", "messaging", "billing"}]


@pytest.fixture
def operator():
    return browser_of(User.objects.create_superuser("operator@people.example"))


@pytest.fixture
def item(acme):
    endpoint = WebhookEndpoint.objects.filter(account=acme).first()
    return InboxItem.objects.create(
        account=acme, endpoint=endpoint, provider="8x8", body=b'{"a": "<b>"}', received_at=AT, headers={"X-A": "1"},
        state=InboxState.QUARANTINED, attempts=5, reason="Event type 'x' is not understood yet.",
    )  # fmt: skip


def text(response):
    return response.content.decode()


def test_members_do_not_get_in(acme):
    assert visitor(acme).get("/admin/").status_code == 302


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_every_list_opens_and_big_tables_are_not_counted(acme, operator, model, item, django_assert_max_num_queries):
    deliver(acme)
    with django_assert_max_num_queries(8) as queries:
        response = operator.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    assert response.status_code == 200
    if model._meta.db_table in {"messaging_inbox", "messaging_message", "accounts_auditentry"}:
        assert not any("COUNT(" in query["sql"] for query in queries)


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_every_row_opens(acme, operator, model, item):
    deliver(acme)
    page = text(operator.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")))
    link = re.search(rf'href="(/admin/{model._meta.app_label}/{model._meta.model_name}/[^"]+/change/)', page)
    if link:
        assert operator.get(link[1]).status_code == 200


def test_webhook_is_readable(operator, item):
    page = text(operator.get(f"{INBOX}{Cursor(AT, item.pk)}/change/"))
    assert "{\n  &quot;a&quot;: &quot;&lt;b&gt;&quot;\n}" in page
    assert "&quot;X-A&quot;: &quot;1&quot;" in page
    assert "Event type &#x27;x&#x27; is not understood yet." in page


@pytest.mark.parametrize("place", ["1", "x", "5-5"])
def test_unknown_webhook_leads_back_to_the_list(operator, place):
    assert operator.get(f"{INBOX}{place}/change/").status_code == 302


def test_replay_puts_webhooks_back_in_line_and_is_audited(operator, item):
    operator.post(INBOX, {"action": "replay_chosen", "_selected_action": [item.pk]})
    item.refresh_from_db()
    assert (item.state, item.attempts, item.reason) == (InboxState.PENDING, 0, "")
    entry = AuditEntry.objects.get(action="inbox.replayed")
    assert (entry.actor, entry.target, entry.details) == (
        "operator@people.example",
        "1 webhooks",
        {"ids": [item.pk]},
    )


def test_messages_are_masked_and_read_only(acme, operator):
    message = deliver(acme)
    page = text(operator.get(f"/admin/messaging/message/{message.umid}/change/"))
    assert "+91 98•••••210" in page
    assert "9876543210" not in page
    assert operator.post(f"/admin/messaging/message/{message.umid}/change/", {}).status_code == 403
    assert operator.post(f"/admin/messaging/message/{message.umid}/delete/", {}).status_code == 403


def test_messages_are_found_by_umid(acme, operator):
    message = deliver(acme)
    assert str(message.umid) in text(operator.get(f"/admin/messaging/message/?q={message.umid}"))
    assert "91 98" not in text(operator.get("/admin/messaging/message/?q=919876"))


def test_new_endpoint_gets_its_secrets(acme, operator):
    form = {"account": acme.pk, "provider": "meta", "name": "New", "header_name": "Authorization"}
    operator.post("/admin/messaging/webhookendpoint/add/", {**form, "app_secret": "s", "verify_token": "v"})
    endpoint = WebhookEndpoint.objects.get(name="New")
    assert re.fullmatch(r"/webhooks/meta/[\w-]{32}", endpoint.path)
    assert (endpoint.app_secret, endpoint.verify_token, endpoint.is_active) == ("s", "v", True)
    page = text(operator.get(f"/admin/messaging/webhookendpoint/{endpoint.pk}/change/"))
    assert endpoint.path in page
    operator.post(f"/admin/messaging/webhookendpoint/{endpoint.pk}/change/", {"name": "Off", "header_name": "X"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.is_active, endpoint.app_secret) == ("Off", False, "s")


def test_new_person_is_stored_in_lower_case(operator):
    words = {"password1": "correct horse staple", "password2": "correct horse staple"}
    operator.post("/admin/accounts/user/add/", {"email": "New@People.example", "name": "New", **words})
    assert User.objects.get(email="new@people.example").check_password("correct horse staple")
    page = text(operator.post("/admin/accounts/user/add/", {"email": "NEW@people.example", **words}))
    assert "Someone has this address already." in page


def test_membership_offers_its_own_subaccounts(acme, other, operator):
    user = visitor(acme).get("/").context["request"].user
    membership = user.memberships.get()
    page = text(operator.get(f"/admin/accounts/membership/{membership.pk}/change/"))
    assert "Acme Online" in page
    assert "Blue Harbour</option>" not in page
    assert Subaccount.objects.filter(name="Blue Harbour").exists()
