"""What the documents name is there, and what is there is documented."""

import re
from pathlib import Path

import pytest

from messaging.inbound.filtersets import WebhookFilterSet
from messaging.log.query import filters
from portal.urls import rest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
API = (ROOT / "docs/api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    links = re.findall(r"(?<!!)\[[^\]]+\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_the_tree_of_the_architecture_is_that_of_the_sources():
    tree = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").split("```")[1]
    folders = re.findall(r"^(\w+)/", tree, re.MULTILINE)
    assert [name for name in folders if not (ROOT / name).is_dir()] == []
    modules = re.findall(r"\b(\w+\.py)\b", tree)
    found = {path.name for name in folders for path in (ROOT / name).rglob("*.py")}
    assert [name for name in modules if name not in found] == []


@pytest.mark.parametrize("route", rest, ids=lambda route: route.name)
def test_every_path_of_the_api_is_documented(route):
    path = re.sub(r"<\w+:(?:event_)?(\w+)>", r"{\1}", str(route.pattern))
    methods = [method for method in ("get", "post", "delete") if hasattr(route.callback.view_class, method)]
    assert methods
    assert [method for method in methods if f"`{method.upper()} /api/v1/{path}`" not in API] == []


@pytest.mark.parametrize("name", [*filters(), *WebhookFilterSet.base_filters])
def test_every_filter_is_documented(name):
    assert f"`{name}`" in API
