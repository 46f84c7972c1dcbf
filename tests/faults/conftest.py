"""A complete Tollgate per test, to break: servers, web, worker and beat as separate processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
import redis

from local.embedded.config import ROOT, Config
from local.embedded.postgres import Postgres
from local.embedded.redis import Redis, free_port
from local.embedded.supervisor import commands
from tests.faults.oracle import Oracle
from tests.scenarios.conftest import wait_until


class Tollgate:
    """One installation, started as script/run starts it, with fsync on."""

    def __init__(self, home: Path, messages: int = 0, **environment: str) -> None:
        self.postgres, self.redis, self.port = Postgres(home), Redis(home), free_port()
        self._home, self._messages = home, messages
        self._commands = commands(Config(home, self.port, "", ""))
        self._environment = {
            **os.environ, **environment, "DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url,
            "BASE_URL": f"http://127.0.0.1:{self.port}", "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        self.parts: dict[str, psutil.Popen] = {}

    @property
    def oracle(self) -> Oracle:
        return Oracle(self.postgres.url)

    def start(self) -> None:
        """Start everything and wait until it answers."""
        (self._home / "beat").mkdir()
        self.postgres.start()
        self.redis.start()
        ground = [sys.executable, "-m", "tests.faults.ground", str(self._messages)]
        subprocess.run(ground, env=self._environment, cwd=ROOT, check=True)
        self._launch_all()

    def _launch_all(self) -> None:
        for name in self._commands:
            self.launch(name)
        wait_until(self.web_answers, seconds=60)
        wait_until(self.worker_answers, seconds=60)

    def launch(self, name: str) -> None:
        """Start one part; its lines go to a file of its own."""
        with (self._home / f"{name}.log").open("ab") as log:
            self.parts[name] = psutil.Popen(
                [sys.executable, *self._commands[name]], env=self._environment, cwd=ROOT, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """End a part by kill -9, with all its children, at once."""
        part = self.parts[name]
        family = [part, *part.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)

    def web_workers(self) -> list[psutil.Process]:
        """The processes that serve requests, without their parent."""
        workers = []
        for child in self.parts["web"].children():
            with suppress(psutil.Error):  # one that was killed may not be buried yet
                if "resource_tracker" not in " ".join(child.cmdline()):
                    workers.append(child)
        return workers

    def kill_a_web_worker(self) -> None:
        """End one by kill -9, and wait for the one that takes its place."""
        victim = self.web_workers()[0]
        victim.kill()
        wait_until(lambda: victim not in self.web_workers() and len(self.web_workers()) == 2, seconds=20)

    def end(self, name: str) -> None:
        """Terminate a part as a restart does, and wait for its end."""
        self.parts[name].terminate()
        try:
            self.parts[name].wait(40)
        except psutil.TimeoutExpired:
            self.kill(name)

    def stop(self) -> None:
        for name in ("beat", "worker", "web"):
            if name in self.parts:
                self.end(name)
        for server in (self.redis, self.postgres):
            process = server.process()
            if process is not None:
                process.resume()  # a test that failed may have left it frozen
            server.stop()

    def web_answers(self) -> bool:
        """Whether web, database and broker answer."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def worker_answers(self) -> bool:
        """Whether the worker takes tasks: its queues are known to the broker."""
        with redis.Redis.from_url(self.redis.url) as client:
            return bool(client.exists("_kombu.binding.celery")) and client.llen("celery") == 0

    def kill_postgres(self) -> None:
        """End the postmaster by kill -9; PostgreSQL's other processes notice it and end."""
        process = self.postgres.process()
        assert process is not None
        process.kill()
        wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, seconds=10)

    def kill_everything(self) -> None:
        """End every process by kill -9, as the end of a machine's power would."""
        for name in self.parts:
            self.kill(name)
        self._kill_redis()
        self.kill_postgres()

    def start_again(self) -> None:
        """Start everything that was killed, with the data on the disk."""
        self.postgres.start()
        self.redis.start()
        self._launch_all()

    def lose_redis(self) -> None:
        """End Redis by kill -9, and start one without any of its data."""
        self._kill_redis()
        for file in sorted(self.redis.folder.rglob("*.aof*")):
            file.unlink()
        self.redis.start()
        with redis.Redis.from_url(self.redis.url) as client:
            assert client.dbsize() < 20

    def _kill_redis(self) -> None:
        process = self.redis.process()
        assert process is not None
        process.kill()
        wait_until(lambda: self.redis.process() is None, seconds=10)


@pytest.fixture
def make_tollgate(tmp_path: Path) -> Iterator[Callable[..., Tollgate]]:
    """Start a Tollgate for this test with `messages` messages; keywords are environment variables."""
    processes = []

    def make(messages: int = 0, **environment: str) -> Tollgate:
        processes.append(Tollgate(tmp_path, messages, **environment))
        processes[-1].start()
        return processes[-1]

    yield make
    for tollgate in processes:
        tollgate.stop()


@pytest.fixture
def tollgate(make_tollgate: Callable[..., Tollgate]) -> Tollgate:
    return make_tollgate()
