"""Looks for a phone number in everything that a Tollgate keeps, however it is spelled, packed or encoded."""

import gzip
import io
import re
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import redis

_BETWEEN_DIGITS = rb"[^0-9A-Za-z]{0,6}"
_MASKED = 3  # the last digits may be written in any way
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_DEPTH = 3


def pattern(number: str) -> re.Pattern[bytes]:
    """The number with anything between its digits, and its last digits masked or not."""
    return re.compile(_BETWEEN_DIGITS.join(re.escape(digit.encode()) for digit in number[:-_MASKED]))


def readings(data: bytes, depth: int = _DEPTH) -> Iterator[bytes]:
    """The bytes, and what they are when they are unpacked or decoded, several times over."""
    yield data
    if depth:
        for inside in _inside(data):
            yield from readings(inside, depth - 1)


def _inside(data: bytes) -> Iterator[bytes]:
    with suppress(OSError, EOFError, zlib.error):
        yield gzip.decompress(data)
    with suppress(zlib.error):
        yield zlib.decompress(data)
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield archive.read(name)
    for token in _BASE64.findall(data):
        padded = token[: len(token) // 4 * 4]
        yield b64decode(padded.replace(b"-", b"+").replace(b"_", b"/"))
    if data[:2] == rb"\x":
        with suppress(ValueError):
            yield bytes.fromhex(data[2:].decode())


def says(data: bytes, patterns: Iterable[re.Pattern[bytes]]) -> bool:
    """Whether any of the patterns is in the bytes, in any reading."""
    return any(each.search(read) for read in readings(data) for each in patterns)


_TABLES = """
SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace IN (
    SELECT oid FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_')
"""


def tables_with(cursor: Any, patterns: list[re.Pattern[bytes]]) -> list[str]:
    """The columns of which a row says it, as `table.column`: of every table and partition of the database."""
    matches = set()
    for (table,) in cursor.execute(_TABLES).fetchall():
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name from the catalogue
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            matches |= {
                f"{table}.{name}" for name, cell in zip(names, row, strict=True) if says(_bytes(cell), patterns)
            }
    return sorted(matches)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return value.encode() if isinstance(value, str) else orjson.dumps(value, default=str)


def files_with(folder: Path, patterns: list[re.Pattern[bytes]]) -> list[str]:
    """The files below a folder that say it."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(folder)) for path in paths if says(path.read_bytes(), patterns))


def keys_with(client: redis.Redis, patterns: list[re.Pattern[bytes]]) -> list[bytes]:
    """The keys of Redis that say it, themselves or in what they hold."""
    read: dict[Any, Any] = {
        b"string": client.get, b"list": lambda key: client.lrange(key, 0, -1), b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1), b"hash": client.hgetall,
    }  # fmt: skip
    held = {key: repr(read[client.type(key)](key)).encode() for key in client.scan_iter()}
    return sorted(key for key, value in held.items() if says(key, patterns) or says(value, patterns))
