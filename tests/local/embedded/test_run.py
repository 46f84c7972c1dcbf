"""The whole of `script/run`: up, down, and up again after each way of ending."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from local.embedded.config import read_env_file
from local.embedded.postgres import Postgres
from local.embedded.redis import Redis, free_port
from local.embedded.runner_processes import members

ROOT = Path(__file__).resolve().parents[3]
SET_BY_THE_TEST_RUN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL")
pytestmark = pytest.mark.slow


class Run:
    """One `script/run` without demo data, in a folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        environment = {name: value for name, value in os.environ.items() if name not in SET_BY_THE_TEST_RUN}
        environment |= {"TOLLGATE_DATA": str(data), "PORT": str(self.port)}
        self.output = (data.parent / f"{data.name}.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.embedded", "--messages", "0"],
            cwd=ROOT,
            env=environment,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def log(self) -> str:
        return Path(self.output.name).read_text()

    def wait_for(self, words: str) -> "Run":
        for _ in range(900):
            if words in self.log():
                return self
            assert self.process.poll() is None, self.log()
            time.sleep(0.1)
        raise AssertionError(self.log())

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def left_behind(self) -> list[psutil.Process]:
        servers = [Postgres(self.data).process(), Redis(self.data).process()]
        return members(self.data) + [server for server in servers if server]


@pytest.fixture
def start(tmp_path):
    runs: list[Run] = []

    def start(name: str = "data") -> Run:
        run = Run(tmp_path / name)
        runs.append(run)
        return run

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)
        run.output.close()


def test_it_comes_up_stops_on_ctrl_c_and_comes_up_again_after_a_kill(start):
    run = start().wait_for("Tollgate is ready")
    assert httpx.get(f"http://127.0.0.1:{run.port}/healthz").status_code == 200
    assert f"http://127.0.0.1:{run.port}/" in run.log()
    key = read_env_file(run.data / "env")["SECRET_KEY"]
    assert run.end(signal.SIGINT) == 130
    assert run.left_behind() == []

    run = start().wait_for("Tollgate is ready")
    assert run.end(signal.SIGKILL) == -signal.SIGKILL
    assert run.left_behind() != []

    run = start().wait_for("Tollgate is ready")
    assert "Stopped what an earlier run had left behind." in run.log()
    assert read_env_file(run.data / "env")["SECRET_KEY"] == key
    assert run.end(signal.SIGTERM) == 143
    assert run.left_behind() == []


def test_two_run_side_by_side_and_a_part_that_dies_ends_its_own_run_alone(start):
    one, two = start("one"), start("two")
    one.wait_for("Tollgate is ready")
    two.wait_for("Tollgate is ready")
    beat = next(member for member in members(one.data) if "beat" in member.cmdline())
    beat.kill()
    assert one.process.wait(60) != 0
    assert one.left_behind() == []
    assert httpx.get(f"http://127.0.0.1:{two.port}/healthz").status_code == 200


@pytest.mark.parametrize("words", ["Starting PostgreSQL", pytest.param("Starting web", marks=pytest.mark.faults)])
def test_an_interrupted_start_leaves_nothing_behind(start, words):
    run = start().wait_for(words)
    assert run.end(signal.SIGTERM) in {143, 130}
    assert run.left_behind() == []
