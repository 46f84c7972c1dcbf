"""The processes of one data folder's runner, recognised by a mark in their environment.

A runner killed with `kill -9` leaves web, worker and beat behind. Their mark names the data folder, so the next start
finds and ends them; a normal end uses it to leave none behind.
"""

import os
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "TOLLGATE_RUNNER"
SECONDS_TO_END = 10


def members(data: Path) -> list[psutil.Process]:
    """Every process that carries the mark of `data`, except this one and its ancestors."""
    excluded = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    processes = []
    for process in psutil.process_iter():
        try:
            if process.pid not in excluded and process.environ().get(MARK) == str(data):
                processes.append(process)
        except (psutil.Error, OSError):
            continue  # it has ended, or belongs to another user
    return processes


def stop_members(data: Path) -> int:
    """Terminate them, then kill those that remain. Returns how many there were."""
    processes = members(data)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(processes, timeout=SECONDS_TO_END)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(members(data), timeout=SECONDS_TO_END)
    return len(processes)
