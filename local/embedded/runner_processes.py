"""The processes of one data folder's runner, by a mark in their environment, whatever their parent is by now.

A runner killed with `kill -9` leaves web, worker and beat behind. Their mark names the data folder, so the next start
finds them, and a normal end makes sure that none is left.
"""

import os
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "TOLLGATE_RUNNER"
SECONDS_TO_END = 10


def members(data: Path) -> list[psutil.Process]:
    """Every process that carries the mark of `data`, without this one and those it descends from."""
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    processes = []
    for process in psutil.process_iter():
        try:
            if process.pid not in spared and process.environ().get(MARK) == str(data):
                processes.append(process)
        except (psutil.Error, OSError):
            continue  # it ended meanwhile, or belongs to somebody else
    return processes


def stop_members(data: Path) -> int:
    """End them, gently first; how many there were."""
    processes = members(data)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(processes, timeout=SECONDS_TO_END)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(members(data), timeout=SECONDS_TO_END)
    return len(processes)
