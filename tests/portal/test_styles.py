"""Each rule of the style sheets is in a layer: one outside would beat them all, for Tabler's are in the first."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

FOLDER = Path(__file__).parents[2] / "portal/static/css"
APART = "api-docs.css"  # goes with Swagger UI's own, without Tabler
SHEETS = sorted(path.name for path in FOLDER.glob("*.css") if path.name != APART)
OUTSIDE = ("@layer", "@import", "@font-face")


def top_level_statements(sheet: str) -> list[str]:
    """The statements of a style sheet; a block is left out of its statement."""
    text = re.sub(r"/\*.*?\*/", "", (FOLDER / sheet).read_text(), flags=re.DOTALL)
    while (shorter := re.sub(r"\{[^{}]*\}", ";", text)) != text:
        text = shorter
    return [" ".join(statement.split()) for statement in text.split(";") if statement.strip()]


def test_pages_load_every_sheet():
    links = render_to_string("components/styles.html")
    assert sorted(re.findall(r'rel="stylesheet" href="/static/css/(\w+)\.', links)) == [name[:-4] for name in SHEETS]


@pytest.mark.parametrize("sheet", SHEETS)
def test_each_rule_is_in_a_layer(sheet):
    assert [statement for statement in top_level_statements(sheet) if not statement.startswith(OUTSIDE)] == []


def test_each_layer_has_its_place_in_the_order():
    order, tabler = top_level_statements("base.css")[:2]
    used = {
        statement for sheet in SHEETS for statement in top_level_statements(sheet) if statement.startswith("@layer")
    }
    assert tabler == '@import url("../vendor/tabler.min.css") layer(tabler)'
    assert {f"@layer {name}" for name in order.removeprefix("@layer ").split(", ")} == used - {order} | {
        "@layer tabler"
    }
