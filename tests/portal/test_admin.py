"""The operator's admin: every page opens, nothing is counted, webhooks can be replayed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse

from accounts.models import AuditEntry, Subaccount, User
from core.paging import Cursor
from core.secrets import digest
from messaging.inbound.admin import inbox
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem, WebhookEndpoint
from tests.people import browser_of, visitor
from tests.traffic import AT, deliver
from tests.visible import text

pytestmark = pytest.mark.django_db
INBOX = "/admin/inbound/inboxitem/"
OWN = [model for model in admin.site._registry if model._meta.app_label in {"accounts", "messaging", "billing"}]


@pytest.fixture
def operator():
    return browser_of(User.objects.create_superuser("operator@people.example", is_demo=True))


@pytest.fixture
def item(acme):
    endpoint = WebhookEndpoint.objects.filter(account=acme).first()
    return InboxItem.objects.create(
        account=acme, endpoint=endpoint, provider="8x8", body=b'{"a": "<b>"}', received_at=AT, headers={"X-A": "1"},
        state=InboxState.QUARANTINED, attempts=5, reason="Event type 'x' is not understood yet.",
    )  # fmt: skip


def test_members_do_not_get_in(acme):
    assert visitor(acme).get("/admin/").status_code == 302


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_every_list_opens_and_big_tables_are_not_counted(acme, operator, model, item, django_assert_max_num_queries):
    deliver(acme)
    with django_assert_max_num_queries(8) as queries:
        response = operator.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    assert response.status_code == 200
    if model._meta.db_table in {"inbound_inbox", "log_message", "accounts_auditentry"}:
        assert not any("COUNT(" in query["sql"] for query in queries)


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_every_row_opens(acme, operator, model, item):
    deliver(acme)
    page = text(operator.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")))
    link = re.search(rf'href="(/admin/{model._meta.app_label}/{model._meta.model_name}/[^"]+/change/)', page)
    if link:
        assert operator.get(link[1]).status_code == 200


def test_webhook_is_readable(operator, item):
    page = operator.get(f"{INBOX}{Cursor(AT, item.pk)}/change/").content.decode()
    assert "{\n  &quot;a&quot;: &quot;&lt;b&gt;&quot;\n}" in page
    assert "&quot;X-A&quot;: &quot;1&quot;" in page
    assert "Event type &#x27;x&#x27; is not understood yet." in page


@pytest.mark.parametrize("place", ["1", "x", "5-5"])
def test_unknown_webhook_leads_back_to_the_list(operator, place):
    assert operator.get(f"{INBOX}{place}/change/").status_code == 302


def test_replay_puts_webhooks_back_in_line_and_is_audited(operator, item):
    operator.post(INBOX, {"action": "replay_selected", "_selected_action": [item.pk]})
    item.refresh_from_db()
    assert (item.state, item.attempts, item.reason) == (InboxState.PENDING, 0, "")
    entry = AuditEntry.objects.get(action="inbox.replayed")
    assert (entry.actor, entry.target, entry.details) == (
        "operator@people.example",
        "1 webhook",
        {"ids": [item.pk], "count": 1},
    )


def test_the_list_leads_to_the_replay_of_all_that_match(operator, item):
    page = text(operator.get(f"{INBOX}?state__exact=quarantined"))
    assert f'href="{INBOX}replay/?state__exact=quarantined"' in page


def test_replay_of_all_that_match_needs_confirmation(acme, operator, item):
    url = f"{INBOX}replay/?state__exact=quarantined"
    page = text(operator.get(url))
    assert "Replay 1 webhook?" in page
    assert "Acme Retail, 8x8, quarantined: Event type &#x27;x&#x27; is not understood yet." in page
    item.refresh_from_db()
    assert item.state == InboxState.QUARANTINED


def test_replay_of_all_that_match(acme, other, operator, item):
    parked = InboxItem.objects.create(
        account=other, endpoint=item.endpoint, provider="8x8", body=b"", received_at=AT, state=InboxState.PARKED
    )
    answer = operator.post(f"{INBOX}replay/?state__exact=quarantined&account__id__exact={acme.pk}", follow=True)
    assert "1 webhook will be replayed." in text(answer)
    item.refresh_from_db()
    parked.refresh_from_db()
    assert (item.state, item.attempts, parked.state) == (InboxState.PENDING, 0, InboxState.PARKED)
    entry = AuditEntry.objects.get(action="inbox.replayed")
    assert (entry.account, entry.target, entry.ip_address) == (None, "1 webhook", "127.0.0.1")
    assert entry.details == {
        "filter": {"state__exact": "quarantined", "account__id__exact": str(acme.pk)},
        "count": 1,
    }


def test_too_many_are_not_replayed(acme, operator, item, monkeypatch):
    monkeypatch.setattr(inbox, "MAX_REPLAYED", 0)
    for answer in (operator.get(f"{INBOX}replay/"), operator.post(f"{INBOX}replay/")):
        assert "More than 0 webhooks match, which is too many to replay at once." in text(answer)
    item.refresh_from_db()
    assert item.state == InboxState.QUARANTINED


def test_replay_of_nothing_and_of_nonsense(every_account, operator):
    assert "No webhooks match." in text(operator.get(f"{INBOX}replay/?state__exact=parked"))
    assert operator.post(f"{INBOX}replay/?colour=red").status_code == 302
    assert not AuditEntry.objects.filter(action="inbox.replayed").exists()


def test_members_replay_nothing(acme, item):
    assert visitor(acme).post(f"{INBOX}replay/").status_code == 302
    item.refresh_from_db()
    assert item.state == InboxState.QUARANTINED


def test_messages_are_masked_and_read_only(acme, operator):
    message = deliver(acme)
    page = text(operator.get(f"/admin/log/message/{message.umid}/change/"))
    assert "+91 98•••••210" in page
    assert "9876543210" not in page
    assert operator.post(f"/admin/log/message/{message.umid}/change/", {}).status_code == 403
    assert operator.post(f"/admin/log/message/{message.umid}/delete/", {}).status_code == 403


def test_messages_are_found_by_umid(acme, operator):
    message = deliver(acme)
    assert str(message.umid) in text(operator.get(f"/admin/log/message/?q={message.umid}"))
    assert "91 98" not in text(operator.get("/admin/log/message/?q=919876"))


def test_new_endpoint_gets_its_secrets(acme, operator):
    form = {"account": acme.pk, "provider": "meta", "name": "New", "header_name": "Authorization"}
    operator.post("/admin/inbound/webhookendpoint/add/", {**form, "app_secret": "s", "verify_token": "v"})
    endpoint = WebhookEndpoint.objects.get(name="New")
    assert re.fullmatch(r"/webhooks/meta/[\w-]{32}", endpoint.path)
    assert (endpoint.app_secret, endpoint.verify_token, endpoint.is_active) == ("s", "v", True)
    page = text(operator.get(f"/admin/inbound/webhookendpoint/{endpoint.pk}/change/"))
    assert endpoint.path in page
    operator.post(f"/admin/inbound/webhookendpoint/{endpoint.pk}/change/", {"name": "Off", "header_name": "X"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.is_active, endpoint.app_secret) == ("Off", False, "s")


@pytest.fixture
def endpoint(acme):
    return WebhookEndpoint.objects.get(account=acme, provider="meta")


@pytest.fixture
def change(operator, endpoint):
    """Post the endpoint's page with changed fields and return the next page."""

    def post(**fields):
        form = {"name": endpoint.name, "header_name": endpoint.header_name, "is_active": "on", "rate_limit": 1000}
        answer = operator.post(f"/admin/inbound/webhookendpoint/{endpoint.pk}/change/", {**form, **fields}, follow=True)
        endpoint.refresh_from_db()
        return text(answer)

    return post


def audited(action):
    return AuditEntry.objects.get(action=action).details


@pytest.mark.parametrize(
    ("hours", "valid_hours"), [({}, 24), ({"keep_hours": ""}, 24), ({"keep_hours": 168}, 168), ({"keep_hours": 0}, 0)]
)
def test_rotation_keeps_the_former_secret_for_a_while(acme, endpoint, change, hours, valid_hours):
    before, now = endpoint.app_secret, datetime(2026, 11, 1, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        page = change(app_secret="fresh", **hours)
    assert (endpoint.app_secret, endpoint.former_app_secret) == ("fresh", before)
    assert endpoint.former_until == now + timedelta(hours=valid_hours)
    assert ("The former secrets are valid until" in page) == bool(valid_hours)
    assert audited("endpoint.rotated") == {
        "secrets": ["app_secret"],
        "former_valid_until": endpoint.former_until.isoformat(),
    }
    assert "fresh" not in page
    assert not AuditEntry.objects.filter(action="endpoint.changed").exists()


def test_a_new_header_value(endpoint, change):
    before = bytes(endpoint.header_digest or b"")
    change(header_value="new words")
    assert bytes(endpoint.header_digest) == digest("new words")
    assert bytes(endpoint.former_header_digest or b"") == before


@pytest.mark.parametrize("hours", [-1, 169, "x"])
def test_a_rotation_lasts_a_week_at_most(endpoint, change, hours):
    before = endpoint.app_secret
    change(app_secret="fresh", keep_hours=hours)
    assert endpoint.app_secret == before


def test_who_may_post_can_be_changed(acme, other, endpoint, change):
    change(networks="10.0.0.0/8, 2001:db8::/32", rate_limit=50, shared_with=[other.pk])
    assert (endpoint.networks, endpoint.rate_limit) == (["10.0.0.0/8", "2001:db8::/32"], 50)
    assert list(endpoint.shared_with.all()) == [other]
    assert audited("endpoint.changed") == {
        "networks": ["10.0.0.0/8", "2001:db8::/32"],
        "rate_limit": 50,
        "shared_with": [other.pk],
    }
    assert not AuditEntry.objects.filter(action="endpoint.rotated").exists()


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [("networks", "10.0.0.0/99", "is not a network"), ("rate_limit", -1, "greater than or equal to 0")],
)
def test_what_makes_no_sense_is_refused(endpoint, change, field, value, problem):
    assert problem in change(**{field: value})
    assert (endpoint.networks, endpoint.rate_limit) == ([], 1000)


def test_an_endpoint_is_not_shared_with_its_own_account(acme, endpoint, change):
    assert "This is the endpoint&#x27;s own account." in change(shared_with=[acme.pk])
    assert not endpoint.shared_with.exists()


def test_new_person_is_stored_in_lower_case(operator):
    words = {"password1": "correct horse staple", "password2": "correct horse staple"}
    operator.post("/admin/accounts/user/add/", {"email": "New@People.example", "name": "New", **words})
    assert User.objects.get(email="new@people.example").check_password("correct horse staple")
    page = text(operator.post("/admin/accounts/user/add/", {"email": "NEW@people.example", **words}))
    assert "Someone already has this address." in page


def test_membership_offers_its_own_subaccounts(acme, other, operator):
    user = visitor(acme).get("/").context["request"].user
    membership = user.memberships.get()
    page = text(operator.get(f"/admin/accounts/membership/{membership.pk}/change/"))
    assert "Acme Online" in page
    assert "Blue Harbour</option>" not in page
    assert Subaccount.objects.filter(name="Blue Harbour").exists()
