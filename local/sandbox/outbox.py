"""Posts the webhooks of accepted messages when they are due, those of one message in order.

A webhook that is not answered 2xx is retried with growing delays, as Meta does; after `TRIES` the next one follows.
"""

import asyncio
import heapq
import itertools
import statistics
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass

import httpx

from local.sandbox.config import Config, SandboxNumber
from local.sandbox.endings import Step
from providers.scenarios import SimulatedSender
from providers.simulation import DELIVERED, MessageRequest, SimulatedReport

TRIES = 8
_MAX_CONCURRENT_POSTS = 32
_MAX_LATENCIES = 10_000  # of the latest answers


@dataclass(slots=True)
class SandboxMessage:
    """An accepted message and its pending webhooks."""

    id: str
    number: SandboxNumber
    sender: SimulatedSender
    request: MessageRequest
    steps: tuple[Step, ...]
    position: int = 0
    tries: int = 0
    body: bytes = b""  # of the current webhook, the same in each try

    def webhook(self) -> bytes:
        """The body of the current webhook."""
        if not self.body:
            step = self.steps[self.position]
            is_priced = any(earlier.event == DELIVERED for earlier in self.steps[: self.position])
            self.body = self.number.simulation.report_webhook(
                SimulatedReport(
                    state=step.event, request=self.request, message_id=self.id, sender=self.sender, at=int(time.time()),
                    error=step.error, is_priced=is_priced,
                )
            )  # fmt: skip
        return self.body

    def advance(self) -> None:
        """Go to the next webhook."""
        self.position, self.tries, self.body = self.position + 1, 0, b""


class Outbox:
    """A queue of at most `config.queue` messages.

    `counts` has the posts, the failed posts and the webhooks given up; `answers` counts posts by HTTP status or kind of
    failure.
    """

    def __init__(self, config: Config, client: httpx.AsyncClient) -> None:
        self.counts: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.messages = 0
        self._latencies: deque[float] = deque(maxlen=_MAX_LATENCIES)
        self._config = config
        self._client = client
        self._queue: list[tuple[float, int, SandboxMessage]] = []
        self._sequence = itertools.count()
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT_POSTS)

    @property
    def is_full(self) -> bool:
        """Whether the queue accepts no more messages."""
        return self.messages >= self._config.queue

    def latencies_ms(self) -> dict[str, float]:
        """Median, p95 and p99 of the latest posts in milliseconds; 0 before the first."""
        latencies = list(self._latencies)
        cuts = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else (latencies or [0.0]) * 99
        return {"median": cuts[49], "p95": cuts[94], "p99": cuts[98]}

    def put(self, message: SandboxMessage) -> None:
        """Queue a message with at least one step."""
        self.messages += 1
        self._schedule(message, message.steps[0].after)

    async def run(self) -> None:
        """Post until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                message = await self._next_message()
                await self._slots.acquire()
                group.create_task(self._deliver(message))

    async def _next_message(self) -> SandboxMessage:
        while True:
            self._wake.clear()
            wait = self._queue[0][0] - time.monotonic() if self._queue else None
            if wait is not None and wait <= 0:
                return heapq.heappop(self._queue)[2]
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    async def _deliver(self, message: SandboxMessage) -> None:
        try:
            succeeded = await self._post(message.number, message.webhook())
        finally:
            self._slots.release()
        message.tries += 1
        if not succeeded and message.tries < TRIES:
            self._schedule(message, 2**message.tries / self._config.speed)
            return
        if not succeeded:
            self.counts["given up"] += 1
        message.advance()
        if message.position == len(message.steps):
            self.messages -= 1
        else:
            self._schedule(message, message.steps[message.position].after)

    async def _post(self, number: SandboxNumber, body: bytes) -> bool:
        """Post one webhook; whether it was answered 2xx."""
        authentication = number.simulation.webhook_headers(number.webhooks.secret, body)
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua", **authentication}
        start = time.perf_counter()
        try:
            answer = await self._client.post(number.webhooks.url, content=body, headers=headers)
            outcome, succeeded = str(answer.status_code), answer.is_success
        except httpx.HTTPError as error:
            outcome, succeeded = type(error).__name__, False
        self._latencies.append((time.perf_counter() - start) * 1000)
        self.answers[outcome] += 1
        self.counts["posted" if succeeded else "failed posts"] += 1
        return succeeded

    def _schedule(self, message: SandboxMessage, seconds: float) -> None:
        heapq.heappush(self._queue, (time.monotonic() + seconds, next(self._sequence), message))
        self._wake.set()
