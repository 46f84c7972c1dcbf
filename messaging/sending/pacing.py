"""Meta's throughput and pair rate, kept before a provider has to refuse: 80 (or 1,000) messages a second of a number,
and one in 6 seconds to the same person after 45 at once (Cloud API throughput page, facts of 2025-12).

Both are counted in Redis, by all processes together (generic cell rate algorithm). Without Redis each process counts
for itself: then providers may refuse now and then, and what they refuse is tried again.
"""

import math
import time
from dataclasses import dataclass
from typing import cast

import redis

from core.best_effort_redis import BestEffortRedis
from core.rate_limiter import RateLimiter
from core.secrets import digest
from messaging.sending.models import Submission
from messaging.sending.senders import Sender
from providers.gateway import Outcome, Rejected
from providers.vocabulary import Provider

PAIR_EVERY, PAIR_BURST = 6.0, 45
_REST_AFTER_REFUSAL = 1.0
_RATE_HIT = {130429, 80007, 4}
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local at = {}
for i, key in ipairs(KEYS) do
    local every, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    at[i] = math.max(tonumber(redis.call('GET', key) or now), now)
    local wait = at[i] - now - every * (burst - 1) - 0.000001
    if wait > 0 then return {i, tostring(wait)} end
end
for i, key in ipairs(KEYS) do
    local rested = at[i] + tonumber(ARGV[2 * i - 1])
    redis.call('SET', key, string.format('%.6f', rested), 'PX', math.ceil((rested - now) * 1000) + 1)
end
return {0, '0'}
"""


@dataclass(frozen=True, slots=True)
class Pause:
    """How long a message has to wait; `whole_number`: with all others of its number."""

    seconds: float
    whole_number: bool


class _Own:
    """What this process counts while Redis is away."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[int, int], RateLimiter] = {}  # a number that gets faster begins anew
        self.pairs = RateLimiter(every=PAIR_EVERY, burst=PAIR_BURST)


_own = _Own()
_together = BestEffortRedis("pacing")


def take(sender: Sender, msisdn: str) -> Pause | None:
    """Count one more message of a number to a person, or say how long it must wait. 8x8 paces by itself."""
    if sender.provider == Provider.EIGHT_X_EIGHT:
        return None
    every = 1 / sender.throughput
    pair = f"pace:{digest(f'{sender.phone_number_id}:{msisdn}').hex()}"  # Redis' files hold no phone number
    keys = [f"pace:{sender.phone_number_id}", *([pair] if msisdn else [])]
    arguments = [every, sender.throughput, *([PAIR_EVERY, PAIR_BURST] if msisdn else [])]
    answer = _together.ask(lambda client: client.register_script(_SCRIPT)(keys=keys, args=arguments))
    if answer is None:
        return _take_alone(sender, msisdn, every)
    which, wait = cast("tuple[int, bytes]", answer)
    return Pause(float(wait), whole_number=which == 1) if which else None


def _take_alone(sender: Sender, msisdn: str, every: float) -> Pause | None:
    now = time.monotonic()
    known = (sender.phone_number_id, sender.throughput)
    number = _own.numbers.setdefault(known, RateLimiter(every=every, burst=sender.throughput))
    if not number.allows("", now):
        return Pause(every, whole_number=True)
    if msisdn and not _own.pairs.allows(f"{sender.phone_number_id}:{msisdn}", now):
        return Pause(PAIR_EVERY, whole_number=False)
    return None


def learn(submission: Submission, outcome: Outcome) -> None:
    """Let a number rest whose provider said that it sends too fast."""
    if not isinstance(outcome, Rejected) or outcome.code not in _RATE_HIT or submission.phone_number_id is None:
        return
    wait = outcome.answer.retry_after
    rest = wait.total_seconds() if wait else _REST_AFTER_REFUSAL
    key, ahead = f"pace:{submission.phone_number_id}", rest + 1.0  # a full burst is one second's messages

    def pause(client: redis.Redis) -> None:
        seconds, micros = client.time()
        client.set(key, f"{seconds + micros / 1e6 + ahead:.6f}", px=math.ceil(ahead * 1000))

    _together.ask(pause)
