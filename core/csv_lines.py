"""CSV files that pages write line by line."""

from collections.abc import Iterable
from io import StringIO

from defusedcsv import csv
from django.http import StreamingHttpResponse
from django.utils import timezone


def csv_line(cells: Iterable[object]) -> str:
    """One line; a cell that a spreadsheet would take for a formula is defused."""
    out = StringIO()
    csv.writer(out).writerow(list(cells))
    return out.getvalue()


def csv_response(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """The download of a file, named after its content and today; each line is a chunk."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate()}.csv"'
    return response
