"""A small load generator: keep-alive HTTP POSTs over plain sockets, as fast as the connections allow."""

import asyncio
import re
import time
from dataclasses import dataclass

CONNECTIONS = 16


@dataclass
class Connection:
    """A keep-alive connection for one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, message: bytes) -> bytes:
        """Send a request and return the head of its answer."""
        self.writer.write(message)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        await self.reader.readexactly(int(length[1]) if length else 0)
        return head


def request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """The bytes of a POST request."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def posts_per_second(port: int, path: str, headers: dict[str, str], body: bytes, seconds: float) -> float:
    """POST one body repeatedly and return the answers per second. Raises when an answer is not 200."""
    return asyncio.run(_run(port, request(path, headers, body), seconds))


async def _run(port: int, message: bytes, seconds: float) -> float:
    end = time.monotonic() + seconds
    counts = await asyncio.gather(*(_post_until(port, message, end) for _ in range(CONNECTIONS)))
    return sum(counts) / seconds


async def _post_until(port: int, message: bytes, end: float) -> int:
    connection, count = await Connection.open(port), 0
    while time.monotonic() < end:
        head = await connection.post(message)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered {head[:80]!r}")
        count += 1
    connection.writer.close()
    return count
