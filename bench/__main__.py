"""python -m bench [name …]: run the measurements on throw-away servers, print a line or JSON for each figure."""

import argparse
import json
import os
import secrets
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout

from bench.environments import database_environment, fresh_environment, postgres_server
from bench.figures import Figure
from bench.process import call
from bench.size import VARIABLE
from local.embedded.postgres import Postgres
from local.embedded.static import collect_static

MEASUREMENTS = (
    "accept", "bulk", "drain", "kinds", "backlog", "steady", "report", "rating", "log", "export", "deletion", "send",
)  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Run the named measurements, or all. Returns 1 when one fails or a figure misses its target."""
    options = _options(arguments)
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "LOG_LEVEL": "ERROR",
            VARIABLE: str(options.scale),
        }
    )
    with postgres_server() as postgres:
        _fill_template(postgres)
        outcomes = [_measure(name, postgres, options) for name in options.names or MEASUREMENTS]
    return 0 if all(outcomes) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Tollgate against plain baselines in one run.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(MEASUREMENTS)}; without, all of them")
    parser.add_argument("--json", action="store_true", help="print a JSON object for each measurement, one a line")
    parser.add_argument("--scale", type=float, default=1.0, help="below 1: a trial of that share, judged by no target")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(MEASUREMENTS)):
        parser.error(f"unknown: {', '.join(unknown)}. There are: {', '.join(MEASUREMENTS)}.")
    return options


def _fill_template(postgres: Postgres) -> None:
    with database_environment(postgres) as environment:
        with redirect_stdout(sys.stderr):  # standard output is for figures
            collect_static({**os.environ, **environment})
        call("bench.template.fill", environment)


def _measure(name: str, postgres: Postgres, options: argparse.Namespace) -> bool:
    """Run one and print its figures. Returns False, without raising, when it fails or misses a target."""
    try:
        with fresh_environment(postgres) as environment:
            figures: list[Figure] = call(f"bench.{name}.run", environment)
    except Exception as error:  # noqa: BLE001 - any failure is reported
        traceback.print_exc()
        _print(options, {"measurement": name, "error": str(error)}, [f"{name}: FAILED. {error}"])
        return False
    judged = options.scale >= 1
    document = {"measurement": name, "figures": [figure.as_json() for figure in figures]}
    _print(options, document, [figure.line(judged=judged) for figure in figures])
    return not judged or all(figure.met for figure in figures)


def _print(options: argparse.Namespace, document: Mapping[str, object], lines: list[str]) -> None:
    print(json.dumps(document, ensure_ascii=False) if options.json else "\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
