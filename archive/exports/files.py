"""Where exported files are: in Django's storage "exports", each export in a folder of its own below its account's.

The names are random and say nothing; who may have a file is asked in the database. What is being written is first a
file in the spool on this machine, so that nothing in the storage is ever half a part.
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

_LEFT_BEHIND = 86_400  # seconds after which a folder in the spool belongs to a process that is no more


def storage() -> Storage:
    """The storage of exports."""
    return storages["exports"]


@contextmanager
def spooled(export: Export) -> Iterator[Path]:
    """A new file of the export on this machine, gone afterwards unless it was moved."""
    folder = _spool() / str(export.public_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as made:
        path = Path(made.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()


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


def opened(export: Export) -> IO[bytes] | None:
    """The file of an export that is ready, for reading; None when there is none, or none any more."""
    if not export.ready or (export.expires_at and export.expires_at <= timezone.now()):
        return None
    try:
        return storage().open(export.file, "rb")
    except FileNotFoundError:  # it was deleted between the two looks
        return None


def part_name(export: Export, number: int) -> str:
    """The name of a part, counted from 1."""
    return f"{_folder(export)}/part-{number:06}"


def file_name(export: Export) -> str:
    """The name of the whole file."""
    return f"{_folder(export)}/file"


def forget(export: Export, *, but: str = "") -> None:
    """Delete what is stored and spooled of an export, except the file of that name."""
    forget_spooled(export)
    _empty(_folder(export), but)


def forget_spooled(export: Export) -> None:
    """Delete what is spooled of an export; whoever still writes it writes in vain."""
    shutil.rmtree(_spool() / str(export.public_id), ignore_errors=True)


def clear(known: Callable[[], Collection[UUID]]) -> None:
    """Delete what killed processes left: old folders of the spool, and what is stored of exports that are not known."""
    for path in _spool().glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time() - _LEFT_BEHIND:
                shutil.rmtree(path, ignore_errors=True)
    accounts = [name for name in _folders("") if name != _spool().name]
    folders = [f"{account}/{name}" for account in accounts for name in _folders(account)]
    ids = {str(public_id) for public_id in known()}  # asked after looking: a new export is in both or in neither
    for folder in folders:
        if folder.rpartition("/")[2] not in ids:
            _empty(folder)


def _empty(folder: str, but: str = "") -> None:
    with suppress(FileNotFoundError):
        for name in storage().listdir(folder)[1]:
            if f"{folder}/{name}" != but:
                storage().delete(f"{folder}/{name}")
    if not but:
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
