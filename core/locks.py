"""Locks of a database session: one holder at a time, given back when the holder dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def session_lock(name: str, number: int = 0) -> Iterator[bool]:
    """Hold the lock of that name and number, if nobody else does; whether it is held. Nobody waits.

    It belongs to the session, not to a transaction: one that begins under it has a younger snapshot.
    """
    key = "hashtextextended(%s, %s)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({key})", [name, number])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({key})", [name, number])
