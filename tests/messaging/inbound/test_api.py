"""REST of stored webhooks: exact answers, filters, replay, and who is refused."""

from datetime import timedelta

import pytest

from accounts.enums import Permission
from accounts.models import AuditEntry, Subaccount
from accounts.services import create_api_key
from messaging.inbound import api as webhook_api
from messaging.inbound.models import InboxItem, WebhookEndpoint
from tests.people import principal
from tests.traffic import AT

pytestmark = pytest.mark.django_db
URL = "/api/v1/webhook-events/"
EVERYTHING = list(Permission)
REMEDY = (
    "Look at the part of the body that the reason names. Its id, time or form differs from the provider’s "
    "documentation: report it to the provider if it goes on. The other parts are not affected."
)
OUTCOME = {"kinds": ["part"], "held": 1, "applied": {"messages": 2}}


@pytest.fixture
def call(client, acme):
    """Call the API with a new key and return the response."""

    def ask(url=URL, body=None, *, account=acme, scopes=EVERYTHING, subaccounts=(), **query):
        key, text = create_api_key(by=principal(account), name="Test", scopes=scopes)
        key.subaccounts.set(Subaccount.objects.filter(account=account, code__in=subaccounts))
        headers = {"Authorization": f"Bearer {text}"}
        if body is None:
            return client.get(url, query, headers=headers)
        return client.post(url, body, content_type="application/json", headers=headers)

    return ask


def stored(account, state="quarantined", *, body=b'{"a": 1}', at=AT, **about):
    endpoint = WebhookEndpoint.objects.filter(account=account, provider="meta").first()
    return InboxItem.objects.create(
        account=account, endpoint=endpoint, provider="meta", body=body, received_at=at, state=state, attempts=1,
        **{"reason": "Why", "headers": {"User-Agent": "test"}, "outcome": OUTCOME, **about},
    )  # fmt: skip


def list_entry(item):
    return {
        "id": item.pk,
        "received_at": "2026-10-15T08:00:00Z",
        "provider": "meta",
        "endpoint": item.endpoint_id,
        "state": "quarantined",
        "attempts": 1,
        "reason": "Why",
        "reason_kinds": ["part"],
        "held_parts": 1,
        "applied_parts": {"messages": 2},
        "size": 8,
    }


def states():
    return [item.state for item in InboxItem.objects.order_by("id")]


def test_the_list(acme, other, call):
    item = stored(acme)
    stored(other)
    assert call().json() == {"next": None, "previous": None, "results": [list_entry(item)]}


def test_one_with_headers_and_body(acme, call):
    item = stored(acme)
    assert call(f"{URL}{item.pk}/").json() == {
        **list_entry(item),
        "reasons": [{"kind": "part", "text": "Why", "remedy": REMEDY}],
        "processed_at": None,
        "headers": {"User-Agent": "test"},
        "body_encoding": "text",
        "body": '{"a": 1}',
    }


@pytest.mark.parametrize(
    ("body", "encoding", "text"), [(b"\xff", "base64", "/w=="), (b"\0", "base64", "AA=="), ("é".encode(), "text", "é")]
)
def test_bodies_that_are_no_text(acme, call, body, encoding, text):
    answer = call(f"{URL}{stored(acme, body=body).pk}/").json()
    assert (answer["body_encoding"], answer["body"]) == (encoding, text)


@pytest.mark.parametrize("missing", [Permission.VIEW_NUMBERS, Permission.VIEW_CONTENT])
def test_what_people_wrote_needs_the_scopes_for_it(acme, call, missing):
    scopes = [scope for scope in EVERYTHING if scope != missing]
    hello = stored(acme, body=b'{"from": "919876543210", "text": "Hello"}')
    assert ("Hello" in call(f"{URL}{hello.pk}/", scopes=scopes).json()["body"]) == (missing == Permission.VIEW_NUMBERS)
    assert call(f"{URL}{stored(acme, body=b'Hello').pk}/", scopes=scopes).json()["body"] is None


def test_pages(acme, call, monkeypatch):
    monkeypatch.setattr("core.resources.PAGE_SIZE", 2)
    items = [stored(acme, at=AT + timedelta(seconds=n)) for n in range(3)]
    first = call(state="quarantined").json()
    assert [row["id"] for row in first["results"]] == [items[2].pk, items[1].pk]
    second = call(first["next"]).json()
    assert [row["id"] for row in second["results"]] == [items[0].pk]
    assert second["next"] is None
    assert [row["id"] for row in call(second["previous"]).json()["results"]] == [items[2].pk, items[1].pk]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"state": "parked"}, [1]),
        ({"provider": "8x8"}, []),
        ({"received_after": "2026-10-15T08:00:01Z"}, [1]),
        ({"received_before": "2026-10-15T08:00:01Z"}, [0]),
        ({"state": "quarantined", "provider": "meta"}, [0]),
        ({"reason": "unknown"}, [1]),
        ({"reason": "part", "state": "quarantined"}, [0]),
        ({"endpoint": "999999999"}, []),
    ],
)
def test_filters(acme, call, query, ids):
    unknown = {**OUTCOME, "kinds": ["unknown"]}
    items = [stored(acme), stored(acme, "parked", at=AT + timedelta(seconds=1), outcome=unknown)]
    assert [row["id"] for row in call(**query).json()["results"]] == [items[n].pk for n in ids]


@pytest.mark.parametrize("query", [{"colour": "red"}, {"state": "lost"}, {"older": "x"}, {"received_after": "soon"}])
def test_bad_filters(call, query):
    assert [error["field"] for error in call(**query).json()["errors"]] == list(query)


def test_queries(acme, client, django_assert_num_queries):
    for n in range(3):
        stored(acme, at=AT + timedelta(seconds=n))
    _, text = create_api_key(by=principal(acme), name="Test", scopes=EVERYTHING)
    client.get(URL, headers={"Authorization": f"Bearer {text}"})  # the first use of a key is written down
    with django_assert_num_queries(2) as queries:  # key, the rows
        client.get(URL, headers={"Authorization": f"Bearer {text}"})
    assert '"inbound_inbox"."headers"' not in queries[-1]["sql"]
    assert queries[-1]["sql"].count('"inbound_inbox"."body"') == 1  # its length


def test_replay_of_one(acme, call):
    item = stored(acme)
    stored(acme)
    assert call(f"{URL}{item.pk}/replay/", {}).json() == {"replayed": 1}
    assert states() == ["pending", "quarantined"]
    entry = AuditEntry.objects.get(action="inbox.replayed")
    assert (entry.account, entry.target, entry.ip_address) == (acme, "1 webhook", "127.0.0.1")
    assert entry.actor.startswith("tg_")
    assert entry.details == {"ids": [item.pk], "count": 1}


def test_replay_of_some(acme, other, call):
    items = [stored(acme), stored(acme), stored(acme), stored(other)]
    assert call(f"{URL}replay/", {"ids": [items[0].pk, items[1].pk, items[3].pk, 10**12]}).json() == {"replayed": 2}
    assert states() == ["pending", "pending", "quarantined", "quarantined"]


def test_replay_of_all_that_match(acme, other, call):
    stored(acme)
    stored(acme, "parked")
    stored(other)
    assert call(f"{URL}replay/", {"filter": {"state": "quarantined"}}).json() == {"replayed": 1}
    assert states() == ["pending", "parked", "quarantined"]
    entry = AuditEntry.objects.get(action="inbox.replayed")
    assert entry.details == {"filter": {"state": "quarantined"}, "count": 1}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ids"),
        ({"ids": [1], "filter": {"state": "parked"}}, "ids"),
        ({"ids": []}, "ids"),
        ({"ids": [0]}, "ids.0"),
        ({"ids": ["x"]}, "ids.0"),
        ({"ids": list(range(1, 1002))}, "ids"),
        ({"filter": {}}, "filter"),
        ({"filter": {"colour": "red"}}, "filter.colour"),
        ({"filter": {"state": "parked", "older": "0-0"}}, "filter.older"),
        ({"filter": {"state": ""}}, "filter.state"),
        ({"filter": {"state": None}}, "filter.state"),
        ({"filter": "all"}, "filter"),
    ],
)
def test_replays_that_make_no_sense(acme, call, body, field):
    stored(acme)
    answer = call(f"{URL}replay/", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert states() == ["quarantined"]


def test_a_body_that_is_no_object(acme, call):
    answer = call(f"{URL}replay/", [])
    assert (answer.status_code, answer.json()["errors"]) == (400, [])
    assert answer.json()["detail"] == "The body is a JSON list; an object is expected."


def test_too_many_to_replay_at_once(acme, call, monkeypatch):
    monkeypatch.setattr(webhook_api, "MAX_REPLAYED", 1)
    stored(acme)
    stored(acme)
    answer = call(f"{URL}replay/", {"filter": {"state": "quarantined"}}).json()
    assert (
        answer["errors"][0]["message"]
        == "More than 1 webhooks match: narrow the filter by received_after and received_before."
    )
    assert states() == ["quarantined", "quarantined"]


@pytest.mark.parametrize(("path", "body"), [("", None), ("{}/", None), ("{}/replay/", {}), ("replay/", {"ids": [1]})])
def test_who_is_refused(acme, client, call, path, body):
    url = URL + path.format(stored(acme).pk)
    without = [scope for scope in EVERYTHING if scope != Permission.MANAGE_WEBHOOKS]
    answer = call(url, body, scopes=without)
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "This API key does not have the scope webhooks:write.",
    )
    answer = call(url, body, subaccounts=["acme_shop"])
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("This API key is limited to subaccounts")
    assert (client.get(url) if body is None else client.post(url)).status_code == 401
    assert states() == ["quarantined"]


@pytest.mark.parametrize(("path", "body"), [("{}/", None), ("{}/replay/", {})])
def test_another_accounts_webhook_does_not_exist(acme, other, call, path, body):
    item = stored(other)
    assert call(URL + path.format(item.pk), body).status_code == 404
    assert call(URL + path.format(10**30), body).status_code == 404
    assert states() == ["quarantined"]


def test_a_shared_endpoints_webhook_belongs_to_its_own_account(acme, other, call):
    item = stored(acme)
    item.endpoint.shared_with.add(other)
    assert call(account=other).json()["results"] == []
    assert [row["id"] for row in call().json()["results"]] == [item.pk]
