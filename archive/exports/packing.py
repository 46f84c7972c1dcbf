"""Making the downloadable file from the parts: titles, compression, digests, sums and the manifest."""

import codecs
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
from archive.exports.pack_job import PackJob, column_title
from archive.exports.totals import Totals
from archive.exports.workbook import PROGRESS_ROWS, write_book
from archive.models import Export
from core.extracts import ColumnType, extract_rows

_CHUNK = 1 << 20
_LEVEL = 5  # of nine: most of the gain for a third of the time
EXTENSIONS = {Compression.NONE: "", Compression.GZIP: ".gz", Compression.ZIP: ".zip"}


class _HashingWriter:
    """A file whose SHA-256 is computed while it is written."""

    def __init__(self, out: Writable) -> None:
        self._out, self._digest, self.bytes = out, hashlib.sha256(), 0

    def write(self, data: Any) -> int:
        self._digest.update(data)
        self.bytes += len(data)
        return self._out.write(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def pack(job: PackJob, path: Path) -> Contents:
    """Write the file to the path and return its contents."""
    export = job.export
    contents = Contents(f"{export.dataset}.{Format(export.format).extension}", export.rows)
    if export.format != Format.XLSX:
        with _open_compressed(path, export, contents) as out:
            writer = _HashingWriter(out)
            _write_lines(job, writer, contents)
            contents.bytes, contents.sha256 = writer.bytes, writer.sha256
        return contents
    book = path.with_name(f"{path.name}.book")
    try:
        write_book(job, book, contents)
        with book.open("rb") as file:
            contents.sha256, contents.bytes = hashlib.file_digest(file, "sha256").hexdigest(), book.stat().st_size
        if not export.compression:
            book.rename(path)
            return contents
        with _open_compressed(path, export, contents) as out, book.open("rb") as file:
            while chunk := file.read(_CHUNK):
                out.write(chunk)
    finally:
        book.unlink(missing_ok=True)
    return contents


@contextmanager
def _open_compressed(path: Path, export: Export, contents: Contents) -> Iterator[Writable]:
    """The data file, to be written through its compression. A ZIP also gets the manifest."""
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


def _write_lines(job: PackJob, out: _HashingWriter, contents: Contents) -> None:
    export, source = job.export, job.source
    if Format(export.format).is_csv:
        has_bom, head = export.format == Format.CSV_BOM, source.head()
        out.write(codecs.BOM_UTF8 if has_bom else b"")
        _write_texts(out, head, export)
        if head:
            out.write(b"\r\n" if has_bom else b"\n")
        _write_texts(out, [[column_title(column, export.dataset) for column in source.columns]], export)
    totals = Totals(export.format, source)
    for open_part in job.parts:
        with open_part() as part:
            if source.sums:
                for line in totals.lines(part):
                    out.write(line)
                    if totals.rows % PROGRESS_ROWS == 0:
                        job.report_progress(totals.rows)
            else:
                while chunk := part.read(_CHUNK):
                    out.write(chunk)
                    job.report_progress(0)
    contents.totals = totals.totals


def _write_texts(out: _HashingWriter, lines: Sequence[Sequence[str]], export: Export) -> None:
    """Write the lines above the rows, in the same format; their lengths may differ."""
    for line in lines:
        columns = [Column(f"c{index}", "") for index in range(len(line))]
        extract = extract_rows({column.key: ColumnType.TEXT for column in columns}, [line])
        copy_out(extract, columns, export.format, export.time_zone, out)
