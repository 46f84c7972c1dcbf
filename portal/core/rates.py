"""Counting by the second over all processes, in Redis. Without Redis nothing is counted, and nobody waits for it."""

import time

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger("tollgate.rates")

_PATIENCE = 0.25  # seconds
_PAUSE_AFTER_FAILURE = 5.0


class Counter:
    """Counts things a second, each under a name."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._client: redis.Redis | None = None
        self._pause_until = 0.0

    def count(self, name: str) -> int | None:
        """Count one more; how many there were in the running second, this one included. None without Redis."""
        now = time.monotonic()
        if now < self._pause_until:
            return None
        key = f"{self._prefix}:{name}"
        try:
            with self._connected().pipeline() as commands:  # in one transaction: no counter can lose its end
                commands.set(key, 0, px=1000, nx=True)
                commands.incr(key)
                return int(commands.execute()[1])
        except redis.RedisError as error:
            self._pause_until = now + _PAUSE_AFTER_FAILURE
            log.warning("rates_not_counted", seconds=_PAUSE_AFTER_FAILURE, reason=str(error))
            return None

    def _connected(self) -> redis.Redis:
        if self._client is None:
            self._client = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=_PATIENCE,
                socket_connect_timeout=_PATIENCE,
                retry=Retry(NoBackoff(), 0),
            )
        return self._client
