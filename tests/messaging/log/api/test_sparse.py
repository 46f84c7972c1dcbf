"""Sparse fields, and 304 for a client that has the current response."""

import pytest

from accounts.enums import Permission
from accounts.services import create_api_key
from tests.people import principal
from tests.traffic import deliver

pytestmark = pytest.mark.django_db
URL = "/api/v1/messages/"


@pytest.fixture
def get(acme, client):
    text = create_api_key(by=principal(acme), name="Test", scopes=list(Permission))[1]
    return lambda path=URL, *, etag="", **query: client.get(
        path, query, headers={"Authorization": f"Bearer {text}"} | ({"If-None-Match": etag} if etag else {})
    )


def test_only_the_requested_fields_in_their_order(acme, get):
    deliver(acme)
    (row,) = get(fields="country,umid").json()["results"]
    assert list(row) == ["umid", "country"]


def test_costs_are_looked_up_only_on_request(acme, get, django_assert_num_queries):
    deliver(acme)
    get()
    with django_assert_num_queries(4):  # key, messages, numbers, subaccounts
        get(fields="umid")


def test_pages_keep_the_choice(acme, get, monkeypatch):
    monkeypatch.setattr("core.resources.PAGE_SIZE", 5)
    assert "fields=id" in get("/api/v1/templates/", fields="id").json()["next"]


def test_an_answer_that_is_known_is_not_sent_again(acme, get):
    message = deliver(acme)
    first = get(f"{URL}{message.umid}/")
    assert first.headers["Cache-Control"] == "private, no-cache, no-store"
    again = get(f"{URL}{message.umid}/", etag=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["RateLimit-Limit"] == "1800"
    assert get(f"{URL}{message.umid}/", etag='"x"').content == first.content
