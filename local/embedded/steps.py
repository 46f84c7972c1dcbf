"""The commands that a start runs one after the other, each in its own process."""

import subprocess
import sys

from local.embedded.config import ROOT
from local.embedded.errors import StartError


def manage(*arguments: str, environment: dict[str, str]) -> None:
    """Run `manage.py` and wait for it. Raises StartError when it fails."""
    run_python(ROOT / "manage.py", *arguments, environment=environment, name=f"manage.py {arguments[0]}")


def preflight(environment: dict[str, str]) -> None:
    """Run every check. A failed check prints its own message, so StartError is empty."""
    run_python("-m", "portal.preflight", environment=environment, name="")


def run_python(*arguments: object, environment: dict[str, str], name: str) -> None:
    process = subprocess.run(
        [sys.executable, *map(str, arguments)],
        check=False,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the runner, which ends this process
    )
    if process.returncode:
        raise StartError(f"{name} failed: see the lines above." if name else "")
