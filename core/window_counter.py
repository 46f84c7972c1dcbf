"""Counts per second over all processes, in Redis. Without Redis nothing is counted, and no request is held up."""

import redis

from core.best_effort_redis import BestEffortRedis


class WindowCounter:
    """Counts events of the current second, by name."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._redis = BestEffortRedis(prefix)

    def count(self, name: str) -> int | None:
        """Count one event; return how many there were in this second, this one included. None without Redis."""
        key = f"{self._prefix}:{name}"

        def work(client: redis.Redis) -> int:
            with client.pipeline() as commands:  # in one transaction, so that every counter expires
                commands.set(key, 0, px=1000, nx=True)
                commands.incr(key)
                return int(commands.execute()[1])

        return self._redis.run(work)
