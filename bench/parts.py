"""Runs the parts of Tollgate as processes, with the same commands as script/run."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from local.embedded.config import ROOT, Config
from local.embedded.redis import free_port
from local.embedded.supervisor import SUPPRESSED_WARNING, commands


@contextlib.contextmanager
def run_parts(*names: str) -> Iterator[int]:
    """Run these parts (web, worker, beat) on the bench's servers; yields the port of the web server."""
    home, port = Path(os.environ["TOLLGATE_DATA"]), free_port()
    (home / "beat").mkdir(exist_ok=True)
    arguments = commands(Config(home, port, "", ""))
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", SUPPRESSED_WARNING, *arguments[name]], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        for name in names
    ]
    try:
        _wait_for_web(port)
        yield port
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(60)


def _wait_for_web(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
            return
        time.sleep(0.1)
    raise RuntimeError("the web server does not answer")
