"""export: CSV of 1,000,000 messages and XLSX of 100,000, as a job from its start to the stored file, ÷ the simplest way
to write the same columns: COPY to nowhere for CSV, a bare xlsxwriter loop in constant memory for XLSX. And the worker's
memory.
"""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import Self

import psutil
import xlsxwriter
from django.db import connection

from accounts.models import Account
from accounts.principal import Principal
from archive.enums import Dataset, ExportState
from archive.exports import jobs, work
from archive.exports.columns import standard_columns
from archive.exports.files import storage
from archive.exports.requests import ExportSpec
from archive.models import Export
from bench.figures import Figure, ratios
from bench.size import scaled
from bench.template import START
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of
from messaging.log.query import MessageQuery
from messaging.log.selectors.extracts import log_extract

MESSAGES, XLSX_MESSAGES, FIRST, ROUNDS = scaled(1_000_000), scaled(100_000), scaled(1_000), scaled(3)
TARGET, MAX_MEMORY = 0.5, 60.0
SPAN = (START - timedelta(days=10), START + timedelta(days=1))
_FILL = """
INSERT INTO log_message (created_at, account_id, umid, provider, provider_message_id, direction, subaccount_id,
    phone_number_id, msisdn, user_id, group_id, country, content_type, category, category_rank, pricing_type,
    template_id, template_name, template_language, recipient_type, client_message_id, queued_at, sent_at, delivered_at,
    read_at, detail_rank, status_detail, error_source, error_title, response_code)
SELECT at, %(account)s, md5(n::text)::uuid, 'meta', 'wamid.' || upper(md5((-n)::text)), 'outbound',
    numbers.subaccount_id, numbers.id, (919000000000 + n)::text, '', '', 'IN', 'template', 'marketing', 0, 'regular',
    templates.id, '', '', '', '', at, at + interval '1 second', at + interval '3 seconds',
    CASE WHEN n %% 3 = 0 THEN at + interval '1 minute' END, 0, '', '', '', 200
FROM generate_series(1, %(messages)s) n
CROSS JOIN LATERAL (SELECT %(start)s::timestamptz + n * interval '0.8 seconds' AS at) moment
CROSS JOIN (
    SELECT id, subaccount_id FROM log_phonenumber WHERE account_id = %(account)s ORDER BY id LIMIT 1
) numbers
CROSS JOIN (SELECT id FROM log_template WHERE account_id = %(account)s ORDER BY id LIMIT 1) templates
"""


def run() -> list[Figure]:
    """Export and write the simple way alternately. Each file must have every row."""
    with every_tenant():
        account = account_of(ACME)
        with connection.cursor() as cursor:
            cursor.execute(_FILL, {"account": account.pk, "messages": MESSAGES, "start": SPAN[0]})
            cursor.execute("VACUUM ANALYZE log_message")
        statement = log_extract(
            account, MessageQuery(), standard_columns(Dataset.MESSAGES), SPAN, whole_numbers=True
        ).sql
        _export(account, "jsonl", FIRST)  # load everything first, so that it does not count as growth
        _MemorySampler.before = psutil.Process().memory_info().rss
        return [*_compare_csv(account, statement), *_compare_xlsx(account, statement)]


def _compare_csv(account: Account, statement: str) -> list[Figure]:
    return _compare("CSV", MESSAGES, lambda: _copy_csv(statement), lambda: _export(account, "csv"))


def _compare_xlsx(account: Account, statement: str) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plain.xlsx"
        return _compare(
            "XLSX", XLSX_MESSAGES, lambda: _write_xlsx(statement, path), lambda: _export(account, "xlsx", XLSX_MESSAGES)
        )


def _compare(form: str, messages: int, plain: Callable[[], object], export: Callable[[], object]) -> list[Figure]:
    """Measure both alternately."""
    ours, base, memory = [], [], []
    for _ in range(ROUNDS):
        base.append(_seconds(plain))
        with _MemorySampler() as sampler:
            ours.append(_seconds(export))
        memory.append(sampler.megabytes)
    detail = f"{messages:,} messages. Last round: {ours[-1]:.1f} s against {base[-1]:.1f} s."
    name, peak = f"export as {form}", "Of the worker, at its highest."
    return [
        Figure(name, ratios(base, ours), TARGET, detail, absolute=ours, unit="s"),
        Figure(f"{name}, memory (MB)", memory, MAX_MEMORY, peak, at_most=True, unit="MB"),
    ]


def _export(account: Account, form: str, limit: int | None = None) -> None:
    by = Principal.of_command("bench", account)
    export = jobs.start(by, ExportSpec(Dataset.MESSAGES, {}, "Asia/Singapore", form, row_limit=limit))
    while export.active:
        work.run_slice(export)
        export.refresh_from_db()
    if (export.state, export.rows) != (ExportState.SUCCEEDED, limit or MESSAGES):
        raise RuntimeError(f"the export is {export.state} with {export.rows:,} rows: {export.problem}")
    if form == "csv":
        with storage().open(export.file, "rb") as file:
            if sum(1 for _ in file) != export.rows + 1:
                raise RuntimeError("the file has not as many rows as the export says")
    jobs.delete(Export.objects.select_related("account").get(pk=export.pk), by)


def _copy_csv(statement: str) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)") as rows:
        for _ in rows:
            pass


def _write_xlsx(statement: str, path: Path) -> None:
    with connection.chunked_cursor() as cursor, xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        cursor.execute(f"{statement} LIMIT {XLSX_MESSAGES}")
        index = 0
        while rows := cursor.fetchmany(2_000):
            for row in rows:
                sheet.write_row(index, 0, ["" if cell is None else str(cell) for cell in row])
                index += 1


def _seconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


class _MemorySampler:
    """The peak growth of this process's memory since `before`, sampled every 20 ms."""

    before = 0

    def __enter__(self) -> Self:
        self._process, self._stop = psutil.Process(), Event()
        self._peak = int(self._process.memory_info().rss)
        self._thread = Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(0.02):
            self._peak = max(self._peak, self._process.memory_info().rss)

    @property
    def megabytes(self) -> float:
        """The growth."""
        return float(self._peak - self.before) / 1e6
