"""Names of static files carry digests, also where a script imports a module."""

import re

import pytest

from portal.storage import StaticFilesStorage


@pytest.fixture
def storage(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "page.js").write_text('// import("../types")\nimport { one, two } from "./lib/parts.js";\n')
    (tmp_path / "lib/parts.js").write_text("export const one = 1;\n")
    return StaticFilesStorage(location=tmp_path)


def hashed_names(storage):
    files = {name: (storage, name) for name in ("page.js", "lib/parts.js")}
    return {name: hashed for name, hashed, _ in storage.post_process(files)}


def test_an_import_names_the_digest(storage, tmp_path):
    names = hashed_names(storage)
    assert re.fullmatch(r"lib/parts\.[0-9a-f]{12}\.js", names["lib/parts.js"])
    script = (tmp_path / names["page.js"]).read_text()
    assert script == f'// import("../types")\nimport {{ one, two }} from "./{names["lib/parts.js"]}";\n'


def test_a_changed_module_renames_what_imports_it(storage, tmp_path):
    before = hashed_names(storage)["page.js"]
    (tmp_path / "lib/parts.js").write_text("export const one = 2;\n")
    assert hashed_names(storage)["page.js"] != before
