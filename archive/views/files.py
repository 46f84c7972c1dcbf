"""How files are answered."""

from typing import Any

from django.http import FileResponse, HttpResponse

from archive.enums import Compression, Format
from archive.exports.packing import ENDINGS
from archive.models import Export

_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson",
}
_PACKED = {Compression.GZIP: "application/gzip", Compression.ZIP: "application/zip"}


def file_response(export: Export, opened: Any) -> FileResponse:
    """The stored file as a download, streamed."""
    name = f"{export.dataset}_{export.created_at:%Y-%m-%d_%H%M%S}.{ending(export)}"
    return FileResponse(opened, as_attachment=True, filename=name, content_type=content_type(export))


def small_response(export: Export, data: bytes, name: str) -> HttpResponse:
    """A small file as a download."""
    disposition = f'attachment; filename="{name}.{ending(export)}"'
    return HttpResponse(data, content_type=content_type(export), headers={"Content-Disposition": disposition})


def ending(export: Export) -> str:
    """What the file's name ends with."""
    return f"{export.format}{ENDINGS[Compression(export.compression)]}"


def content_type(export: Export) -> str:
    """What the file is."""
    return _PACKED[Compression(export.compression)] if export.compression else _TYPES[Format(export.format)]
