"""Run measurements of two checkouts in turn and print how their times compare, pair by pair.

Both need a .venv (script/bootstrap run) and a bench with --json. A rate counts as the time of one operation.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

TIMES = {"s", "ms"}
Figures = Mapping[str, Mapping[str, Any]]


def main(arguments: Sequence[str]) -> None:
    """Measure each name in all its pairs before the next, so that little time lies between old and new."""
    options = _options(arguments)
    for name in options.names:
        pairs = [_pair(name, options, swapped=number % 2 == 1) for number in range(options.pairs)]
        for line in comparison(pairs):
            print(line, flush=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/compare", description=__doc__)
    parser.add_argument("old", type=Path, help="a checkout")
    parser.add_argument("new", type=Path, help="another")
    parser.add_argument("names", nargs="+", metavar="name", help="a measurement of script/bench")
    parser.add_argument("--pairs", type=int, default=7, help="how often each is measured in both (7)")
    parser.add_argument("--scale", type=float, default=1.0, help="below 1: a trial of that share")
    return parser.parse_args(arguments)


def _pair(name: str, options: argparse.Namespace, *, swapped: bool) -> list[Figures]:
    """The figures of old and new; which one runs first changes, so that drift favours neither."""
    step = -1 if swapped else 1
    return [_measure(checkout, name, options.scale) for checkout in (options.old, options.new)[::step]][::step]


def _measure(checkout: Path, name: str, scale: float) -> Figures:
    command = [str(checkout.resolve() / ".venv/bin/python"), "-m", "bench", "--json", "--scale", str(scale), name]
    process = subprocess.run(command, cwd=checkout, stdout=subprocess.PIPE, check=False)  # 1 where a target is missed
    outcome = json.loads(process.stdout or b"{}")
    if "figures" not in outcome:
        sys.exit(f"{name} failed in {checkout}: see the lines above.")
    return {figure["name"]: figure for figure in outcome["figures"]}


def comparison(pairs: Sequence[Sequence[Figures]]) -> Iterator[str]:
    """A line for each figure that is a time or a rate: the pairs' ratios of new to old times."""
    for name, figure in pairs[0][0].items():
        if not (_is_rate(figure) or figure["unit"] in TIMES):
            continue
        ratios = [time_ratio(old[name], new[name]) for old, new in pairs]
        line = (
            f"{name}: {statistics.median(ratios):.3f} × the time of the old (lowest {min(ratios):.3f}, "
            f"highest {max(ratios):.3f}, {len(ratios)} pairs)."
        )
        yield line if figure["parts"] else f"{line} {_medians(name, pairs)}"


def _medians(name: str, pairs: Sequence[Sequence[Figures]]) -> str:
    """The medians of the new checkout against those of the old."""
    old, new = (
        statistics.median(figures[name]["absolute"] for figures in column) for column in zip(*pairs, strict=True)
    )
    unit = pairs[0][0][name]["unit"]
    return f"Medians: {new:,.4g} {unit} against {old:,.4g} {unit}."


def time_ratio(old: Mapping[str, Any], new: Mapping[str, Any]) -> float:
    """How many times as long the new takes; of many pages, the geometric mean over those that both have."""
    if old["parts"]:
        common = old["parts"].keys() & new["parts"].keys()
        return statistics.geometric_mean(new["parts"][page] / old["parts"][page] for page in common)
    ratio = float(new["absolute"] / old["absolute"])
    return 1 / ratio if _is_rate(old) else ratio


def _is_rate(figure: Mapping[str, Any]) -> bool:
    return bool(figure["unit"].endswith("/s"))


if __name__ == "__main__":
    main(sys.argv[1:])
