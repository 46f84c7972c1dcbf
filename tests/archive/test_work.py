"""Exports as jobs: what is in the files, and that nothing half is ever offered."""

import base64
import csv
import gzip
import hashlib
import io
import json
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from accounts.enums import Permission
from accounts.models import AuditEntry
from archive.enums import ExportState, Format
from archive.exports import files, jobs, work
from archive.exports.columns import standard_columns
from archive.exports.files import storage
from archive.models import Export
from billing.selectors import cost_totals
from messaging.log.models import Message
from messaging.log.query import MessageQuery, write_words
from messaging.log.services.erasure import Person
from messaging.persons.resolution import Holding
from messaging.persons.selectors.identities import identity_of
from providers.meta.wamids import wamid
from tests.archive.conftest import content
from tests.people import member, principal_of
from tests.traffic import AT, INDIA, deliver, rate, report

pytestmark = pytest.mark.django_db


def lines(export):
    return content(export).decode().splitlines()


def test_csv_holds_the_requested_columns_oldest_first(acme, requester, spec, run_export):
    deliver(acme, provider_message_id="wamid.B", at=AT + timedelta(days=20))
    deliver(acme)
    export = run_export(jobs.start(requester, spec(columns=["msisdn", "created_at", "status", "template"])))
    assert (export.state, export.rows, export.progress) == (ExportState.SUCCEEDED, 2, 100)
    assert lines(export) == [
        "msisdn,created_at,status,template",
        "919876543210,2026-10-15 16:00:00+08,delivered,",
        "919876543210,2026-11-04 16:00:00+08,delivered,",
    ]
    assert hashlib.sha256(content(export)).hexdigest() == export.sha256
    assert storage().listdir(f"{acme.public_id}/{export.public_id}")[1] == ["file"]


def test_the_usual_columns_come_in_their_order(acme, requester, spec, run_export):
    deliver(acme)
    export = run_export(jobs.start(requester, spec()))
    assert lines(export)[0] == ",".join(standard_columns("messages"))
    assert len(lines(export)[1].split(",")) == len(standard_columns("messages"))


def test_jsonl_has_an_object_a_line_with_exact_amounts(acme, requester, spec, run_export):
    deliver(acme)
    rate()
    columns = ["umid", "created_at", "response_code", "cost_state", "cost", "cost_currency"]
    export = run_export(jobs.start(requester, spec(format="jsonl", columns=columns)))
    message = Message.objects.get(account=acme)
    assert [json.loads(line) for line in lines(export)] == [
        {"umid": str(message.umid), "created_at": "2026-10-15T16:00:00+08:00", "response_code": None,
         "cost_state": "charged", "cost": "0.0118", "cost_currency": "USD"},
    ]  # fmt: skip
    assert export.totals == {"cost": {"USD": "0.0118"}}


def test_a_workbook_keeps_numbers_texts_and_moments_apart(acme, requester, spec, run_export):
    deliver(acme)
    rate()
    columns = ["msisdn", "created_at", "cost", "read_at", "umid"]
    export = run_export(jobs.start(requester, spec(format="xlsx", columns=columns)))
    book = load_workbook(io.BytesIO(content(export)))
    sheet, about = book.worksheets
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        columns, ["919876543210", datetime(2026, 10, 15, 16),  # noqa: DTZ001 - Excel knows no zones
        0.0118, None, str(Message.objects.get().umid)],
    ]  # fmt: skip
    assert [cell.data_type for cell in sheet[2]] == ["s", "d", "n", "n", "s"]
    assert {row[0].value: row[1].value for row in about.iter_rows()}["time_zone"] == "Asia/Singapore"


def test_no_cell_of_a_file_is_a_formula_and_every_text_comes_back(acme, requester, spec, run_export):
    texts = {"client_message_id": "=1+1", "user_id": "@SUM(A1)"}
    deliver(acme, **texts)
    columns = ["client_message_id", "user_id", "msisdn"]
    table, book, lines_ = (
        run_export(jobs.start(requester, spec(format=form, columns=columns)))
        for form in (Format.CSV, Format.XLSX, Format.JSONL)
    )
    assert list(csv.reader(lines(table)))[1] == ["'=1+1", "'@SUM(A1)", INDIA]
    cells = load_workbook(io.BytesIO(content(book))).worksheets[0][2]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=1+1", "s"), ("@SUM(A1)", "s"), (INDIA, "s")]
    assert list(json.loads(lines(lines_)[0]).values()) == ["=1+1", "@SUM(A1)", INDIA]


def test_a_text_is_the_one_it_was_last_edited_to(acme, requester, spec, run_export):
    for index, (state, body) in enumerate([("received", "first"), ("edited", "second"), ("edited", "last")]):
        at, words = AT + timedelta(minutes=index), {"type": "text", "text": {"body": body}}
        report(acme, state, at=at, direction="inbound", content=words)
    report(acme, "revoked", at=AT + timedelta(minutes=3), direction="inbound")
    assert lines(run_export(jobs.start(requester, spec(columns=["content"])))) == ["content", "last"]


def test_a_sheet_that_is_full_is_followed_by_another(acme, requester, spec, run_export, monkeypatch):
    monkeypatch.setattr("archive.exports.workbook.SHEET_ROWS", 3)
    for number in range(4):
        deliver(acme, provider_message_id=f"wamid.{number}", at=AT + timedelta(minutes=number))
    export = run_export(jobs.start(requester, spec(format="xlsx", columns=["provider_message_id"])))
    book = load_workbook(io.BytesIO(content(export)))
    assert [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets[:-1]] == [
        ["provider_message_id", "wamid.0", "wamid.1"],
        ["provider_message_id", "wamid.2", "wamid.3"],
    ]


def test_gzip_and_zip_hold_the_same_bytes_and_zip_a_manifest(acme, requester, spec, run_export):
    deliver(acme)
    plain, packed, zipped = (
        run_export(jobs.start(requester, spec(columns=["msisdn"], compression=compression)))
        for compression in ("", "gzip", "zip")
    )
    assert gzip.decompress(content(packed)) == content(plain)
    with zipfile.ZipFile(io.BytesIO(content(zipped))) as archive:
        assert archive.namelist() == ["messages.csv", "manifest.json"]
        assert archive.read("messages.csv") == content(plain)
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["files"] == [
        {"name": "messages.csv", "rows": 1, "bytes": len(content(plain)),
         "sha256": hashlib.sha256(content(plain)).hexdigest()},
    ]  # fmt: skip
    assert (manifest["time_zone"], manifest["rows"], manifest["made_by"]) == ("Asia/Singapore", 1, "tg_test")


def test_the_filters_of_the_log_are_those_of_the_file(acme, requester, spec, run_export):
    deliver(acme)
    report(acme, "failed", provider_message_id="wamid.F", at=AT, error_code=131026)
    query = MessageQuery(
        created_after=AT - timedelta(hours=1), created_before=AT + timedelta(hours=1), status=("undelivered",)
    )
    export = run_export(jobs.start(requester, spec(columns=["provider_message_id"], filters=write_words(query))))
    assert lines(export) == ["provider_message_id", "wamid.F"]


def test_no_results_is_a_state_without_a_file(acme, requester, spec, run_export):
    export = run_export(jobs.start(requester, spec()))
    assert (export.state, export.file, export.rows) == (ExportState.EMPTY, "", 0)


def test_a_template_that_is_not_registered_has_its_name(acme, requester, spec, run_export):
    deliver(acme, template_name="spring_drop", template_language="en")
    export = run_export(jobs.start(requester, spec(columns=["template", "template_language"])))
    assert lines(export) == ["template,template_language", "spring_drop,en"]


def test_csv_for_excel_begins_with_a_mark_and_ends_lines_in_crlf(acme, requester, spec, run_export):
    deliver(acme, content={"type": "text", "text": {"body": 'two\nlines, "é"'}})
    export = run_export(jobs.start(requester, spec(columns=["content", "category"], format=Format.CSV_BOM)))
    data = content(export).decode("utf-8")
    assert data == '\ufeffcontent,category\r\n"two\nlines, ""é""",marketing\r\n'
    days = {"from": "2026-10-01", "to": "2026-10-31", "group_by": ["category"]}
    costs = run_export(jobs.start(requester, spec("costs", filters=days, format=Format.CSV_BOM)))
    assert {line[-1:] for line in content(costs).split(b"\n")[:-1]} == {b"\r"}


def test_numbers_are_masked_for_those_who_may_not_see_them(acme, requester, spec, run_export):
    deliver(acme, provider_message_id=wamid(INDIA, "9A3CA5B3D4CD6E67E7"))
    masked = replace(requester, permissions=requester.permissions - {Permission.VIEW_NUMBERS})
    export = run_export(jobs.start(masked, spec(columns=["msisdn", "provider_message_id"])))
    assert lines(export) == ["msisdn,provider_message_id", "91 98•••••210,wamid.•••••N0U3AA=="]
    assert export.needs == ["messages:read"]


def test_charges_add_up_to_the_cost_report(acme, requester, spec, run_export):
    for number in range(3):
        deliver(acme, provider_message_id=f"wamid.{number}", at=AT + timedelta(hours=number))
    deliver(acme, provider_message_id="wamid.S", category="service", pricing_type="free_customer_service")
    rate()
    days = {"from": "2026-10-01", "to": "2026-10-31"}
    export = run_export(
        jobs.start(requester, spec("charges", filters=days, columns=["day", "state", "amount", "currency"]))
    )
    assert sorted(lines(export)[1:]) == [
        "2026-10-15,charged,0.0118,USD", "2026-10-15,charged,0.0118,USD", "2026-10-15,charged,0.0118,USD",
        "2026-10-15,free,0.00,USD",
    ]  # fmt: skip
    total = sum(row.amount for row in cost_totals(acme, date(2026, 10, 1), date(2026, 10, 31)))
    assert Decimal(export.totals["amount"]["USD"]) == total == Decimal("0.0354")


def test_usage_counts_by_the_days_of_the_zone(acme, requester, spec, run_export):
    deliver(acme, at=datetime(2026, 10, 15, 17, tzinfo=UTC))
    days = {"from": "2026-10-16", "to": "2026-10-16"}
    export = run_export(
        jobs.start(requester, spec("usage", filters=days, columns=["day", "direction", "status", "messages"]))
    )
    assert lines(export) == ["day,direction,status,messages", "2026-10-16,outbound,delivered,1"]


def test_exports_are_audited_with_who_filters_and_rows_but_no_number(acme, requester, spec, run_export):
    deliver(acme)
    run_export(jobs.start(requester, spec(filters=write_words(MessageQuery(msisdn="919876543210")))))
    entries = AuditEntry.objects.filter(account=acme, action__startswith="export.").order_by("id")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("export.created", "tg_test"), ("export.finished", "tg_test"),
    ]  # fmt: skip
    assert entries[0].details["filters"] == {"msisdn": "+91 98•••••210"}
    assert entries[1].details["rows"] == 1


def test_a_killed_worker_s_successor_goes_on_behind_the_last_part(acme, requester, spec, monkeypatch):
    for number in range(4):
        deliver(acme, provider_message_id=f"wamid.{number}", at=AT + timedelta(days=number))
    days = write_words(MessageQuery(created_before=AT + timedelta(days=4)))
    export = jobs.start(requester, spec(columns=["provider_message_id"], filters=days))
    spans, store = [], work._store_part

    def dies(export, source, span):
        if export.parts == 2:
            raise SystemExit
        spans.append(span)
        return store(export, source, span)

    monkeypatch.setattr(work, "_store_part", dies)
    with pytest.raises(SystemExit):
        work.run_slice(export)
    export.refresh_from_db()
    assert (export.state, export.parts, export.file) == (ExportState.RUNNING, 2, "")
    assert 2 <= export.rows < 4
    monkeypatch.setattr(work, "_store_part", store)
    storage().save(files.part_name(export, 3), io.BytesIO(b"half a pa"))  # stored, but never counted
    work.work()
    export.refresh_from_db()
    assert lines(export) == ["provider_message_id", "wamid.0", "wamid.1", "wamid.2", "wamid.3"]


def test_an_export_that_kills_every_worker_is_given_up(acme, requester, spec, monkeypatch):
    deliver(acme)
    export = jobs.start(requester, spec())

    def dies(*_):
        raise SystemExit

    monkeypatch.setattr(work, "_store_part", dies)
    for _ in range(work.MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            work.work()
    work.work()
    export.refresh_from_db()
    assert export.state == ExportState.FAILED
    assert "stopped 4 times" in export.problem


def test_what_is_cancelled_while_it_runs_leaves_nothing(acme, requester, spec, monkeypatch):
    for number in range(3):
        deliver(acme, provider_message_id=f"wamid.{number}", at=AT + timedelta(days=number))
    export = jobs.start(requester, spec(filters=write_words(MessageQuery(created_before=AT + timedelta(days=3)))))
    store = work._store_part

    def cancelled_meanwhile(running, source, span):
        rows = store(running, source, span)
        if running.parts == 1 and rows:
            assert jobs.cancel(export, requester)
        return rows

    monkeypatch.setattr(work, "_store_part", cancelled_meanwhile)
    work.work()
    export.refresh_from_db()
    assert (export.state, export.file) == (ExportState.CANCELLED, "")
    assert not storage().exists(f"{acme.public_id}/{export.public_id}")
    assert not jobs.cancel(export, requester)


def person(*names):
    return Person(frozenset(Holding(identity_of(name)) for name in names))


WAMID = "wamid." + base64.b64encode(b"\x1c\x15" + INDIA.encode() + b"\x15\x02\x00").decode()


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (MessageQuery(msisdn=INDIA), True),
        (MessageQuery(msisdn=INDIA[:9]), True),
        (MessageQuery(search=f"+{INDIA[:2]} {INDIA[2:7]} {INDIA[7:]}"), True),
        (MessageQuery(user_id="IN.77"), True),
        (MessageQuery(provider_message_id=WAMID), True),
        (MessageQuery(search=WAMID), True),
        (MessageQuery(msisdn="6591234567"), False),
        (MessageQuery(provider_message_id="wamid.A"), False),
    ],
)
def test_a_withdrawn_export_has_no_file_and_no_number(acme, requester, spec, run_export, *, filters, named):
    deliver(acme)
    export = run_export(jobs.start(requester, spec(filters=write_words(filters), words=[("Asked for", INDIA)])))
    unfiltered = run_export(jobs.start(requester, spec()))
    charges = run_export(jobs.start(requester, spec("charges", filters={"from": "2026-10-01", "to": "2026-10-31"})))
    assert jobs.withdraw(acme, person(INDIA, "IN.77")) == 1 + (export.state == ExportState.SUCCEEDED)
    for each in (export, unfiltered, charges):
        each.refresh_from_db()
    assert (export.filters == {}, export.words == [], bool(export.problem)) == (named, named, named)
    assert not (named and export.repeatable)
    assert (unfiltered.state, unfiltered.file, charges.state) == (ExportState.WITHDRAWN, "", ExportState.SUCCEEDED)
    assert not storage().exists(f"{acme.public_id}/{unfiltered.public_id}")


def test_what_a_killed_worker_left_of_an_export_that_is_over_goes(acme, requester, spec, run_export):
    deliver(acme)
    over, stays = run_export(jobs.start(requester, spec())), run_export(jobs.start(requester, spec()))
    jobs.withdraw(acme, person("6591234567"))
    Export.objects.filter(pk=stays.pk).update(state=ExportState.SUCCEEDED)
    for export in (over, stays):
        storage().save(files.part_name(export, 9), io.BytesIO(b"half a pa"))
    jobs.expire()
    assert not storage().exists(files.part_name(over, 9))
    assert storage().exists(files.part_name(stays, 9))


def test_what_a_killed_worker_spooled_goes_with_the_next_turn_and_with_the_export(
    acme, requester, spec, run_export, settings
):
    deliver(acme)
    for end in (run_export, lambda export: jobs.cancel(export, requester)):
        export = jobs.start(requester, spec())
        with suppress(SystemExit), files.spool_file(export) as path:
            leftover = path.with_name("leftover")  # as xlsxwriter leaves its own
            leftover.write_bytes(INDIA.encode())
            raise SystemExit
        assert leftover.exists()
        end(export)
        assert not leftover.parent.exists()


def test_files_go_when_their_time_is_over(acme, requester, spec, run_export):
    deliver(acme)
    export = run_export(jobs.start(requester, spec()))
    type(export).objects.update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert jobs.expire() == 1
    export.refresh_from_db()
    assert (export.state, export.file) == (ExportState.EXPIRED, "")


def test_the_mail_says_where_the_file_is(acme, requester, spec, run_export, mailoutbox):
    deliver(acme)
    person = principal_of(member(acme, "owner"))
    export = run_export(jobs.start(person, spec(mail=True)))
    assert mailoutbox[0].to == [person.name]
    assert f"/exports/{export.public_id}/" in mailoutbox[0].body
    assert "1 row." in mailoutbox[0].body
