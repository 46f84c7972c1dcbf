"""Processes left behind by a killed runner are found by their mark and ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.embedded import runner_processes

# Starts a grandchild, prints its pid, and ignores SIGTERM when it is called with `stubborn`.
PARENT = """
import signal, subprocess, sys, time
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path):
    processes = []

    def start(*arguments: str, data: Path = tmp_path) -> subprocess.Popen:
        environment = os.environ | {runner_processes.MARK: str(data)}
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, *arguments], env=environment, stdout=subprocess.PIPE, start_new_session=True
        )
        processes.append(process)
        assert process.stdout is not None
        process.grandchild = int(process.stdout.readline())  # type: ignore[attr-defined]
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()
        runner_processes.stop_members(tmp_path)


def test_a_family_ends_with_its_grandchildren(start, tmp_path):
    process = start()
    assert {member.pid for member in runner_processes.members(tmp_path)} == {process.pid, process.grandchild}
    assert runner_processes.stop_members(tmp_path) == 2
    assert runner_processes.members(tmp_path) == []


def test_an_orphan_is_found(start, tmp_path):
    process = start()
    process.kill()
    process.wait()
    assert [member.pid for member in runner_processes.members(tmp_path)] == [process.grandchild]


def test_a_process_that_ignores_sigterm_is_killed(start, tmp_path, monkeypatch):
    monkeypatch.setattr(runner_processes, "SECONDS_TO_END", 1)
    start("stubborn")
    runner_processes.stop_members(tmp_path)
    assert runner_processes.members(tmp_path) == []


def test_the_family_of_another_folder_is_left_alone(start, tmp_path):
    process = start(data=tmp_path / "other")
    assert runner_processes.stop_members(tmp_path) == 0
    assert process.poll() is None
    runner_processes.stop_members(tmp_path / "other")
