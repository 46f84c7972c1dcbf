"""Wakes workers when work was stored, without ever touching Redis in a request.

A thread of its own publishes at most every 0.2 s. When Redis is slow or gone nobody waits for it: the schedule finds
the row within two seconds anyway.
"""

import threading
import time

from celery import current_app

_PAUSE = 0.2
_PAUSE_AFTER_FAILURE = 15.0


class Wakeup:
    """One per process. `notify()` costs nothing and never fails."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._notified = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def notify(self) -> None:
        """Ask for one run of the task, soon."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:  # not at import: a forked server would keep the thread's shell only
                    self._thread = threading.Thread(target=self._listen, name=f"wakeup {self._task}", daemon=True)
                    self._thread.start()
        self._notified.set()

    def _listen(self) -> None:
        while True:
            self._notified.wait()
            self._notified.clear()
            try:
                current_app.send_task(self._task, expires=10, retry=False)
                time.sleep(_PAUSE)
            except Exception:  # noqa: BLE001 - whatever a broker may raise: the schedule does the work
                time.sleep(_PAUSE_AFTER_FAILURE)
