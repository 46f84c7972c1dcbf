"""Responses with files."""

from typing import Any

from django.http import FileResponse, HttpResponse

from archive.enums import Compression, Format
from archive.exports.packing import EXTENSIONS
from archive.models import Export

_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.CSV_BOM: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson",
}
_COMPRESSED_TYPES = {Compression.GZIP: "application/gzip", Compression.ZIP: "application/zip"}


def file_response(export: Export, file: Any) -> FileResponse:
    """The stored file as a download, streamed."""
    name = f"{export.dataset}_{export.created_at:%Y-%m-%d_%H%M%S}.{file_extension(export)}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type(export))


def small_response(export: Export, data: bytes, name: str) -> HttpResponse:
    """A small file as a download."""
    disposition = f'attachment; filename="{name}.{file_extension(export)}"'
    return HttpResponse(data, content_type=content_type(export), headers={"Content-Disposition": disposition})


def file_extension(export: Export) -> str:
    """The extension of the file's name."""
    return f"{Format(export.format).extension}{EXTENSIONS[Compression(export.compression)]}"


def content_type(export: Export) -> str:
    """The media type of the file."""
    return _COMPRESSED_TYPES[Compression(export.compression)] if export.compression else _TYPES[Format(export.format)]
