"""The HTTP client: many posts at once, each with a deadline, to the address that was checked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import orjson

from events.addresses import ForbiddenAddress, resolve, url_problem
from events.signing import signature_headers

DEADLINE = 5.0  # seconds for the whole request, as 8x8 requires of receivers
_REQUESTS_PER_HOST = 8


@dataclass(frozen=True, slots=True)
class Post:
    """One request to send."""

    delivery_id: int
    url: str
    body: dict[str, Any]
    secret: bytes
    authorization: str = ""
    endpoint_id: int | None = None


def post_all(posts: Sequence[Post]) -> list[str]:
    """The result of each: the HTTP status, or the name of the error."""
    return asyncio.run(_post_all(posts))


async def _post_all(posts: Sequence[Post]) -> list[str]:
    semaphores: dict[str, asyncio.Semaphore] = {}
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE) as client:

        async def post_one(post: Post) -> str:
            async with semaphores.setdefault(urlsplit(post.url).netloc, asyncio.Semaphore(_REQUESTS_PER_HOST)):
                return await _post(client, post)

        return await asyncio.gather(*map(post_one, posts))


async def _post(client: httpx.AsyncClient, post: Post) -> str:
    """Post once, without following redirects or reading the response body."""
    if url_problem(post.url):
        return "Forbidden"
    try:
        async with asyncio.timeout(DEADLINE):
            response = await client.send(await _request(client, post), stream=True)
            await response.aclose()
            return str(response.status_code)
    except ForbiddenAddress:
        return "Forbidden"
    except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return type(error).__name__


async def _request(client: httpx.AsyncClient, post: Post) -> httpx.Request:
    """The request to the resolved address, with the name of the host. Raises ForbiddenAddress, OSError."""
    parts = urlsplit(post.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = await asyncio.to_thread(resolve, host, port)
    netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    url = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    body = orjson.dumps(post.body)
    headers = {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Tollgate"}
    headers |= signature_headers(f"receipt_{post.delivery_id}", body, post.secret)
    if post.authorization:
        headers["Authorization"] = post.authorization
    return client.build_request("POST", url, content=body, headers=headers, extensions={"sni_hostname": host})
