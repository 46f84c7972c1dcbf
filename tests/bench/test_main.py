"""Measurements in one order and in another, with servers of their own, at a tiny size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.compare import comparison

ROOT = Path(__file__).resolve().parent.parent.parent
ORDER = ("drain", "rating", "report", "export")
FIGURES = {
    "accept": ["accept"],
    "drain": ["drain"],
    "export": ["export as CSV", "export as CSV, memory (MB)", "export as XLSX", "export as XLSX, memory (MB)"],
    "rating": ["record, messages/s", "late", "reprice, seconds", "reprice"],
    "report": ["report by day", "report by category"],
}


def outcomes(*names):
    """The JSON that each measurement prints."""
    command = [sys.executable, "-m", "bench", "--json", "--scale", "0.0005", *names]
    process = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in process.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [
        ("rating", "drain", "accept", "report", "export", "rating"),
        pytest.param((*ORDER, "accept", *reversed(ORDER)), marks=pytest.mark.faults),
    ],
    ids=["one first and last", "all in one order and in the other"],
)
def test_no_measurement_depends_on_those_before(names):
    """Between them is one that needs the web server."""
    measured = [{figure["name"]: figure for figure in outcome["figures"]} for outcome in outcomes(*names)]
    assert [list(figures) for figures in measured] == [FIGURES[name] for name in names]
    lines = comparison([[figures for name, figures in zip(names, measured, strict=True) if name == "rating"]])
    assert [line.partition(":")[0] for line in lines] == ["record, messages/s", "late", "reprice, seconds"]


def test_an_unknown_name_lists_those_there_are(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["nothing"])
    assert "unknown: nothing. There are: accept, bulk, drain" in capsys.readouterr().err
