"""The providers need no database and no settings: they run where Django is not set up."""

import ast
import os
import subprocess
import sys

from tests.provider_servers import ROOT

PROGRAM = """
import importlib, pkgutil, sys
import providers
for module in pkgutil.walk_packages(providers.__path__, "providers."):
    importlib.import_module(module.name)
from django.apps import apps
from django.conf import settings
from providers.registry import VENDORS, parse
parse("meta", b'{"entry": [{"changes": []}]}')
print(settings.configured, apps.ready, sorted(name for name in sys.modules if name.startswith("core.")))
"""


def test_every_module_works_without_django_set_up():
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    core = ["errors", "masking", "numbers", "secrets", "strict_json", "words"]
    assert done.stdout.strip() == f"False False {[f'core.{name}' for name in core]}"


def test_the_orm_gives_them_choices_alone():
    imported = {
        (node.module, name.name)
        for path in (ROOT / "providers").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
        if node.module.partition(".")[0] == "django"
    }
    assert imported == {
        ("django.db.models", "TextChoices"),
        ("django.utils.translation", "gettext"),
        ("django.utils.translation", "gettext_lazy"),
    }
