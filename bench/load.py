"""A small load generator: keep-alive HTTP POSTs over plain sockets, as many as the connections carry."""

import asyncio
import re
import time

CONNECTIONS = 16


def posts_per_second(port: int, path: str, headers: dict[str, str], body: bytes, seconds: float) -> float:
    """POST one body over and over for a while; answers per second. Raises when an answer is not 200."""
    return asyncio.run(_run(port, _request(path, headers, body), seconds))


def _request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def _run(port: int, request: bytes, seconds: float) -> float:
    end = time.monotonic() + seconds
    counts = await asyncio.gather(*(_connection(port, request, end) for _ in range(CONNECTIONS)))
    return sum(counts) / seconds


async def _connection(port: int, request: bytes, end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.monotonic() < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered {head[:80]!r}")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        await reader.readexactly(int(length[1]) if length else 0)
        done += 1
    writer.close()
    return done
