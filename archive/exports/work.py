"""Processing exports: part by part, one export per slice; the next worker resumes an export whose worker died.

A part holds the rows of a span of time. It is stored first; then one update saves `position`, `parts` and `rows`, so a
part counts exactly once and only when it is complete. The file is packed and stored when all parts exist, and can be
downloaded after that. One export runs at a time, whatever the number of workers: ingest must not wait for files.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.principal import Principal
from archive.enums import ACTIVE, ExportState, Format
from archive.exports import files
from archive.exports.formats import copy_out
from archive.exports.mails import send_export_mail
from archive.exports.manifest import Contents
from archive.exports.pack_job import PackJob
from archive.exports.packing import pack
from archive.exports.sources import Source, Span, source_of
from archive.holds import keeping_of
from archive.models import Export
from core.locks import session_lock

log = structlog.get_logger("tollgate.archive")

SLICE = 10.0  # seconds of reading before another export continues
PART = 2.0  # seconds to read a part, as a target
MAX_ATTEMPTS = 4  # that saved nothing; a further worker would die, too
_FIRST_PART = 64  # the first part is one 64th of the span
_SHORTEST = timedelta(seconds=1)
_PROGRESS_INTERVAL = 0.5  # seconds between two updates of the progress


class Stopped(Exception):
    """The export was cancelled or withdrawn while it ran."""


def work(seconds: float = 50.0) -> None:
    """Process exports for some time, unless another worker does. Needs every tenant's scope."""
    with session_lock("archive.exports") as held:
        end = time.monotonic() + seconds
        while held and time.monotonic() < end:
            waiting = Export.objects.filter(state__in=ACTIVE).select_related("account", "made_by")
            export = waiting.order_by(F("worked_at").asc(nulls_first=True), "id").first()
            if export is None:
                return
            run_slice(export)


def run_slice(export: Export, seconds: float = SLICE) -> None:
    """Process an export for some time: read parts, then pack them. The outcome is saved in its row."""
    with session_lock("archive.export", export.pk) as held, translation.override(settings.LANGUAGE_CODE):
        if not held:
            return
        files.delete_spooled(export)  # left by a killed worker
        try:
            _advance(export, time.monotonic() + seconds)
        except Stopped:
            files.delete(export)
        except OperationalError:
            raise  # the database is unavailable: the export waits
        except OSError as error:
            log.warning("export_not_written", export=export.pk, error=repr(error))
            reason = error.strerror or type(error).__name__
            _fail(export, _("The file could not be written: %(reason)s. Free up disk space and start again.") % {
                "reason": reason
            })  # fmt: skip
        except Exception:
            log.exception("export_failed", export=export.pk)
            _fail(
                export,
                _("The export failed; see the worker’s log for the reason. Start it again, or use fewer filters."),
            )


def _advance(export: Export, until: float) -> None:
    if export.attempts >= MAX_ATTEMPTS:
        _fail(export, _("The worker stopped %(n)s times at the same point. Choose fewer columns or days.") % {
            "n": export.attempts
        })  # fmt: skip
        return
    export.started_at = export.started_at or timezone.now()
    _save(export, state=ExportState.RUNNING, started_at=export.started_at, attempts=export.attempts + 1)
    source = source_of(export)
    span = source.span()
    if span is not None and not _read(export, source, span, until):
        _save(export, attempts=0)  # the slice ended normally
        return
    if export.rows == 0 and not source.head():
        _finish(export, ExportState.EMPTY)
        return
    _pack(export, source)


def _read(export: Export, source: Source, span: Span, until: float) -> bool:
    """Store the missing parts; True once all are stored."""
    position = export.position or span[0]
    width = (span[1] - span[0]) / _FIRST_PART if source.sliced else span[1] - span[0]
    while position < span[1] and not _limit_reached(export):
        if time.monotonic() > until:
            return False
        end = min(span[1], position + max(width, _SHORTEST))
        started = time.monotonic()
        rows = _store_part(export, source, (position, end))
        elapsed = time.monotonic() - started
        position = end
        fraction = (position - span[0]) / (span[1] - span[0])
        _save(
            export, position=position, rows=export.rows + rows, parts=export.parts + (rows > 0), attempts=0,
            progress=int(fraction * _share_of_reading(export)),
        )  # fmt: skip
        width *= 4 if elapsed < PART / 8 else 2 if elapsed < PART / 2 else 0.5 if elapsed > PART * 2 else 1
    return True


def _limit_reached(export: Export) -> bool:
    return export.row_limit is not None and export.rows >= export.row_limit


def _share_of_reading(export: Export) -> int:
    """The progress, in percent, when all rows are read. Packing a workbook takes most of the time."""
    return 15 if export.format == Format.XLSX else 60 if export.compression else 90


def _store_part(export: Export, source: Source, span: Span) -> int:
    limit = None if export.row_limit is None else export.row_limit - export.rows
    with files.spool_file(export) as path:
        with path.open("wb") as out:
            rows = read_part(export, source, span, out, limit)
        if rows:
            files.store(path, files.part_name(export, export.parts + 1))
    return rows


def read_part(export: Export, source: Source, span: Span, out: Any, limit: int | None = None) -> int:
    """Write the rows of a span of time to a file and return their number."""
    names = list(dict.fromkeys(column.source for column in source.columns))
    extract = source.extract(names, span, limit)
    return copy_out(extract, source.columns, export.format, export.time_zone, out)


def _pack(export: Export, source: Source) -> None:
    numbers = range(1, export.parts + 1)
    parts = [partial(files.storage().open, files.part_name(export, number), "rb") for number in numbers]
    with files.spool_file(export) as path:
        contents = pack(PackJob(export, source, parts, _Progress(export)), path)
        size = path.stat().st_size
        export.file = files.store(path, files.file_name(export))
    _finish(export, ExportState.SUCCEEDED, contents, size)


class _Progress:
    """Saves the progress from time to time, which also notices that the export was stopped."""

    def __init__(self, export: Export) -> None:
        self._export, self._last = export, time.monotonic()

    def __call__(self, rows: int) -> None:
        if time.monotonic() - self._last > _PROGRESS_INTERVAL:
            self._last = time.monotonic()
            read = _share_of_reading(self._export)
            share = rows / self._export.rows if self._export.rows else 0
            _save(self._export, progress=int(read + (99 - read) * share))


def _save(export: Export, **values: Any) -> None:
    """Save these values. Raises Stopped, saving nothing, if the export is no longer active."""
    values["worked_at"] = timezone.now()
    if not Export.objects.filter(pk=export.pk, state__in=ACTIVE).update(**values):
        raise Stopped
    for name, value in values.items():
        setattr(export, name, value)


def _finish(export: Export, state: ExportState, contents: Contents | None = None, size: int = 0) -> None:
    """End an export that succeeded or is empty; its file can be downloaded now."""
    now = timezone.now()
    with transaction.atomic():
        values = {} if contents is None else {
            "file": export.file, "size": size, "sha256": contents.sha256, "totals": contents.totals,
            "contents": [vars(contents)], "expires_at": now + keeping_of(export.account).export_life,
        }  # fmt: skip
        _save(export, state=state, progress=100, attempts=0, finished_at=now, **values)
        by = Principal.of_schedule(export.actor, export.account, address=export.address or "")
        by.record("export.finished", str(export.public_id), {"dataset": export.dataset, "rows": export.rows})
    files.delete(export, keep=export.file)
    send_export_mail(export)


def _fail(export: Export, problem: str) -> None:
    """End an export that failed, and delete its files."""
    failed = Export.objects.filter(pk=export.pk, state__in=ACTIVE).update(
        state=ExportState.FAILED, problem=problem, finished_at=timezone.now()
    )
    files.delete(export)
    if failed:  # else it was stopped, and its files were deleted while it ran
        export.refresh_from_db()
        send_export_mail(export)


@contextmanager
def temporary_file(export: Export) -> Iterator[Any]:
    """The path of a small export's file, made without a job and deleted afterwards."""
    source = source_of(export)
    export.started_at = timezone.now()
    with files.spool_file(export) as rows, files.spool_file(export) as path:
        span = source.span()
        if span is not None:
            with rows.open("wb") as out:
                export.rows = read_part(export, source, span, out)
        export.worked_at = timezone.now()
        pack(PackJob(export, source, [partial(rows.open, "rb")], lambda _: None), path)
        yield path
