"""python -m tests.archive.deletion.worker DATABASE DELETION: a worker's process that a test kills in a transaction."""

import os
import sys
import time

DONE = 7  # transactions before the one in which it stops


def main(database: str, pk: int) -> None:
    """Work it off, a message a transaction; stop in the eighth, when its rows are deleted and not committed."""
    os.environ["DATABASE_URL"] = database
    import django

    django.setup()
    from archive.deletion import work
    from messaging.inbound.services.erasure import erase_messages
    from messaging.sending.services import erasure

    calls: list[object] = []

    def stops(*args: object) -> object:
        gone = erase_messages(*args)  # type: ignore[arg-type]
        calls.append(gone)
        if len(calls) > DONE:
            print("in the middle", flush=True)
            time.sleep(600)
        return gone

    setattr(erasure, "erase_messages", stops)  # noqa: B010 - a stand-in
    work.BATCH = 1
    work.work(pk, seconds=600)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
