"""A small load generator: keep-alive HTTP POSTs over plain sockets, as many as the connections carry."""

import asyncio
import re
import time
from dataclasses import dataclass

CONNECTIONS = 16


@dataclass
class Line:
    """A connection that is kept, for one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, whole: bytes) -> bytes:
        """Send a request; the head of its answer."""
        self.writer.write(whole)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        await self.reader.readexactly(int(length[1]) if length else 0)
        return head


def request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A POST as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def posts_per_second(port: int, path: str, headers: dict[str, str], body: bytes, seconds: float) -> float:
    """POST one body over and over for a while; answers per second. Raises when an answer is not 200."""
    return asyncio.run(_run(port, request(path, headers, body), seconds))


async def _run(port: int, whole: bytes, seconds: float) -> float:
    end = time.monotonic() + seconds
    counts = await asyncio.gather(*(_connection(port, whole, end) for _ in range(CONNECTIONS)))
    return sum(counts) / seconds


async def _connection(port: int, whole: bytes, end: float) -> int:
    line, done = await Line.open(port), 0
    while time.monotonic() < end:
        head = await line.post(whole)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered {head[:80]!r}")
        done += 1
    line.writer.close()
    return done
