"""The operating-system user of the embedded servers: ourselves, or `pgserver` when we are root.

PostgreSQL refuses to run as root. The user must exist by name, so root creates it once.
"""

import os
import pwd
import stat
import subprocess
from pathlib import Path
from typing import TypedDict

from local.embedded.errors import StartError

SERVICE_USER = "pgserver"


class Identity(TypedDict, total=False):
    """Keyword arguments of `subprocess` that start a process as the service user."""

    user: int
    group: int
    extra_groups: list[int]


def service_identity() -> Identity:
    """How to start a server: unchanged for an ordinary user, as `pgserver` for root."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        account = _make_service_user()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _make_service_user() -> pwd.struct_passwd:
    try:
        subprocess.run(["useradd", "--system", "--user-group", SERVICE_USER], check=True, capture_output=True)
        return pwd.getpwnam(SERVICE_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise StartError(
            f"PostgreSQL must not run as root, and the user {SERVICE_USER} cannot be made for it: "
            f"make it (useradd --system {SERVICE_USER}) or start as an ordinary user."
        ) from error


def make_service_folder(path: Path) -> None:
    """Make `path`, readable by the service user alone, and let that user pass through the folders above it.

    The folders above get only the right to pass through (o+x), never to list or read.
    """
    identity = service_identity()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid not in {os.geteuid(), identity.get("user")}:
        raise StartError(f"The folder {path} belongs to somebody else: remove it and start again.")
    path.chmod(0o700)
    if identity:
        os.chown(path, identity["user"], identity["group"])
        for parent in path.parents:
            mode = parent.stat().st_mode
            if not mode & stat.S_IXOTH:
                parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
                print(f"Opened {parent} for passing through (chmod o+x), so that PostgreSQL can run as {SERVICE_USER}.")
