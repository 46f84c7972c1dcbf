"""A provider's throughput and pair rate, kept before it has to refuse: so many messages a second of a number, and one
in so many seconds to the same person after a burst.

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
from providers.outcomes import Outcome, Rejected
from providers.registry import sending_of
from providers.vendor import Pacing

_REST_AFTER_REFUSAL = 1.0
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


class _LocalLimiters:
    """The limiters of this process, for while Redis is away."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[int, int], RateLimiter] = {}  # a number that gets faster begins anew
        self.pairs: dict[tuple[float, int], RateLimiter] = {}


_local = _LocalLimiters()
_shared = BestEffortRedis("pacing")


def take(sender: Sender, msisdn: str) -> Pause | None:
    """Count one more message of a number to a person, or say how long it must wait."""
    pacing = _pacing_of(sender.provider)
    if pacing is None:
        return None
    every = 1 / sender.throughput
    pair = f"pace:{digest(f'{sender.phone_number_id}:{msisdn}').hex()}"  # Redis' files hold no phone number
    keys = [f"pace:{sender.phone_number_id}", *([pair] if msisdn else [])]
    arguments = [every, sender.throughput, *([pacing.pair_every, pacing.pair_burst] if msisdn else [])]
    answer = _shared.run(lambda client: client.register_script(_SCRIPT)(keys=keys, args=arguments))
    if answer is None:
        return _take_locally(sender, msisdn, every, pacing)
    which, wait = cast("tuple[int, bytes]", answer)
    return Pause(float(wait), whole_number=which == 1) if which else None


def _pacing_of(provider: str) -> Pacing | None:
    sending = sending_of(provider)
    return sending.pacing if sending else None


def _take_locally(sender: Sender, msisdn: str, every: float, pacing: Pacing) -> Pause | None:
    now = time.monotonic()
    key = (sender.phone_number_id, sender.throughput)
    number = _local.numbers.setdefault(key, RateLimiter(every=every, burst=sender.throughput))
    if not number.allows("", now):
        return Pause(every, whole_number=True)
    rate = pacing.pair_every, pacing.pair_burst
    pairs = _local.pairs.setdefault(rate, RateLimiter(every=pacing.pair_every, burst=pacing.pair_burst))
    if msisdn and not pairs.allows(f"{sender.phone_number_id}:{msisdn}", now):
        return Pause(pacing.pair_every, whole_number=False)
    return None


def pause_after_refusal(submission: Submission, outcome: Outcome) -> None:
    """Pause a number whose provider answered that it sends too fast."""
    pacing = _pacing_of(submission.provider)
    if pacing is None or not isinstance(outcome, Rejected) or submission.phone_number_id is None:
        return
    if outcome.code not in pacing.refusals:
        return
    wait = outcome.answer.retry_after
    rest = wait.total_seconds() if wait else _REST_AFTER_REFUSAL
    key, ahead = f"pace:{submission.phone_number_id}", rest + 1.0  # a full burst is one second's messages

    def pause(client: redis.Redis) -> None:
        seconds, micros = client.time()
        client.set(key, f"{seconds + micros / 1e6 + ahead:.6f}", px=math.ceil(ahead * 1000))

    _shared.run(pause)
