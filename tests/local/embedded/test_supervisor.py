"""The parts end together, even when the signal arrives during their start."""

import signal

import pytest

from local.embedded.supervisor import ProcessManager


@pytest.fixture
def parts():
    """Two long-running parts. The test run's own signal handlers are restored afterwards."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    parts = ProcessManager()
    for name in ("one", "two"):
        parts.add_process(name, "exec sleep 60")
    yield parts
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_signal_before_the_parts_have_started_ends_them_all(parts):
    parts.terminate()
    parts.loop()
    assert parts.returncode == -signal.SIGTERM


def test_a_closed_terminal_ends_them_all(parts):
    parts.hang_up(signal.SIGHUP, None)
    parts.loop()
    assert parts.returncode == 129


def test_one_that_ends_takes_the_others_along(parts):
    parts.add_process("short", "exit 3")
    parts.loop()
    assert parts.returncode == 3
