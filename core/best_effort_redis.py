"""Redis for what can do without it: nobody waits for it, and one that failed is left alone for a while."""

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

_PATIENCE = 0.25  # seconds
_REST = 5.0


class BestEffortRedis:
    """A connection pool, made when it is first needed. `purpose` is how the log names what is done without."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self._client: redis.Redis | None = None
        self._rests_until = 0.0

    def ask(self, work: Callable[[redis.Redis], T]) -> T | None:
        """What `work` returns; None while Redis does not answer."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            return work(self._connected())
        except redis.RedisError as error:
            self._rests_until = time.monotonic() + _REST
            log.warning("redis_is_done_without", purpose=self._purpose, seconds=_REST, reason=str(error))
            return None

    def _connected(self) -> redis.Redis:
        if self._client is None:
            patience = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE}
            self._client = redis.Redis.from_url(settings.REDIS_URL, **patience, retry=Retry(NoBackoff(), 0))
        return self._client
