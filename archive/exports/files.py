"""Exported files: in Django's storage "exports", each export in a folder of its own below its account's folder.

The names are random; the database decides who may read a file. A file is written to the spool on this machine first, so
that the storage never holds half a part.
"""

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.utils import timezone

from archive.models import Export

_SPOOL_LIFE = 86_400  # seconds after which the process that wrote a folder of the spool has ended


def storage() -> Storage:
    """The storage of exports."""
    return storages["exports"]


@contextmanager
def spool_file(export: Export) -> Iterator[Path]:
    """A new file of the export on this machine, deleted afterwards unless it was moved."""
    folder = _spool() / str(export.public_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()


def store(path: Path, name: str) -> str:
    """Move a file from the spool into the storage, replacing one that a killed worker left; return its name there."""
    storage().delete(name)
    with path.open("rb") as file:
        return storage().save(name, _MovableFile(file, path))


class _MovableFile(File):  # type: ignore[type-arg]
    """A file that a storage on this machine moves instead of copying."""

    def __init__(self, file: object, path: Path) -> None:
        super().__init__(file, path.name)  # type: ignore[arg-type]
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def open_file(export: Export) -> IO[bytes] | None:
    """The export's file, open for reading; None if there is none, or it has expired."""
    if not export.ready or (export.expires_at and export.expires_at <= timezone.now()):
        return None
    try:
        return storage().open(export.file, "rb")
    except FileNotFoundError:  # deleted since the export was read
        return None


def part_name(export: Export, number: int) -> str:
    """The name of a part, counted from 1."""
    return f"{_folder(export)}/part-{number:06}"


def file_name(export: Export) -> str:
    """The name of the complete file."""
    return f"{_folder(export)}/file"


def delete(export: Export, *, keep: str = "") -> None:
    """Delete an export's files from the storage and the spool, except the stored file named `keep`."""
    delete_spooled(export)
    _empty_folder(_folder(export), keep)


def delete_spooled(export: Export) -> None:
    """Delete an export's files from the spool, even if a process still writes them."""
    shutil.rmtree(_spool() / str(export.public_id), ignore_errors=True)


def delete_leftovers(export_ids: Callable[[], Collection[UUID]]) -> None:
    """Delete what killed processes left: old folders of the spool, and stored files of exports that do not exist."""
    for path in _spool().glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time() - _SPOOL_LIFE:
                shutil.rmtree(path, ignore_errors=True)
    accounts = [name for name in _folders("") if name != _spool().name]
    folders = [f"{account}/{name}" for account in accounts for name in _folders(account)]
    # Read after the folders: a new export is in both or in neither.
    ids = {str(public_id) for public_id in export_ids()}
    for folder in folders:
        if folder.rpartition("/")[2] not in ids:
            _empty_folder(folder)


def _empty_folder(folder: str, keep: str = "") -> None:
    with suppress(FileNotFoundError):
        for name in storage().listdir(folder)[1]:
            if f"{folder}/{name}" != keep:
                storage().delete(f"{folder}/{name}")
    if not keep:
        with suppress(OSError):
            storage().delete(folder)


def _folders(folder: str) -> list[str]:
    with suppress(FileNotFoundError):
        return list(storage().listdir(folder)[0])
    return []


def _spool() -> Path:
    return Path(settings.EXPORTS_DIR) / "spool"


def _folder(export: Export) -> str:
    return f"{export.account.public_id}/{export.public_id}"
