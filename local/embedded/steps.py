"""The commands a start goes through, one after the other, each with its own process."""

import subprocess
import sys

from local.embedded.config import ROOT
from local.embedded.errors import StartError


def manage(*arguments: str, environment: dict[str, str]) -> None:
    """Run `manage.py` and wait; its output is shown, its failure ends the start."""
    python(ROOT / "manage.py", *arguments, environment=environment, name=f"manage.py {arguments[0]}")


def preflight(environment: dict[str, str]) -> None:
    """Every check; their lines are the message, so nothing is added when one fails."""
    python("-m", "portal.preflight", environment=environment, name="")


def python(*arguments: object, environment: dict[str, str], name: str) -> None:
    finished = subprocess.run(
        [sys.executable, *map(str, arguments)],
        check=False,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the runner, which ends this process
    )
    if finished.returncode:
        raise StartError(f"{name} failed: see the lines above." if name else "")
