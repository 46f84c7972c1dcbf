"""Runs web, worker and beat together, with their lines behind one another, until one of them ends or a signal comes."""

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
NOT_NEWS = "ignore:You're running the worker with superuser"  # root is how many try it; the data is their own


class Processes(Manager):  # type: ignore[misc]
    """honcho's manager fails on a signal that arrives before every process has reported its pid: this one waits."""

    _ending = False

    def terminate(self) -> None:
        self._ending = True
        self._all_started()

    def hang_up(self, number: int, frame: FrameType | None) -> None:
        """The terminal was closed, which honcho does not look after."""
        self.returncode = 128 + number
        self.terminate()

    def _all_started(self) -> bool:
        """Asked by honcho's loop ten times a second."""
        started = bool(super()._all_started())
        if started and self._ending:
            super().terminate()
        return started


def supervise(config: Config, environment: dict[str, str]) -> int:
    """Run the parts; when one ends, or a signal comes, all are ended. The exit code."""
    (config.data / "beat").mkdir(exist_ok=True)
    parts = Processes()
    for name, arguments in commands(config).items():
        command = "exec " + shlex.join([sys.executable, "-W", NOT_NEWS, *arguments])
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
