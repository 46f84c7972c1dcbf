"""How many requests a second an API key may make."""

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import ApiKey
from core.window_counter import WindowCounter

requests = WindowCounter("rate")


class RatePerKey(BaseThrottle):
    """Lets through as many requests a second as the key's `rate_limit`, and says in headers how many are left.

    Without Redis it lets everything through, and names the limit alone.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request."""
        name, limit = self.limit(cast("ApiKey", request.auth), view)
        n = requests.count(name)
        view.headers["RateLimit-Limit"] = str(limit)
        if n is None:
            return True
        view.headers["RateLimit-Remaining"] = str(max(0, limit - n))
        view.headers["RateLimit-Reset"] = "1"
        return n <= limit

    def limit(self, key: ApiKey, view: Any) -> tuple[str, int]:
        """What is counted, by name, and how many a second there may be of it."""
        return str(key.pk), key.rate_limit

    def wait(self) -> int:
        """The running second is over by then."""
        return 1
