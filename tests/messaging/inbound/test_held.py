"""The pages of webhooks on hold: what they list and explain, for whom, and replay."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from core.paging import Cursor
from messaging.inbound import inbox
from messaging.inbound.models import InboxItem, Replay, WebhookEndpoint
from messaging.inbound.selectors.inbox import HeldFilter
from messaging.inbound.services import replay as replays
from messaging.log.models import PhoneNumber
from providers.meta.simulation import meta_status
from tests.people import principal, visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
LIST = "/settings/held-webhooks/"
UNKNOWN = b'{"entry": [{"changes": [{"field": "moons", "value": {"name": "Asha", "wa_id": "919876543210"}}]}]}'


def received(account, body, provider="meta"):
    """A webhook that has been processed."""
    endpoint = WebhookEndpoint.objects.get(account=account, provider=provider)
    inbox.store(account.pk, endpoint.pk, provider, {"User-Agent": "test"}, body)
    inbox.drain()
    return InboxItem.objects.order_by("-id").first()


def parked_body(wamid="wamid.A"):
    return meta_status(
        waba_id="1", number_id="999", wamid=wamid, status="delivered", at=int(timezone.now().timestamp()),
        msisdn="919876543210", category="marketing",
    )  # fmt: skip


def page_of(item):
    return f"{LIST}{Cursor(item.received_at, item.pk)}/"


def shown_ids(client, query=""):
    return [row["item"].pk for row in client.get(LIST + query).context["rows"]]


@pytest.fixture
def items(acme, other):
    """One of each kind: unknown, parked, unreadable, with a note; and another account's."""
    received(other, b"[]")
    kept = b'{"entry": [{"changes": [{"field": "smb_app_state_sync", "value": {}}]}]}'
    return [received(acme, UNKNOWN), received(acme, parked_body()), received(acme, b"[]"), received(acme, kept)]


def test_the_list_and_its_filters(acme, items):
    unknown, parked, unreadable, noted = [item.pk for item in items]
    client = visitor(acme, "developer")
    assert shown_ids(client) == [unreadable, parked, unknown]
    assert shown_ids(client, "?state=parked") == [parked]
    assert shown_ids(client, "?reason=unknown") == [unknown]
    assert shown_ids(client, "?provider=8x8") == []
    assert shown_ids(client, "?state=noted") == [noted]
    assert shown_ids(client, "?state=noted&reason=part") == []
    assert shown_ids(client, f"?endpoint={items[0].endpoint_id}&state=quarantined") == [unreadable, unknown]
    page = text(client.get(LIST))
    assert "3 webhooks have parts that are not applied; their other parts are in the log" in page
    assert "Number id &#x27;999&#x27; is not registered with meta in this account" in page


def test_pages_of_the_list(acme, items, monkeypatch):
    monkeypatch.setattr("messaging.inbound.views.held.PAGE_SIZE", 2)
    client = visitor(acme)
    first = client.get(LIST)
    assert shown_ids(client, f"?older={first.context['page'].older}") == [items[0].pk]


def test_an_empty_list_explains_itself(acme):
    client = visitor(acme)
    assert "Every part of every webhook was applied." in text(client.get(LIST))
    assert "No webhooks match" in text(client.get(f"{LIST}?state=parked"))
    assert "Check the filters" in text(client.get(f"{LIST}?state=lost"))


def test_the_page_of_one(acme, items):
    page = text(visitor(acme, "owner").get(page_of(items[0])))
    assert "Field &#x27;moons&#x27; is not understood yet." in page
    assert "You need not do anything now." in page
    assert "Asha" in page
    masked = text(visitor(acme, "developer").get(page_of(items[0])))
    assert "919876543210" in masked
    assert "Asha" not in masked
    assert "Phone numbers, names and texts that your role may not see are masked" in masked


def test_applied_parts_are_named(acme):
    body = parked_body().replace(b'"999"', b'"106540352242922"').replace(b'"statuses":[', b'"statuses":[{"id": "x"},')
    page = text(visitor(acme).get(page_of(received(acme, body))))
    assert "1 message or status" in page
    assert "<dd>1 part</dd>" in page


@pytest.mark.parametrize(("role", "subaccounts"), [("viewer", ()), ("support", ()), ("developer", ("acme_wa",))])
def test_others_do_not_see_them(acme, items, role, subaccounts):
    client = visitor(acme, role, *subaccounts)
    assert [client.get(path).status_code for path in (LIST, page_of(items[0]))] == [403, 403]


def test_a_webhook_of_another_account_is_not_there(other, items):
    client = visitor(other)
    assert [client.get(page_of(items[0])).status_code, client.get(f"{LIST}x/").status_code] == [404, 404]
    assert client.post(f"{page_of(items[0])}replay/").status_code == 404


def test_replay_of_one_shows_its_result(acme, items):
    client = visitor(acme, "developer")
    page = client.post(f"{page_of(items[1])}replay/", follow=True)
    assert "It is waiting to be processed" in text(page)
    PhoneNumber.objects.filter(account=acme, provider="meta").update(provider_number_id="999")
    inbox.drain()
    assert "All of its parts are applied." in text(client.get(page_of(items[1])))
    assert AuditEntry.objects.get(action="inbox.replayed").details == {"ids": [items[1].pk], "count": 1}


def test_replay_of_all_that_match_shows_its_result(acme, items):
    client = visitor(acme, "developer")
    assert "2 webhooks" in text(client.get(f"{LIST}replay/?state=quarantined"))
    page = text(client.post(f"{LIST}replay/?state=quarantined", follow=True))
    assert "2 webhooks are being replayed." in page
    assert "2 replayed, 0 applied, 0 on hold again, 2 waiting." in page
    inbox.drain()
    assert "2 replayed, 0 applied, 2 on hold again, 0 waiting." in text(client.get(LIST))
    assert AuditEntry.objects.get(action="inbox.replay_started").details == {"filter": {"state": "quarantined"}}


def test_many_are_replayed_in_the_background(acme, items, monkeypatch):
    monkeypatch.setattr(replays, "SLICE", 1)
    replay = replays.start_replay(HeldFilter(), by=principal(acme))
    later = received(acme, b"{}")
    InboxItem.objects.filter(pk=later.pk).update(received_at=timezone.now())
    assert (replay.requeued, replay.finished_at) == (1, None)
    inbox.drain()
    assert [replays.advance_replays() for _ in range(4)] == [1, 1, 0, 0]
    replay.refresh_from_db()
    assert (replay.requeued, replay.finished_at is None) == (3, False)
    inbox.drain()
    assert replays.replay_counts(replay) == {"done": 0, "held": 3, "waiting": 0}
    assert InboxItem.objects.get(pk=later.pk).replay is None  # it came after the request


def test_the_result_is_shown_for_a_day(acme, items):
    replays.start_replay(HeldFilter(state="parked"), by=principal(acme, "ada"))
    client = visitor(acme)
    assert "by ada: 1 replayed" in text(client.get(LIST))
    Replay.objects.update(at=timezone.now() - timedelta(days=2))
    assert "by ada" not in text(client.get(LIST))
