"""The rate limit of an API key, in the answers of every shape."""

import pytest

from accounts import throttling
from accounts.enums import Permission
from accounts.models import ApiKey
from accounts.services import create_api_key
from core.window_counter import WindowCounter
from tests.people import principal

URL = "/api/v1/health_status"


@pytest.fixture
def key(acme, redis_client):
    return create_api_key(by=principal(acme), name="Test", scopes=list(Permission), rate_limit=2)[1]


@pytest.fixture
def get(key, client):
    return lambda path=URL, **headers: client.get(path, headers=headers or {"Authorization": f"Bearer {key}"})


@pytest.fixture
def counted(monkeypatch):
    """Set how many requests there were in the running second."""

    def set_count(n):
        monkeypatch.setattr(throttling, "requests", type("Stood", (), {"count": lambda self, name: n})())

    return set_count


def test_each_answer_says_how_many_are_left(get, counted):
    for n, left in ((1, "1"), (2, "0")):
        counted(n)
        answer = get()
        assert answer.status_code == 200
        limits = [answer.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")]
        assert limits == ["2", left, "1"]


def test_one_request_too_many_gets_the_time_of_the_next(get, counted):
    counted(3)
    answer = get()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert (answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]) == ("2", "0")
    assert answer.json()["detail"] == "This API key is limited to 2 requests per second."


def test_redis_counts_over_requests_and_keys(acme, get, client):
    other = create_api_key(by=principal(acme), name="Other", scopes=list(Permission))[1]
    first = get().headers["RateLimit-Remaining"]
    beside = client.get(URL, headers={"Authorization": f"Bearer {other}"}).headers["RateLimit-Remaining"]
    assert (first, beside) == ("1", "1799")


def test_an_error_is_counted_and_says_so_too(get):
    assert get("/api/v1/messages/?colour=red").headers["RateLimit-Remaining"] == "1"


def test_without_redis_everything_goes_through(get, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(throttling, "requests", WindowCounter("rate"))
    answers = [get() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[0].headers["RateLimit-Limit"] == "2"
    assert "RateLimit-Remaining" not in answers[0].headers


def test_in_the_shape_of_8x8(acme, get, counted):
    counted(3)
    answer = get(f"/api/v1/accounts/{acme.public_id}/usage/messages")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.json()["code"] == 429
    assert answer.json()["message"] == "Quota exceeded. Please try again in 1 second(s)."


def test_in_the_shape_of_graph(get, counted):
    counted(3)
    answer = get("/graph/v24.0/1?fields=health_status")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == (130429, "OAuthException")


def test_in_the_shape_of_360dialog(key, get, counted):
    counted(3)
    answer = get("/360dialog/health_status", **{"D360-API-KEY": key})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.json()["meta"]["httpCode"] == 429


def test_a_key_has_8x8s_rate_limit_by_default(acme):
    create_api_key(by=principal(acme), name="Plain", scopes=[])
    assert ApiKey.objects.get(name="Plain").rate_limit == 1800
