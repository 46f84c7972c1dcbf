"""The layers of pyproject.toml hold every package, and strings that name modules point down them too."""

import ast
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
LAYERS = [
    [name.strip() for name in layer.split("|")]
    for layer in next(each for each in CONFIG["contracts"] if each["name"] == "packages point down")["layers"]
]
HEIGHT = {name: len(LAYERS) - place for place, names in enumerate(LAYERS) for name in names}
NOT_LAYERED = {"tests", "script", "deploy", "docs"}


def packages():
    """Every folder at the top that holds Python code of the product."""
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_LAYERED


def package_of(module):
    """The layered package of a module: `messaging.log` of `messaging.log.models`; empty for what is not ours."""
    names = [name for name in HEIGHT if module == name or module.startswith(f"{name}.")]
    return max(names, key=len, default="")


def named_modules():
    """(module, line, dotted name) of every string in our code that names something of ours by its module."""
    for path in sorted(ROOT.glob("**/*.py")):
        place = path.relative_to(ROOT)
        if place.parts[0] not in packages() or "migrations" in place.parts:
            continue
        module = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_module(node.value):
                yield module, node.lineno, node.value


def is_module(text):
    parts = text.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts) or not package_of(text):
        return False
    rest = text.removeprefix(package_of(text)).split(".")
    return len(rest) > 1 and any(
        (ROOT.joinpath(*package_of(text).split("."), rest[1] + end)).exists() for end in ("", ".py")
    )


NAMED = list(named_modules())


def test_every_package_stands_on_a_layer():
    assert packages() == {name.partition(".")[0] for name in HEIGHT}
    assert set(CONFIG["root_packages"]) == packages()


def test_there_are_strings_that_name_modules():
    assert {"core.openapi.ApiSchema", "messaging.inbound.tasks.drain_inbox"} <= {name for *_, name in NAMED}


@pytest.mark.parametrize(("module", "line", "name"), NAMED, ids=str)
def test_strings_name_what_exists_in_their_own_package_or_below(module, line, name):
    assert HEIGHT[package_of(name)] <= HEIGHT[package_of(module)], f"{module}:{line} names {name}, which is above it"
    assert resolved(name) is not None


def resolved(name):
    """The module, or what stands in it under the last name."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        home, _, last = name.rpartition(".")
        return getattr(import_module(home), last)
