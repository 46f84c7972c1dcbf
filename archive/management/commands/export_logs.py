"""manage.py export_logs: export an account's log to a file of one's choice."""

from argparse import Action, ArgumentParser, Namespace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date
from django.utils.translation import ngettext

from accounts.models import Account
from accounts.principal import Principal
from archive.enums import Compression, Dataset, ExportState, Format
from archive.exports import jobs, work
from archive.exports.files import storage
from archive.exports.requests import ExportSpec
from core.errors import UserError
from core.tenancy import every_tenant
from messaging.log.declaration import Filter
from messaging.log.query import MessageQuery, build, filters, parse, problems, unknown_names, write_words

_CHUNK = 1 << 20


class _Once(Action):
    """An option that may not be repeated: argparse would silently take the last value."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        if getattr(namespace, self.dest) is not None:
            parser.error(f"argument {option}: provide it only once")
        setattr(namespace, self.dest, values)


class Command(BaseCommand):
    """Export an account's log, with the same audit entries as an export on a page."""

    help = "Export an account's log to a file: manage.py export_logs ACCOUNT_ID log.csv --from 2026-10-01"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Account, file, days, filters, format and columns."""
        parser.add_argument("account", help="accountId (a UUID)")
        parser.add_argument("file", type=Path, help="where to write; must not exist yet")
        parser.add_argument("--from", dest="first", action=_Once, help="first day, UTC (2026-10-01)")
        parser.add_argument("--to", dest="last", action=_Once, help="last day, UTC, inclusive")
        for name, log_filter in _filters().items():
            how: dict[str, Any] = {"nargs": "+", "action": "extend"} if log_filter.kind.several else {"action": _Once}
            parser.add_argument(_option(name), dest=name, metavar="VALUE", help=log_filter.help, **how)
        parser.add_argument("--format", choices=Format.values, default=Format.CSV)
        parser.add_argument("--compression", choices=[each for each in Compression.values if each], default="")
        parser.add_argument("--columns", default="", help="comma-separated list; default: the standard columns")
        parser.add_argument("--preset", default="", help="8x8: 8x8's columns in its order")
        parser.add_argument("--time-zone", default="", help="IANA name; default: the account's")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the export and copy its file."""
        target: Path = options["file"]
        if target.exists():
            raise CommandError(f"{target} already exists: choose another name.")
        account = _account(options["account"])
        with every_tenant():
            try:
                export = jobs.start(Principal.of_command("export_logs", account), _spec(account, options))
            except UserError as error:
                raise CommandError(f"{_option(error.field)}: {error}") from None
            while export.active:
                work.run_slice(export)
                export.refresh_from_db()
            if export.state == ExportState.EMPTY:
                self.stdout.write("No results, so no file was written.")
                return
            if not export.ready:
                raise CommandError(export.problem or f"The export is {export.state}.")
            with storage().open(export.file, "rb") as file, target.open("xb") as out:
                while chunk := file.read(_CHUNK):
                    out.write(chunk)
        rows = ngettext("%(n)s row", "%(n)s rows", export.rows) % {"n": f"{export.rows:,}"}
        self.stdout.write(f"{rows}, {export.size:,} bytes, SHA-256 of the contents {export.sha256}")


def _filters() -> dict[str, Filter]:
    """The filters of the log, without the times, which `--from` and `--to` set."""
    return {
        name: log_filter for name, log_filter in filters().items() if name not in {"created_after", "created_before"}
    }


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _spec(account: Account, options: dict[str, Any]) -> ExportSpec:
    """The export that the options specify. Raises CommandError."""
    first, last = _day("--from", options["first"]), _day("--to", options["last"])
    if first and last and last < first:
        raise CommandError("--to: must not be before --from.")
    values = {name: options[name] for name in _filters() if options[name] is not None}
    query = _query(account, values, created_after=first, created_before=last and last + timedelta(days=1))
    columns = [name for name in options["columns"].split(",") if name]
    if options["columns"] and not columns:
        raise CommandError("--columns: name at least one column.")
    return ExportSpec(
        Dataset.MESSAGES, write_words(query), options["time_zone"] or account.time_zone, options["format"],
        options["compression"], columns, options["preset"], first_at=first, last_at=query.created_before,
        words=[(name, text if isinstance(text, str) else ", ".join(text)) for name, text in values.items()],
    )  # fmt: skip


def _query(account: Account, values: dict[str, Any], **days: datetime | None) -> MessageQuery:
    """The query of these options. Raises CommandError naming the first invalid one."""
    words, errors = parse(values)
    query = build(words, **days)
    reasons = {name: " ".join(each) for name, each in errors.items()}
    for name, reason in (reasons | problems(query) | unknown_names(account, words, None)).items():
        raise CommandError(f"{_option(name)}: {reason}")
    return query


def _account(public_id: str) -> Account:
    try:
        return Account.objects.get(public_id=public_id)
    except (Account.DoesNotExist, ValidationError):
        raise CommandError(f"There is no account {public_id}.") from None


def _day(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"{option}: enter a day as 2026-10-31, not {text!r}.")
    return datetime.combine(day, time(), UTC)
