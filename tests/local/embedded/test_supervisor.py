"""The parts end together, whenever the word to end comes."""

import signal

import pytest

from local.embedded.supervisor import Processes


@pytest.fixture
def parts():
    """Two parts that would last; the test run's own signal handlers come back afterwards."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    parts = Processes()
    for name in ("one", "two"):
        parts.add_process(name, "exec sleep 60")
    yield parts
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_a_word_to_end_before_the_parts_have_started_ends_them_all(parts):
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
