"""Webhooks in an open loop: each has a scheduled time, independent of earlier answers, and is timed from it."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

from django.db import connection as database

from bench.drain import bodies
from bench.load import Connection, request
from local.demo.world import ACME, webhook
from providers.meta.webhooks import signature

CONNECTIONS = 64
_ENDPOINT = webhook(ACME, "meta")


class Answer(NamedTuple):
    """Seconds from the webhook's scheduled time to the answer, and whether the answer was 200."""

    seconds: float
    succeeded: bool


def post_webhooks(port: int, rate: int, seconds: int, is_over: Callable[[], bool] | None = None) -> list[Answer]:
    """Post `rate` a second for `seconds`, or until `is_over`, which runs each second in another thread."""
    return asyncio.run(_post(port, rate, seconds, is_over))


async def _post(port: int, rate: int, seconds: int, is_over: Callable[[], bool] | None) -> list[Answer]:
    messages = [request(_ENDPOINT["path"], _headers(body), body) for body in bodies(rate * seconds)]
    connections: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        connections.put_nowait(await Connection.open(port))
    start = time.monotonic() + 0.1

    async def post(index: int) -> Answer:
        connection = await connections.get()
        head = await connection.post(messages[index])
        connections.put_nowait(connection)
        return Answer(time.monotonic() - start - index / rate, head.startswith(b"HTTP/1.1 200"))

    tasks = []
    for index in range(len(messages)):
        if is_over and index and index % rate == 0 and await asyncio.to_thread(is_over):
            break
        await asyncio.sleep(max(0.0, start + index / rate - time.monotonic()))
        tasks.append(asyncio.create_task(post(index)))
    return await asyncio.gather(*tasks)


def _headers(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": signature(_ENDPOINT["app_secret"], body)}


def wait_until_drained() -> None:
    """Wait until no webhook is pending. Raises RuntimeError after two minutes."""
    for _ in range(600):
        with database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM inbound_inbox WHERE state = 'pending'")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.2)
    raise RuntimeError("webhooks are still pending after two minutes")
