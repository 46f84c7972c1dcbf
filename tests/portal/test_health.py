import pytest
import redis
from django.db import OperationalError

from portal import health


class Gone:
    """A connection to a server that is away."""

    def cursor(self):
        raise OperationalError

    def close(self):
        pass


def test_all_is_well(db, client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "broker": True})


def test_the_broker_is_away(db, client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "broker": False})


def test_the_database_is_away(client, monkeypatch):
    monkeypatch.setattr(health, "connection", Gone())
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"database": False, "broker": True})


@pytest.mark.parametrize("error", [redis.TimeoutError, redis.AuthenticationError])
def test_a_broker_that_does_not_answer_as_it_should(db, client, monkeypatch, error):
    def ping(_):
        raise error

    monkeypatch.setattr(redis.Redis, "ping", ping)
    assert client.get("/healthz").json()["broker"] is False
