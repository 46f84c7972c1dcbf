"""The rate limit of API keys."""

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import ApiKey
from core.window_counter import WindowCounter

requests = WindowCounter("rate")


class ApiKeyThrottle(BaseThrottle):
    """Limits requests per second to the key's `rate_limit`, and reports the remaining ones in headers.

    Without Redis it allows every request and reports only the limit.
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
        """The name to count under, and the limit per second."""
        return str(key.pk), key.rate_limit

    def wait(self) -> int:
        """Seconds until the current one is over."""
        return 1
