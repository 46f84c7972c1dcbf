"""A provider outside of Tollgate: posts signed webhooks, repeats what was not answered 200, and keeps account of it.

It repeats until the answer is 200, as providers do, so that in the end every event is acknowledged, and what was stored
without an answer comes twice.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import NamedTuple, Self

import orjson

from local.demo.world import ACME, webhook
from providers.meta.simulation import meta_status
from providers.meta.webhooks import signature

DOOR = webhook(ACME, "meta")
NUMBER = ACME.channels[1]
FIRST = 1_788_220_800  # 2026-09-01 00:00 UTC; the messages are spread over three months
SPAN = 75 * 86_400
THREADS, TIMEOUT, PAUSE = 8, 10.0, 0.2
_LIVES = (("sent", "delivered", "read"),) * 17 + (("sent", "failed"),) * 2 + (("sent", "delivered"),)
_SECONDS_AFTER = {"sent": 0, "delivered": 2, "read": 60, "failed": 3}


class Event(NamedTuple):
    """One status of one message."""

    wamid: str
    state: str
    at: int


class Answer(NamedTuple):
    """How one attempt ended: the status, or 0 for a connection that broke; and how long that took."""

    status: int
    seconds: float
    at: float


class Load:
    """Posts the lives of `messages` messages at `rate` webhooks a second from threads of its own.

    The statuses come out of order; one body in seven has several; one in ten is posted twice.
    """

    def __init__(self, port: int, messages: int, rate: float, seed: int = 7) -> None:
        rng = random.Random(seed)
        self.events = _lives(messages, rng)
        self.bodies = _bodies(self.events, rng)
        self.answers: list[Answer] = []
        self.acknowledged: Counter[bytes] = Counter()
        self._port, self._rate = port, rate
        self._next, self._stop, self._start = count(), threading.Event(), 0.0
        self._threads = [threading.Thread(target=self._post_many) for _ in range(THREADS)]

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait until everything is acknowledged, unless the test has failed already."""
        if kind is not None:
            self._stop.set()
        for thread in self._threads:
            thread.join(120)
        self._stop.set()

    def wait_for(self, share: float) -> None:
        """Return once this share of the bodies is acknowledged."""
        target, end = share * len(self.bodies), time.monotonic() + 90
        while self.acknowledged.total() < target:
            if time.monotonic() > end:
                raise AssertionError(f"only {self.acknowledged.total()} of {len(self.bodies)} were taken in 90 s")
            time.sleep(0.02)

    def wait_for_answers(self, number: int) -> None:
        """Wait until `number` more attempts have ended, with any result."""
        target, end = len(self.answers) + number, time.monotonic() + 30
        while len(self.answers) < target:
            if time.monotonic() > end:
                raise AssertionError(f"{target - len(self.answers)} of {number} attempts have not ended in 30 s")
            time.sleep(0.02)

    def during(self, action: Callable[[], object]) -> list[Answer]:
        """The answers of attempts that ended while `action` ran."""
        begin = time.monotonic()
        action()
        end = time.monotonic()
        return [answer for answer in self.answers if begin <= answer.at <= end]

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    @property
    def slowest(self) -> float:
        return max(answer.seconds for answer in self.answers)

    def _post_many(self) -> None:
        line = HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        while (index := next(self._next)) < len(self.bodies):
            self._stop.wait(max(0.0, self._start + index / self._rate - time.monotonic()))
            while not self._stop.is_set() and not self._post(line, self.bodies[index]):
                self._stop.wait(PAUSE)
        line.close()

    def _post(self, line: HTTPConnection, body: bytes) -> bool:
        headers = {"X-Hub-Signature-256": signature(DOOR["app_secret"], body), "Content-Type": "application/json"}
        start = time.monotonic()
        try:
            line.request("POST", DOOR["path"], body, headers)
            response = line.getresponse()
            response.read()
            status = response.status
        except (OSError, HTTPException):
            line.close()  # the next request opens it again
            status = 0
        if status == 200:
            self.acknowledged[body] += 1  # before the answer is listed, so that a waiting test finds both
        self.answers.append(Answer(status, time.monotonic() - start, time.monotonic()))
        return status == 200


def _lives(messages: int, rng: random.Random) -> list[Event]:
    """Every status of every message, locally out of order."""
    events = []
    for number in range(messages):
        at = FIRST + SPAN * number // messages
        for state in rng.choice(_LIVES):
            place = number + rng.uniform(0, 30)
            events.append((place, Event(f"wamid.{number}", state, at + _SECONDS_AFTER[state])))
    return [event for _, event in sorted(events)]


def _bodies(events: list[Event], rng: random.Random) -> list[bytes]:
    bodies, index = [], 0
    while index < len(events):
        size = rng.randint(2, 5) if rng.random() < 1 / 7 else 1
        bodies.append(_body(events[index : index + size]))
        index += size
    again = [(place + rng.uniform(1, 200), body) for place, body in enumerate(bodies) if rng.random() < 0.1]
    return [body for _, body in sorted([*enumerate(bodies), *again])]


def _body(events: list[Event]) -> bytes:
    parts = [
        orjson.loads(
            meta_status(
                waba_id=NUMBER.waba_id, number_id=NUMBER.number_id, wamid=event.wamid, status=event.state, at=event.at,
                msisdn=f"9198{event.wamid.removeprefix('wamid.').zfill(8)}", category="marketing",
            )
        )
        for event in events
    ]  # fmt: skip
    merged = parts[0]
    for part in parts[1:]:
        merged["entry"][0]["changes"][0]["value"]["statuses"] += part["entry"][0]["changes"][0]["value"]["statuses"]
    return orjson.dumps(merged)
