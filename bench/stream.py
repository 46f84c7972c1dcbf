"""Webhooks in an open loop: each is due at its time whatever became of those before, and is timed from then on."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

from django.db import connection

from bench.drain import bodies
from bench.load import Line, request
from local.demo.world import ACME, webhook
from providers.meta.webhooks import signature

CONNECTIONS = 64
_ENDPOINT = webhook(ACME, "meta")


class Answer(NamedTuple):
    """When it came, in seconds after its webhook was due, and whether it was a 200."""

    seconds: float
    good: bool


def post_webhooks(port: int, rate: int, seconds: int, over: Callable[[], bool] | None = None) -> list[Answer]:
    """Post `rate` a second for so long, or until it is over: asked after each second, in another thread."""
    return asyncio.run(_post(port, rate, seconds, over))


async def _post(port: int, rate: int, seconds: int, over: Callable[[], bool] | None) -> list[Answer]:
    whole = [request(_ENDPOINT["path"], _headers(body), body) for body in bodies(rate * seconds)]
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        lines.put_nowait(await Line.open(port))
    start = time.monotonic() + 0.1

    async def post(index: int) -> Answer:
        line = await lines.get()
        head = await line.post(whole[index])
        lines.put_nowait(line)
        return Answer(time.monotonic() - start - index / rate, head.startswith(b"HTTP/1.1 200"))

    posted = []
    for index in range(len(whole)):
        if over and index and index % rate == 0 and await asyncio.to_thread(over):
            break
        await asyncio.sleep(max(0.0, start + index / rate - time.monotonic()))
        posted.append(asyncio.create_task(post(index)))
    return await asyncio.gather(*posted)


def _headers(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": signature(_ENDPOINT["app_secret"], body)}


def wait_until_worked_off() -> None:
    """Raises RuntimeError when webhooks still wait after two minutes."""
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM inbound_inbox WHERE state = 'pending'")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.2)
    raise RuntimeError("webhooks wait after two minutes")
