"""The client that posts: many requests at once, each within a deadline, to the very address that was checked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import orjson

from events.addresses import Forbidden, check, resolve
from events.signing import signed

DEADLINE = 5.0  # seconds for the whole request, as 8x8 requires of receivers
_AT_ONE_HOST = 8


@dataclass(frozen=True, slots=True)
class Post:
    """One request to make."""

    delivery_id: int
    url: str
    body: dict[str, Any]
    secret: bytes
    authorization: str = ""
    endpoint_id: int | None = None


def post_all(posts: Sequence[Post]) -> list[str]:
    """What each came to: the HTTP status, or the kind of failure."""
    return asyncio.run(_post_all(posts))


async def _post_all(posts: Sequence[Post]) -> list[str]:
    gates: dict[str, asyncio.Semaphore] = {}
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE) as client:

        async def one(post: Post) -> str:
            async with gates.setdefault(urlsplit(post.url).netloc, asyncio.Semaphore(_AT_ONE_HOST)):
                return await _post(client, post)

        return await asyncio.gather(*map(one, posts))


async def _post(client: httpx.AsyncClient, post: Post) -> str:
    """Post once; redirects are not followed, and what is answered is not read."""
    if check(post.url):
        return "Forbidden"
    try:
        async with asyncio.timeout(DEADLINE):
            response = await client.send(await _request(client, post), stream=True)
            await response.aclose()
            return str(response.status_code)
    except Forbidden:
        return "Forbidden"
    except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return type(error).__name__


async def _request(client: httpx.AsyncClient, post: Post) -> httpx.Request:
    """The request to the resolved address, under the name of the host. Raises Forbidden, OSError."""
    parts = urlsplit(post.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = await asyncio.to_thread(resolve, host, port)
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    url = urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))
    body = orjson.dumps(post.body)
    headers = {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Tollgate"}
    headers |= signed(f"receipt_{post.delivery_id}", body, post.secret)
    if post.authorization:
        headers["Authorization"] = post.authorization
    return client.build_request("POST", url, content=body, headers=headers, extensions={"sni_hostname": host})
