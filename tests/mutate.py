"""Run tests against mutants: copies of a module that each differ in one operator, number, condition or decorator.

A mutant is killed when its tests fail or hang; survivors are printed. Exits with 1 if fewer than 90 % are killed.
Annotations and invalid syntax are left out: they fail on import, which proves nothing about the tests.
"""

import argparse
import ast
import compileall
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from local.embedded.postgres import THROWAWAY, Postgres
from local.embedded.redis import Redis

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 120  # seconds
MIN_KILLED = 0.9
# Plugins that take longer to load than most of the tests to run.
_WITHOUT = [word for plugin in ("cacheprovider", "schemathesis", "faker", "anyio") for word in ("-p", f"no:{plugin}")]
_LINKED = re.compile(r"/(\.venv|node_modules)/")


@dataclass(frozen=True)
class Target:
    """Modules, and the tests that must notice a change of them."""

    modules: Sequence[str]
    tests: Sequence[str]


TARGETS = {
    "pricing": Target(["billing/pricing.py"], ["tests/billing/test_pricing.py"]),
    "filters": Target(
        [f"messaging/log/{name}.py" for name in ("query", "declaration", "kinds", "predicates")],
        [
            "tests/messaging/log/test_query.py", "tests/messaging/log/test_kinds.py",
            "tests/messaging/log/test_predicates.py",
            "tests/messaging/log/selectors/test_log.py", "tests/messaging/log/api/test_query.py",
        ],
    ),
}  # fmt: skip


# Changed lines that no test can tell from the original, and why.
EQUIVALENT = {
    "if terms.base >= SellBase.NOTHING:": "no other word sorts after nothing",
    "base = cost.unit_price if terms.base >= SellBase.COST else own_price": "card sorts before cost; nothing is gone",
    "if terms.base is SellBase.NOTHING:": "a member of an enumeration is one object",
    "if cost.state is ChargeState.FREE:": "a member of an enumeration is one object",
    "base = cost.unit_price if terms.base is SellBase.COST else own_price": "a member of an enumeration is one object",
    "positions = dict(zip((fact.key for fact in counted), positions_of(counted, anchors), strict=False))": (
        "both have an entry for each counted message"
    ),
    "facts: Iterable[Fact], prices: PriceBook, *, allowance: int = -1, anchors: Iterable[Anchor] = (),": (
        "positions begin at 1"
    ),
    "if fact.free_reason and position is None:": "exactly the free messages have no position",
    "price = own if isinstance(own, UnratedReason) else tier_at(own[1], cost.position or 2).unit_price": (
        "a message without a position is free or unrated, and its price is not used"
    ),
    "def declarations(model: type[MessageQuery]) -> dict[str, Filter]:": "without its cache it only takes longer",
    'first = [slot for rows in counts for slot in rows.values_list("slot", flat=True)[: 2]]': (
        "the rows are sorted, and only their minimum counts"
    ),
    "return Q(msisdn__gte=digits) & (Q(msisdn__lt=after) if len(after) <= len(digits) else Q())": (
        "a number plus 1 has no fewer digits"
    ),
    "return Q(msisdn__gte=digits) & (Q(msisdn__lt=after) if len(after) is len(digits) else Q())": (
        "a small number is one object"
    ),
    "def masked_numbers(self) -> bool:": "a protocol has no behaviour; only mypy reads it",
    "def source_category(self) -> str:": "a protocol has no behaviour; only mypy reads it",
    "def source_name(self) -> str:": "a protocol has no behaviour; only mypy reads it",
}


@dataclass(frozen=True)
class Mutant:
    """One changed module."""

    module: str
    original: str
    changed: str

    @property
    def line(self) -> str:
        """The changed line; of several, the first."""
        lines = zip(self.original.splitlines(), self.changed.splitlines(), strict=False)
        return next((new.strip() for old, new in lines if old != new), "")

    def report(self) -> str:
        """What changed, with a line on either side, and why no test can tell where that is so."""
        old, new = self.original.splitlines(keepends=True), self.changed.splitlines(keepends=True)
        diff = "".join(difflib.unified_diff(old, new, self.module, self.module, n=1))
        return f"{diff}Equivalent: {EQUIVALENT[self.line]}.\n" if self.line in EQUIVALENT else diff


def main(arguments: Sequence[str]) -> None:
    """Try the mutants of the targets."""
    parser = argparse.ArgumentParser(prog="script/mutate", description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), metavar="target", help=", ".join(TARGETS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="tests to run at a time (one per core)")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, so that the servers are stopped
    shares = [_killed(name, TARGETS[name], options.jobs) for name in options.targets]
    sys.exit(0 if min(shares) >= MIN_KILLED else 1)


def _killed(name: str, target: Target, jobs: int) -> float:
    """The share of a target's mutants that its tests kill."""
    mutants = [mutant for module in target.modules for mutant in mutants_of(module, (ROOT / module).read_text())]
    with ExitStack() as stack:
        checkouts = Checkouts(stack, target.tests, jobs)
        pool = ThreadPoolExecutor(jobs)
        stack.callback(pool.shutdown, cancel_futures=True)  # after Ctrl-C no more than the running tests end
        survivors = []
        for number, (mutant, is_killed) in enumerate(zip(mutants, pool.map(checkouts.kills, mutants), strict=True), 1):
            if not is_killed:
                survivors.append(mutant)
                print(mutant.report(), flush=True)
            print(f"{name}: {number} of {len(mutants)}, {len(survivors)} survived", end="\r", file=sys.stderr)
    share = 1 - len(survivors) / len(mutants)
    print(f"{name}: {len(mutants) - len(survivors)} of {len(mutants)} mutants killed, {share:.1%}.", flush=True)
    return share


def mutants_of(module: str, code: str) -> Iterator[Mutant]:
    """Every mutant of a module's code."""
    spans = [node_span(node) for node in _annotations(ast.parse(code))]
    lines = code.splitlines()
    tree = get_ast(code)
    for name in operator_names():
        if get_operator(name).arguments():
            continue  # needs names of variables
        operator = get_operator(name)()
        positions = (start for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node))
        for occurrence, start in enumerate(positions):
            changed = mutate_code(code, operator, occurrence)
            skipped = any(first <= start < last for first, last in spans) or _is_separator(lines, start)
            if changed and changed != code and not skipped and _is_valid(changed):
                yield Mutant(module, code, changed)


def _is_separator(lines: Sequence[str], start: tuple[int, int]) -> bool:
    """Whether a `*` only separates the parameters of a function."""
    line, column = start
    return lines[line - 1][column : column + 2] == "*,"


def _is_valid(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            if isinstance(annotation := getattr(node, field, None), ast.expr):
                yield annotation


def node_span(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    """Its first and its last position: line from 1, column from 0."""
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


class Checkouts:
    """Copies of the working tree, each with a test database of its own, in which mutants are tried."""

    def __init__(self, stack: ExitStack, tests: Sequence[str], count: int) -> None:
        """Copy the tree and start PostgreSQL and Redis, until the stack closes."""
        home = Path(tempfile.mkdtemp(prefix="tollgate-mutants-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        home.chmod(0o711)
        self.postgres, self.redis = Postgres(home, THROWAWAY), Redis(home, {"appendonly": "no", "dir": "."})
        for server in (self.postgres, self.redis):
            stack.callback(server.stop)
            server.start()
        self.tests = tests
        self.free: SimpleQueue[Path] = SimpleQueue()
        for number in range(count):
            checkout = _copy(home / f"checkout{number}")
            if not self._pass(checkout):
                sys.exit("The tests fail without a mutant: run script/test first.")
            self.free.put(checkout)

    def kills(self, mutant: Mutant) -> bool:
        """Whether the tests fail, or hang, with the mutant."""
        checkout = self.free.get()
        module = checkout / mutant.module
        module.write_text(mutant.changed)
        try:
            return not self._pass(checkout)
        finally:
            module.write_text(mutant.original)
            self.free.put(checkout)

    def _pass(self, checkout: Path) -> bool:
        environment = {
            **os.environ, "DATABASE_URL": self.postgres.url_of(checkout.name), "REDIS_URL": self.redis.url,
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        command = [".venv/bin/python", "-m", "pytest", "-q", "-x", "--reuse-db", *_WITHOUT, *self.tests]
        try:
            finished = subprocess.run(
                command, cwd=checkout, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=TIMEOUT, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        return finished.returncode == 0


def _copy(checkout: Path) -> Path:
    """The tracked files and the collected static ones; installed packages are linked."""
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    for name in listing.stdout.splitlines():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, checkout / name)
    if (ROOT / "staticfiles").exists():
        shutil.copytree(ROOT / "staticfiles", checkout / "staticfiles")
    for name in (".venv", "node_modules"):
        (checkout / name).symlink_to(ROOT / name)
    # By hash: a mutant may have the size and the second of the module that it replaces.
    compileall.compile_dir(checkout, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH, rx=_LINKED)
    return checkout


if __name__ == "__main__":
    main(sys.argv[1:])
