"""Static files of the front-end packages."""

import pytest
from django.core.management.base import CommandError

from portal.finders import FILES, PackageFinder


def test_finds_only_what_pages_use():
    finder = PackageFinder()
    assert finder.find("vendor/htmx.min.js").endswith("node_modules/htmx.org/dist/htmx.min.js")
    assert finder.find("vendor/htmx.min.js", find_all=True) == [finder.find("vendor/htmx.min.js")]
    assert finder.find("vendor/htmx.esm.js") == []
    assert {name for name, _ in finder.list([])} == set(FILES)


def test_opens_files_by_their_public_name():
    name, storage = next(iter(PackageFinder().list([])))
    with storage.open(name) as file:
        assert b"Tabler" in file.read(200)


def test_says_what_to_run(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="run `npm ci`"):
        list(PackageFinder().list([]))
