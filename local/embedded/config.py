"""The configuration of `script/run` from its environment, and the file that passes it on to `manage.py`."""

import fcntl
import os
import pwd
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import environ

from local.embedded.errors import StartError

ROOT = Path(__file__).resolve().parent.parent.parent
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Config:
    """The data folder, the ports, and the servers to use instead of the embedded ones (empty: start our own)."""

    data: Path
    port: int
    database_url: str
    redis_url: str
    sandbox_port: int = 0  # no sandbox

    @classmethod
    def from_environment(cls) -> "Config":
        env = environ.FileAwareEnv()
        data = Path(env.str("TOLLGATE_DATA", default="") or ROOT / ".data").resolve()
        return cls(
            data=data,
            port=read_port("PORT", env.str("PORT", default="") or "8000"),
            database_url=env.str("DATABASE_URL", default=""),
            redis_url=env.str("REDIS_URL", default=""),
            sandbox_port=read_port("SANDBOX_PORT", sandbox) if (sandbox := env.str("SANDBOX_PORT", default="")) else 0,
        )

    @property
    def env_file(self) -> Path:
        return self.data / "env"

    def make_data_folder(self) -> None:
        """Create the folder. Refuse a folder of another user, whose files this one could not read."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            owner = self.data.stat().st_uid
            if owner != os.geteuid():
                name = next((user.pw_name for user in pwd.getpwall() if user.pw_uid == owner), str(owner))
                raise StartError(
                    f"The data folder {self.data} belongs to {name}: start as {name}, or set TOLLGATE_DATA to another."
                )
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise StartError(
                f"The data folder {self.data} cannot be used ({error.strerror}): set TOLLGATE_DATA to another folder."
            ) from error

    def lock(self) -> IO[str]:
        """Lock the folder for this process until the returned file is closed or the process ends."""
        file = (self.data / "lock").open("w")
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # unlike flock, no forked child inherits it
        except OSError as error:
            file.close()
            raise StartError(
                f"Tollgate already runs with the data folder {self.data}: stop it, or set TOLLGATE_DATA and PORT."
            ) from error
        return file

    def check_ports(self) -> None:
        """Raise StartError unless the web server, and the sandbox if there is one, can listen."""
        check_port("PORT", self.port)
        if self.sandbox_port == self.port:
            raise StartError(f"PORT and SANDBOX_PORT are both {self.port}: choose another for one of them.")
        if self.sandbox_port:
            check_port("SANDBOX_PORT", self.sandbox_port)

    def write_env_file(self, database_url: str, redis_url: str) -> dict[str, str]:
        """Write the env file, readable by its owner alone, and return the variables that the other parts need.

        SECRET_KEY is generated once and stays in the file, because it encrypts secrets in the database. A key from the
        environment takes precedence while it is set and is never written to the file.
        """
        env = environ.FileAwareEnv()
        environment_key = env.str("SECRET_KEY", default="")
        stored_key = read_env_file(self.env_file).get("SECRET_KEY") or (
            "" if environment_key else secrets.token_urlsafe(50)
        )
        values = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "BASE_URL": env.str("BASE_URL", default="") or f"http://127.0.0.1:{self.port}",
            "PORT": str(self.port),
        }
        if self.sandbox_port:
            values["SANDBOX_PORT"] = str(self.sandbox_port)
        lines = values | ({"SECRET_KEY": stored_key} if stored_key else {})
        new_file = self.env_file.with_suffix(".new")
        new_file.unlink(missing_ok=True)
        with os.fdopen(os.open(new_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in lines.items())
        new_file.replace(self.env_file)
        return values | {"SECRET_KEY": environment_key or stored_key}


def check_port(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise StartError(f"Port {port} is for root only: choose one above 1023, as in {name}=8001.") from error
        except OSError as error:
            raise StartError(
                f"Port {port} is in use: stop what listens there, or choose another, as in {name}=8001."
            ) from error


def read_port(name: str, text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= HIGHEST_PORT:
        return int(text)
    raise StartError(f"{name} is {text!r}: write a number from 1 to {HIGHEST_PORT}, as in {name}=8001.")


def read_env_file(path: Path) -> Mapping[str, str]:
    """The NAME=value lines of a file written by `write_env_file`; empty when there is no file."""
    if not path.exists():
        return {}
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
