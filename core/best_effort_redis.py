"""Redis for optional work: short timeouts, and after a failure no calls for a while (a circuit breaker)."""

import time
from collections.abc import Callable
from typing import TypeVar

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger("tollgate.redis")
T = TypeVar("T")

_TIMEOUT = 0.25  # seconds
_COOLDOWN = 5.0


class BestEffortRedis:
    """A connection pool, created at the first call. `purpose` names the work in the log."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self._client: redis.Redis | None = None
        self._open_until = 0.0

    def run(self, work: Callable[[redis.Redis], T]) -> T | None:
        """The result of `work`; None while Redis does not answer."""
        if time.monotonic() < self._open_until:
            return None
        try:
            return work(self._connected())
        except redis.RedisError as error:
            self._open_until = time.monotonic() + _COOLDOWN
            log.warning("redis_unavailable", purpose=self._purpose, seconds=_COOLDOWN, reason=str(error))
            return None

    def _connected(self) -> redis.Redis:
        if self._client is None:
            timeouts = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT}
            self._client = redis.Redis.from_url(settings.REDIS_URL, **timeouts, retry=Retry(NoBackoff(), 0))
        return self._client
