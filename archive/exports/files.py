"""Where exported files are: in Django's storage "exports", each export in a folder of its own below its account's.

The names are random and say nothing; who may have a file is asked in the database. What is being written is first a
file in the spool on this machine, so that nothing in the storage is ever half a part.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from archive.models import Export

_LEFT_BEHIND = 86_400  # seconds after which a file in the spool belongs to a process that is no more


def storage() -> Storage:
    """The storage of exports."""
    return storages["exports"]


@contextmanager
def spooled() -> Iterator[Path]:
    """A new file on this machine, gone afterwards unless it was moved."""
    folder = Path(settings.EXPORTS_DIR) / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as made:
        path = Path(made.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def keep(path: Path, name: str) -> str:
    """Move a file from the spool into the storage, in the place of any that a killed worker left; its name there."""
    storage().delete(name)
    with path.open("rb") as made:
        return storage().save(name, _Moved(made, path))


class _Moved(File):  # type: ignore[type-arg]
    """A file that a storage on this machine may simply move."""

    def __init__(self, made: object, path: Path) -> None:
        super().__init__(made, path.name)  # type: ignore[arg-type]
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def part_name(export: Export, number: int) -> str:
    """The name of a part, counted from 1."""
    return f"{_folder(export)}/part-{number:06}"


def file_name(export: Export) -> str:
    """The name of the whole file."""
    return f"{_folder(export)}/file"


def forget(export: Export, *, but: str = "") -> None:
    """Delete what is stored of an export, except the file of that name."""
    folder = _folder(export)
    with suppress(FileNotFoundError):
        for name in storage().listdir(folder)[1]:
            if f"{folder}/{name}" != but:
                storage().delete(f"{folder}/{name}")
    if not but:
        with suppress(OSError):
            storage().delete(folder)


def clear_spool() -> None:
    """Delete what killed processes left in the spool of this machine."""
    with suppress(FileNotFoundError):
        for path in (Path(settings.EXPORTS_DIR) / "spool").iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time() - _LEFT_BEHIND:
                    path.unlink()


def _folder(export: Export) -> str:
    return f"{export.account.public_id}/{export.public_id}"
