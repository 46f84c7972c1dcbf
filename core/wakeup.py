"""Starts a task soon after work was stored, without a call to Redis in the request.

A thread publishes at most every 0.2 s. No request waits for a slow Redis or fails with it: the schedule finds the row
within two seconds anyway.
"""

import threading
import time

from celery import current_app

_PAUSE = 0.2
_PAUSE_AFTER_FAILURE = 15.0


class Wakeup:
    """One for each task and process. `notify` returns at once and never fails."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._notified = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def notify(self) -> None:
        """Request one run of the task, soon."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:  # not at import: a fork would not copy the running thread
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
            except Exception:  # noqa: BLE001 - a broker may raise anything; the schedule does the work
                time.sleep(_PAUSE_AFTER_FAILURE)
