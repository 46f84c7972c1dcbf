import time

import redis as redis_package

from core import wakeup
from core.wakeup import Wakeup


def published(client, task):
    return [message for message in client.lrange("celery", 0, -1) if task.encode() in message]


def wait_for(client, task):
    for _ in range(100):
        if messages := published(client, task):
            return messages
        time.sleep(0.05)
    return []


def test_notifying_requests_one_run(redis_client: redis_package.Redis):
    rung = Wakeup("test.one_run")
    for _ in range(50):
        rung.notify()
    assert len(wait_for(redis_client, "test.one_run")) == 1


def test_a_broken_broker_disturbs_nobody(monkeypatch):
    def broken(*_, **__):
        raise ConnectionError

    monkeypatch.setattr(wakeup.current_app, "send_task", broken)
    start = time.monotonic()
    Wakeup("test.broken").notify()
    assert time.monotonic() - start < 5  # a broker that is waited for takes much longer
