"""From the parts to the file that is offered: titles, compression, digests, sums and the manifest."""

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.enums import Compression, Format
from archive.exports.columns import Column
from archive.exports.formats import Writable, copy_out
from archive.exports.manifest import Contents, manifest
from archive.exports.pack_job import PackJob, title
from archive.exports.totals import Totals
from archive.exports.workbook import PULSE_ROWS, write_book
from archive.models import Export
from core.extracts import ColumnType, extract_rows

_CHUNK = 1 << 20
_LEVEL = 5  # of nine: most of the gain for a third of the time
ENDINGS = {Compression.NONE: "", Compression.GZIP: ".gz", Compression.ZIP: ".zip"}


class _Digested:
    """A file that is digested while it is written."""

    def __init__(self, out: Writable) -> None:
        self._out, self._digest, self.bytes = out, hashlib.sha256(), 0

    def write(self, data: Any) -> int:
        self._digest.update(data)
        self.bytes += len(data)
        return self._out.write(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def pack(order: PackJob, path: Path) -> Contents:
    """Write the whole file to the path; what is in it."""
    export = order.export
    contents = Contents(f"{export.dataset}.{export.format}", export.rows)
    if export.format != Format.XLSX:
        with _inside(path, export, contents) as out:
            digested = _Digested(out)
            _write_lines(order, digested, contents)
            contents.bytes, contents.sha256 = digested.bytes, digested.sha256
        return contents
    book = path.with_name(f"{path.name}.book")
    try:
        write_book(order, book, contents)
        with book.open("rb") as made:
            contents.sha256, contents.bytes = hashlib.file_digest(made, "sha256").hexdigest(), book.stat().st_size
        if not export.compression:
            book.rename(path)
            return contents
        with _inside(path, export, contents) as out, book.open("rb") as made:
            while chunk := made.read(_CHUNK):
                out.write(chunk)
    finally:
        book.unlink(missing_ok=True)
    return contents


@contextmanager
def _inside(path: Path, export: Export, contents: Contents) -> Iterator[Writable]:
    """The data file inside its compression. A ZIP has the manifest beside it."""
    if export.compression == Compression.ZIP:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            with archive.open(contents.name, "w", force_zip64=True) as out:
                yield out
            archive.writestr("manifest.json", json.dumps(manifest(export, [contents]), indent=2, ensure_ascii=False))
    elif export.compression == Compression.GZIP:
        with path.open("wb") as raw, gzip.GzipFile(contents.name, "wb", _LEVEL, raw, mtime=0) as out:
            yield out
    else:
        with path.open("wb") as raw:
            yield raw


def _write_lines(order: PackJob, out: _Digested, contents: Contents) -> None:
    export, source = order.export, order.source
    if export.format == Format.CSV:
        head = source.head()
        _write_texts(out, head, export.time_zone)
        out.write(b"\n" if head else b"")
        _write_texts(out, [[title(column, export.dataset) for column in source.columns]], export.time_zone)
    tally = Totals(export.format, source)
    for opened in order.parts:
        with opened() as part:
            if source.sums:
                for line in tally.lines(part):
                    out.write(line)
                    if tally.rows % PULSE_ROWS == 0:
                        order.pulse(tally.rows)
            else:
                while chunk := part.read(_CHUNK):
                    out.write(chunk)
                    order.pulse(0)
    contents.totals = tally.totals


def _write_texts(out: _Digested, lines: Sequence[Sequence[str]], zone: str) -> None:
    """Lines of texts above the rows, by the same writer; each is as long as it is."""
    for line in lines:
        columns = [Column(f"c{place}", "") for place in range(len(line))]
        extract = extract_rows({column.key: ColumnType.TEXT for column in columns}, [line])
        copy_out(extract, columns, Format.CSV, zone, out)
