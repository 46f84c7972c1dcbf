"""Limits sending to the provider's throughput of a number and its pair rate to a person, so that it refuses nothing.

All processes count in Redis together (generic cell rate algorithm). Without Redis each process counts for itself: then
providers may refuse messages now and then, which are retried.
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

_PAUSE_AFTER_REFUSAL = 1.0  # seconds
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
    local next_at = at[i] + tonumber(ARGV[2 * i - 1])
    redis.call('SET', key, string.format('%.6f', next_at), 'PX', math.ceil((next_at - now) * 1000) + 1)
end
return {0, '0'}
"""


@dataclass(frozen=True, slots=True)
class Pause:
    """How long a message has to wait; `is_for_number`: with all others of its number."""

    seconds: float
    is_for_number: bool


class _LocalLimiters:
    """The limiters of this process, used while Redis is unavailable."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[int, int], RateLimiter] = {}  # by number and throughput
        self.pairs: dict[tuple[float, int], RateLimiter] = {}


_local = _LocalLimiters()
_shared = BestEffortRedis("pacing")


def reserve(sender: Sender, msisdn: str) -> Pause | None:
    """Count one more message of a number to a person. Returns a pause when it has to wait."""
    pacing = _pacing_of(sender.provider)
    if pacing is None:
        return None
    every = 1 / sender.throughput
    pair = f"pace:{digest(f'{sender.phone_number_id}:{msisdn}').hex()}"  # hashed, so that Redis stores no phone number
    keys = [f"pace:{sender.phone_number_id}", *([pair] if msisdn else [])]
    arguments = [every, sender.throughput, *([pacing.pair_every, pacing.pair_burst] if msisdn else [])]
    answer = _shared.run(lambda client: client.register_script(_SCRIPT)(keys=keys, args=arguments))
    if answer is None:
        return _reserve_locally(sender, msisdn, every, pacing)
    limit, wait = cast("tuple[int, bytes]", answer)
    return Pause(float(wait), is_for_number=limit == 1) if limit else None


def _pacing_of(provider: str) -> Pacing | None:
    sending = sending_of(provider)
    return sending.pacing if sending else None


def _reserve_locally(sender: Sender, msisdn: str, every: float, pacing: Pacing) -> Pause | None:
    now = time.monotonic()
    key = (sender.phone_number_id, sender.throughput)
    number = _local.numbers.setdefault(key, RateLimiter(every=every, burst=sender.throughput))
    if not number.allows("", now):
        return Pause(every, is_for_number=True)
    rate = pacing.pair_every, pacing.pair_burst
    pairs = _local.pairs.setdefault(rate, RateLimiter(every=pacing.pair_every, burst=pacing.pair_burst))
    if msisdn and not pairs.allows(f"{sender.phone_number_id}:{msisdn}", now):
        return Pause(pacing.pair_every, is_for_number=False)
    return None


def pause_after_refusal(submission: Submission, outcome: Outcome) -> None:
    """Pause a number whose provider answered with a rate limit error."""
    pacing = _pacing_of(submission.provider)
    if pacing is None or not isinstance(outcome, Rejected) or submission.phone_number_id is None:
        return
    if outcome.code not in pacing.refusals:
        return
    wait = outcome.answer.retry_after
    seconds_to_wait = wait.total_seconds() if wait else _PAUSE_AFTER_REFUSAL
    key, ahead = f"pace:{submission.phone_number_id}", seconds_to_wait + 1.0  # a full burst is one second's messages

    def pause(client: redis.Redis) -> None:
        seconds, micros = client.time()
        client.set(key, f"{seconds + micros / 1e6 + ahead:.6f}", px=math.ceil(ahead * 1000))

    _shared.run(pause)
