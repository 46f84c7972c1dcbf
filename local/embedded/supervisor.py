"""Runs web, worker and beat together, mixing their output lines, until one of them ends or a signal arrives."""

import multiprocessing
import shlex
import signal
import sys
import time
from types import FrameType

from honcho.manager import Manager

from local.embedded.config import ROOT, Config
from local.embedded.runner_processes import stop_members

CELERY = ("-m", "celery", "--quiet", "-A", "portal.celery")
SUPPRESSED_WARNING = "ignore:You're running the worker with superuser"  # many try Tollgate as root, on their own data


class ProcessManager(Manager):  # type: ignore[misc]
    """honcho's manager fails on a signal that arrives before every process has reported its pid: this one waits."""

    _is_ending = False

    def terminate(self) -> None:
        self._is_ending = True
        self._all_started()

    def hang_up(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGHUP, the signal of a closed terminal, which honcho ignores."""
        self.returncode = 128 + number
        self.terminate()

    def _all_started(self) -> bool:
        """honcho's loop calls this ten times a second."""
        started = bool(super()._all_started())
        if started and self._is_ending:
            super().terminate()
        return started


def supervise(config: Config, environment: dict[str, str]) -> int:
    """Run the parts. When one ends or a signal arrives, end them all. Returns the exit code."""
    (config.data / "beat").mkdir(exist_ok=True)
    parts = ProcessManager()
    for name, arguments in commands(config).items():
        command = "exec " + shlex.join([sys.executable, "-W", SUPPRESSED_WARNING, *arguments])
        parts.add_process(name, command, env=environment, cwd=str(ROOT))
    signal.signal(signal.SIGHUP, parts.hang_up)
    try:
        parts.loop()
    finally:
        while multiprocessing.active_children():  # each watches one part, which may have started late
            stop_members(config.data)
            time.sleep(0.1)
    return int(parts.returncode or 0)


def commands(config: Config) -> dict[str, tuple[str, ...]]:
    """The arguments of Python for each long-running part."""
    schedule = str(config.data / "beat" / "schedule")
    parts: dict[str, tuple[str, ...]] = {
        "web": ("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(config.port), "--no-ws",
                "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "portal.wsgi:application"),
        "worker": (*CELERY, "worker", "--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle",
                   "--loglevel", "WARNING"),
        "beat": (*CELERY, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "WARNING"),
    }  # fmt: skip
    if config.sandbox_port:
        parts["sandbox"] = ("manage.py", "sandbox", "--port", str(config.sandbox_port))
    return parts
