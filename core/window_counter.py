"""Counting by the second over all processes, in Redis. Without Redis nothing is counted, and nobody waits for it."""

import redis

from core.best_effort_redis import BestEffortRedis


class WindowCounter:
    """Counts things a second, each under a name."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._redis = BestEffortRedis(prefix)

    def count(self, name: str) -> int | None:
        """Count one more; how many there were in the running second, this one included. None without Redis."""
        key = f"{self._prefix}:{name}"

        def work(client: redis.Redis) -> int:
            with client.pipeline() as commands:  # in one transaction: no counter can lose its end
                commands.set(key, 0, px=1000, nx=True)
                commands.incr(key)
                return int(commands.execute()[1])

        return self._redis.run(work)
