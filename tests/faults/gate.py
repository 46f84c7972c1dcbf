"""Stops whoever is about to save a certain progress, in the middle of their transaction, so that they can be killed.

A trigger waits for a lock that the test holds: where a process is killed is decided by what it has done, never by time.
"""

from contextlib import suppress
from itertools import count
from typing import Self

import psycopg

from tests.scenarios.conftest import wait_until

_KEYS = count(4_200)
_WAIT = """
CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END'
"""
_WAITERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"


class Gate:
    """Closed from its making until the end of its `with`; it opens with the end of the server, too."""

    def __init__(self, url: str, table: str, condition: str) -> None:
        self._key = next(_KEYS)
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SELECT pg_advisory_lock(%s)", [self._key])
        self._connection.execute(_WAIT)
        self._connection.execute(
            f"CREATE TRIGGER gate_{self._key} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition}) "
            f"EXECUTE FUNCTION wait_at_gate('{self._key}')"
        )

    def __enter__(self) -> Self:
        """Wait until a process is blocked at the gate."""
        wait_until(self._somebody_waits, seconds=120)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(psycopg.Error):
            self._connection.close()

    def _somebody_waits(self) -> bool:
        row = self._connection.execute(_WAITERS, [self._key]).fetchone()
        return row is not None and row[0] > 0
