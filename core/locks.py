"""Session locks of the database: one holder at a time, released when the holder dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def session_lock(name: str, number: int = 0) -> Iterator[bool]:
    """Take the lock with this name and number if it is free, without waiting; yields whether it was taken.

    The lock belongs to the session, so a transaction that begins inside it has a newer snapshot.
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
