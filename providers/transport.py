"""Sends one request over a pool of connections and returns its outcome."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpx
import orjson

from core.strict_json import Unparsable, load_repaired
from providers.outcomes import Answer, Outcome, Uncertain, Unreached

LARGEST_ANSWER = 1024 * 1024
_TIME = httpx.Timeout(connect=5, write=10, read=20, pool=5)
_MAX_SECONDS = 30.0  # for a complete answer, however slowly it arrives
_GET_SECONDS = 5.0  # for a GET, which can be repeated
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=30)
_MAX_RETRY_AFTER = timedelta(days=1)


@lru_cache(maxsize=1)
def pool() -> httpx.Client:
    """The connections of this process to all providers. Thread-safe."""
    return httpx.Client(limits=_LIMITS, timeout=_TIME)


os.register_at_fork(after_in_child=pool.cache_clear)  # two processes must not share a connection


def credential(secret: str) -> str:
    """Return the secret if it is valid in a header. Raises ValueError, without repeating the secret."""
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ValueError("A credential is empty, or contains a character that is not allowed in a header.")
    return secret


def post(
    url: str,
    headers: Mapping[str, str],
    message: Mapping[str, Any],
    read_answer: Callable[[Answer], Outcome],
    *,
    client: httpx.Client | None = None,
) -> Outcome:
    """Post a message as JSON, once. `read_answer` reads a complete answer; this function handles all failures.

    A reason is only the type of the exception, because its text can repeat a header.
    """
    try:
        answer = _exchange(client or pool(), "POST", url, headers, orjson.dumps(message))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        return Unreached(type(error).__name__)
    except (httpx.TransportError, httpx.DecodingError, _Endless) as error:
        return Uncertain(type(error).__name__.lstrip("_"))
    return read_answer(answer)


def get(url: str, headers: Mapping[str, str], *, client: httpx.Client | None = None) -> Answer | Unreached:
    """Get a URL, once, within a few seconds. Without a complete answer: Unreached, with the type of the failure."""
    try:
        return _exchange(client or pool(), "GET", url, headers, None, seconds=_GET_SECONDS)
    except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL, _Endless) as error:
        return Unreached(type(error).__name__.lstrip("_"))


class _Endless(Exception):
    """The answer is too large or too slow."""


def _exchange(
    client: httpx.Client,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
    *,
    seconds: float | None = None,
) -> Answer:
    """The complete answer, within `seconds` if given."""
    until = time.monotonic() + (seconds or _MAX_SECONDS)
    request_headers = {"Content-Type": "application/json", "User-Agent": "Tollgate", **headers}
    limits = httpx.Timeout(seconds) if seconds else httpx.USE_CLIENT_DEFAULT
    body = bytearray()
    with client.stream(method, url, headers=request_headers, content=content, timeout=limits) as response:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER or time.monotonic() > until:
                raise _Endless
        wait = _retry_after(response.headers.get("Retry-After", ""))
        return Answer(response.status_code, bytes(body), _json_object(bytes(body)), wait)


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        return load_repaired(body)[0]
    except Unparsable:
        return None


def _retry_after(value: str) -> timedelta | None:
    """The header in either of its forms, seconds or a date; None if it is missing, past or invalid."""
    try:
        wait = timedelta(seconds=int(value)) if value.isdecimal() else parsedate_to_datetime(value) - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(wait, _MAX_RETRY_AFTER) if wait > timedelta() else None
