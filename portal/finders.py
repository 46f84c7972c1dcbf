"""A static files finder for front-end packages in node_modules: only the files that pages use, under vendor/."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage
from django.core.management.base import CommandError

_PACKAGES = {
    "@tabler/core/dist/css": ("tabler.min.css", "tabler.min.css.map"),
    "htmx.org/dist": ("htmx.min.js",),
    "chart.js/dist": ("chart.umd.min.js", "chart.umd.min.js.map"),
    "swagger-ui-dist": ("swagger-ui-bundle.js", "swagger-ui-bundle.js.map", "swagger-ui.css", "swagger-ui.css.map"),
    "@fontsource-variable/inter/files": ("inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2"),
}
FILES = {f"vendor/{name}": f"{folder}/{name}" for folder, names in _PACKAGES.items() for name in names}


class PackageFinder(BaseFinder):
    """Serves `FILES` from node_modules."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.BASE_DIR) / "node_modules"

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Nothing to check; `list` reports missing files."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The path of the file, or an empty list."""
        target = self.root / FILES[path] if path in FILES else None
        if target is None or not target.is_file():
            return []
        return [str(target)] if find_all else str(target)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        """Every file with a storage that opens it by its public name. Raises CommandError if npm has not run."""
        storage = _PackageStorage(self.root)
        for name, path in FILES.items():
            if not (self.root / path).is_file():
                raise CommandError(f"node_modules lacks {path}: run `npm ci` in {settings.BASE_DIR}.")
            yield name, storage


class _PackageStorage(FileSystemStorage):
    """Opens files by their public name."""

    prefix = ""

    def path(self, name: str) -> str:
        return super().path(FILES[name])
