"""Comparing two checkouts."""

import json

import pytest

from bench.compare import comparison, main

BENCH = """#!/bin/sh
echo "$(basename "$PWD") $6" >> ../runs
cat "$6.json"
"""


def figures(**absolute):
    units = {"accept": "/s", "report": "ms", "memory": "MB", "lost": ""}
    return {
        name: {"name": name, "absolute": value, "unit": units[name], "parts": {}} for name, value in absolute.items()
    }


def test_a_slower_rate_and_a_longer_time_are_above_one():
    pairs = [
        [figures(accept=100, report=10), figures(accept=50, report=20)],
        [figures(accept=100, report=10), figures(accept=80, report=11)],
        [figures(accept=110, report=12), figures(accept=110, report=9)],
    ]
    assert list(comparison(pairs)) == [
        "accept: 1.250 × the time of the old (lowest 1.000, highest 2.000, 3 pairs). Medians: 80 /s against 100 /s.",
        "report: 1.100 × the time of the old (lowest 0.750, highest 2.000, 3 pairs). Medians: 11 ms against 10 ms.",
    ]


def pages(**seconds):
    return {"log": {"name": "log", "absolute": None, "unit": "s", "parts": seconds}}


def test_pages_that_both_have_count_alike():
    pairs = [[pages(first=1.0, second=0.01, removed=5.0), pages(first=2.0, second=0.08, new=7.0)]]
    assert list(comparison(pairs)) == ["log: 4.000 × the time of the old (lowest 4.000, highest 4.000, 1 pairs)."]


def test_figures_that_are_no_time_are_left_out():
    assert list(comparison([[figures(memory=1, lost=None), figures(memory=2, lost=None)]])) == []


@pytest.fixture
def checkouts(tmp_path):
    """Two folders whose interpreter prints a bench's output and records each call."""
    for name, rate in (("old", 100), ("new", 200)):
        interpreter = tmp_path / name / ".venv/bin/python"
        interpreter.parent.mkdir(parents=True)
        interpreter.write_text(BENCH)
        interpreter.chmod(0o755)
        outcome = {"measurement": "accept", "figures": list(figures(accept=rate).values())}
        (tmp_path / name / "accept.json").write_text(json.dumps(outcome))
        (tmp_path / name / "drain.json").write_text('{"measurement": "drain", "error": "too bad"}')
    return str(tmp_path / "old"), str(tmp_path / "new")


def test_old_and_new_take_turns(checkouts, tmp_path, capsys):
    main([*checkouts, "accept", "--pairs", "3"])
    assert (tmp_path / "runs").read_text().split("\n") == [
        "old accept", "new accept", "new accept", "old accept", "old accept", "new accept", "",
    ]  # fmt: skip
    assert capsys.readouterr().out == (
        "accept: 0.500 × the time of the old (lowest 0.500, highest 0.500, 3 pairs). Medians: 200 /s against 100 /s.\n"
    )


def test_a_failed_measurement_ends_it(checkouts):
    with pytest.raises(SystemExit, match=r"^drain failed in .*/old: see the lines above\.$"):
        main([*checkouts, "drain"])
