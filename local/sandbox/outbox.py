"""Posts the webhooks of accepted messages when their time has come, those of a message one after the other.

What is not answered 2xx is posted again, later each time, as Meta does; after `TRIES` the next webhook has its turn.
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
from providers.simulation import DELIVERED, MessageRequest, SimulatedReport, SimulatedSender

TRIES = 8
_AT_ONCE = 32  # posts that wait for an answer
_LATEST = 10_000  # answers whose time is remembered


@dataclass(slots=True)
class SandboxMessage:
    """An accepted message and the webhooks that are still to come."""

    id: str
    number: SandboxNumber
    sender: SimulatedSender
    request: MessageRequest
    steps: tuple[Step, ...]
    position: int = 0
    tries: int = 0
    body: bytes = b""  # of the webhook that is tried again

    def webhook(self) -> bytes:
        """The webhook whose time has come."""
        if not self.body:
            step = self.steps[self.position]
            is_priced = any(earlier.event == DELIVERED for earlier in self.steps[: self.position])
            self.body = self.number.simulation.report(
                SimulatedReport(
                    state=step.event, request=self.request, message_id=self.id, sender=self.sender, at=int(time.time()),
                    error=step.error, is_priced=is_priced,
                )
            )  # fmt: skip
        return self.body

    def go_on(self) -> None:
        """To the next webhook."""
        self.position, self.tries, self.body = self.position + 1, 0, b""


class Outbox:
    """At most `config.queue` messages at a time.

    `counts` says what happened: posted, failed posts, given up; `answers` how posts were answered: by HTTP status, or
    the kind of failure.
    """

    def __init__(self, config: Config, client: httpx.AsyncClient) -> None:
        self.counts: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.messages = 0
        self._latencies: deque[float] = deque(maxlen=_LATEST)
        self._config = config
        self._client = client
        self._due: list[tuple[float, int, SandboxMessage]] = []
        self._order = itertools.count()
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    @property
    def full(self) -> bool:
        """Whether no more messages can be taken."""
        return self.messages >= self._config.queue

    def answered_after_ms(self) -> dict[str, float]:
        """How long the latest posts took: median, p95 and p99 in milliseconds; 0 before the first."""
        latencies = list(self._latencies)
        cuts = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else (latencies or [0.0]) * 99
        return {"median": cuts[49], "p95": cuts[94], "p99": cuts[98]}

    def put(self, message: SandboxMessage) -> None:
        """Take a message with at least one step."""
        self.messages += 1
        self._later(message, message.steps[0].after)

    async def run(self) -> None:
        """Post until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                message = await self._next()
                await self._slots.acquire()
                group.create_task(self._post(message))

    async def _next(self) -> SandboxMessage:
        while True:
            self._wake.clear()
            wait = self._due[0][0] - time.monotonic() if self._due else None
            if wait is not None and wait <= 0:
                return heapq.heappop(self._due)[2]
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    async def _post(self, message: SandboxMessage) -> None:
        try:
            answered = await self._answered(message.number, message.webhook())
        finally:
            self._slots.release()
        message.tries += 1
        if not answered and message.tries < TRIES:
            self._later(message, 2**message.tries / self._config.speed)
            return
        if not answered:
            self.counts["given up"] += 1
        message.go_on()
        if message.position == len(message.steps):
            self.messages -= 1
        else:
            self._later(message, message.steps[message.position].after)

    async def _answered(self, number: SandboxNumber, body: bytes) -> bool:
        """Post one webhook; whether it was answered 2xx."""
        proof = number.simulation.webhook_headers(number.webhooks.secret, body)
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua", **proof}
        begin = time.perf_counter()
        try:
            answer = await self._client.post(number.webhooks.url, content=body, headers=headers)
            outcome, good = str(answer.status_code), answer.is_success
        except httpx.HTTPError as error:
            outcome, good = type(error).__name__, False
        self._latencies.append((time.perf_counter() - begin) * 1000)
        self.answers[outcome] += 1
        self.counts["posted" if good else "failed posts"] += 1
        return good

    def _later(self, message: SandboxMessage, seconds: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), message))
        self._wake.set()
