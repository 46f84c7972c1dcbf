"""A configuration mistake stops everything with one line and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def preflight(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "portal.preflight", *arguments]
    environment = os.environ | {"DJANGO_ALLOW_ASYNC_UNSAFE": ""} | changes  # right in tests alone
    return subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_a_sound_configuration_says_nothing():
    finished = preflight()
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_production_has_more_checks():
    finished = preflight(
        "--deploy", BASE_URL="https://tollgate.example.com", EMAIL_URL="smtp://mail.example.com:25"
    )  # fmt: skip
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"SECRET_KEY": ""}, "Configuration: SECRET_KEY is not set: run script/run once"),
        ({"DATABASE_URL": ""}, "Configuration: DATABASE_URL is not set: start script/run"),
        ({"REDIS_URL": ""}, "Configuration: REDIS_URL is not set: start script/run"),
        ({"BASE_URL": "nonsense"}, "Configuration: BASE_URL is 'nonsense': write it as https://"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too easy to guess"),
        ({"DATABASE_URL": "mysql://user@host/name"}, "DATABASE_URL is not a PostgreSQL address"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL is not a PostgreSQL address"),
        ({"DATABASE_URL": "postgresql://user@127.0.0.1:1/name"}, "PostgreSQL does not respond (connection failed"),
        ({"REDIS_URL": "nonsense"}, "REDIS_URL is not a Redis address"),
    ],
)
def test_a_mistake_is_one_line(changes, line):
    finished = preflight(**changes)
    assert finished.returncode == 1
    assert finished.stderr.startswith(line)
    assert finished.stderr.count("\n") == 1
    assert "Traceback" not in finished.stderr
