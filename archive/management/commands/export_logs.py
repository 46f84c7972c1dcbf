"""manage.py export_logs: an export of an account's log, made at once and written to a file of one's choice."""

from argparse import ArgumentParser
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from accounts.models import Account
from accounts.principal import Principal
from archive.enums import Compression, Dataset, ExportState, Format
from archive.exports import jobs, work
from archive.exports.files import storage
from archive.exports.requests import Ask, BadAsk
from archive.exports.sources import filters_of
from core.tenancy import every_tenant
from messaging.log.selectors.matching import LogFilter

_CHUNK = 1 << 20


class Command(BaseCommand):
    """Export an account's log, audited as an export on a page is."""

    help = "Export an account's log to a file: manage.py export_logs ACCOUNT_ID log.csv --from 2026-10-01"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Account, file, days, and how it is written."""
        parser.add_argument("account", help="accountId (a UUID)")
        parser.add_argument("file", type=Path, help="where to write; must not exist yet")
        parser.add_argument("--from", dest="first", default="", help="first day, UTC (2026-10-01)")
        parser.add_argument("--to", dest="last", default="", help="last day, UTC, included")
        parser.add_argument("--format", choices=Format.values, default=Format.CSV)
        parser.add_argument("--compression", choices=[each for each in Compression.values if each], default="")
        parser.add_argument("--columns", default="", help="comma list; without: the usual ones")
        parser.add_argument("--preset", default="", help="8x8: its columns in its order")
        parser.add_argument("--time-zone", default="", help="IANA name; without: the account's")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the export and copy its file."""
        target: Path = options["file"]
        if target.exists():
            raise CommandError(f"{target} exists: choose another name.")
        account = _account(options["account"])
        first, last = _day(options["first"]), _day(options["last"])
        end = last + timedelta(days=1) if last else None
        columns = [name for name in options["columns"].split(",") if name]
        ask = Ask(
            Dataset.MESSAGES, filters_of(LogFilter(start=first, end=end)), options["time_zone"] or account.time_zone,
            options["format"], options["compression"], columns, options["preset"], first_at=first, last_at=end,
        )  # fmt: skip
        with every_tenant():
            try:
                export = jobs.start(Principal.of_command("export_logs", account), ask)
            except BadAsk as wrong:
                raise CommandError(f"--{wrong.field.replace('_', '-')}: {wrong}") from None
            while export.active:
                work.run_slice(export)
                export.refresh_from_db()
            if export.state == ExportState.EMPTY:
                self.stdout.write("Nothing was found, so no file was written.")
                return
            if not export.ready:
                raise CommandError(export.problem or f"The export is {export.state}.")
            with storage().open(export.file, "rb") as made, target.open("xb") as out:
                while chunk := made.read(_CHUNK):
                    out.write(chunk)
        self.stdout.write(f"{export.rows:,} rows, {export.size:,} bytes, SHA-256 of the contents {export.sha256}")


def _account(public_id: str) -> Account:
    try:
        return Account.objects.get(public_id=public_id)
    except (Account.DoesNotExist, ValidationError):
        raise CommandError(f"There is no account {public_id}.") from None


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"Write a day as 2026-10-31, not {text}.")
    return datetime.combine(day, time(), UTC)
