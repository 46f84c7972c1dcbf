"""Exports over REST, in our shape and in 8x8's."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from accounts.enums import Permission
from accounts.services import create_api_key
from archive.exports import work
from archive.models import Export
from tests.people import principal
from tests.traffic import AT, deliver, rate, report

pytestmark = pytest.mark.django_db
URL = "/api/v1/exports/"
JOBS = "/api/v1/subaccounts/acme_shop/messages/exports"
COLUMNS_8X8 = (
    "umid,subAccountId,direction,channelType,channelId,country,status_value,status_details,status_errorCode,"
    "status_errorMessage,status_timestamp,user_msisdn,user_channelUserId,contentType,createdAt,clientMessageId,"
    "clientBatchId,batchId,step,content,ReadAt"
)


@pytest.fixture
def caller(client, acme):
    """A function that asks as an API key with these scopes (all without), limited to these subaccounts."""

    def make(*scopes, account=acme, subaccounts=()):
        _, secret = create_api_key(
            by=principal(account), name="ERP", scopes=list(scopes or Permission), subaccounts=list(subaccounts)
        )

        def ask(method, path, body=None):
            extra = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
            return getattr(client, method)(path, headers={"Authorization": f"Bearer {secret}"}, **extra)

        return ask

    return make


def test_an_export_is_started_read_downloaded_and_deleted(acme, caller):
    deliver(acme)
    ask = caller()
    started = ask("post", URL, {"columns": ["msisdn"], "filters": {"status": ["delivered"], "country": "in"}})
    assert (started.status_code, started.json()["state"], started.json()["download"]) == (202, "queued", None)
    one = f"{URL}{started.json()['id']}/"
    assert ask("get", f"{one}download/").status_code == 404
    work.work()
    export = ask("get", one).json()
    assert (export["state"], export["rows"]) == ("succeeded", 1)
    assert export["filters"] == {"status": "delivered", "country": "IN"}
    file = ask("get", export["download"])
    assert b"".join(file.streaming_content) == b"msisdn\n919876543210\n"
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    manifest = ask("get", f"{one}manifest/").json()
    assert (manifest["files"][0]["sha256"], manifest["rows"]) == (export["sha256"], 1)
    assert [each["id"] for each in ask("get", URL).json()["results"]] == [export["id"]]
    assert ask("delete", one).status_code == 204
    assert ask("get", one).status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"columns": ["colour"]}, "columns", "The column “colour” does not exist"),
        ({"format": "pdf"}, "format", "pdf"),
        ({"compression": "rar"}, "compression", "rar"),
        ({"dataset": "weather"}, "dataset", "weather"),
        ({"preset": "9x9"}, "preset", "9x9"),
        ({"colour": 1}, "colour", "There is no such field."),
        ({"filters": {"colour": "red"}}, "filters.colour", "There is no such field."),
        ({"filters": {"status": ["lost"]}}, "filters.status.0", "lost"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Mars/Olympus"),
        ({"format": "xlsx", "compression": "gzip"}, "compression", "A workbook is already compressed"),
        ({"dataset": "charges"}, "filters.from", "required"),
        ({"dataset": "charges", "filters": {"from": "2026-10-02", "to": "2026-10-01"}}, "filters.to", "before from"),
        ({"dataset": "costs", "filters": {"from": "2026-10-01", "to": "2026-10-01", "group_by": ["moon"]}},
         "filters.group_by.0", "moon"),
    ],
)  # fmt: skip
def test_an_invalid_request_names_the_field(caller, body, field, words):
    answer = caller()("post", URL, body)
    assert answer.status_code == 400
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert words in errors[field]
    assert not Export.objects.exists()


def test_costs_and_texts_need_their_scopes(acme, caller):
    ask = caller(Permission.EXPORT_DATA, Permission.VIEW_MESSAGES)
    assert ask("post", URL, {"columns": ["cost"]}).status_code == 403
    assert ask("post", URL, {"columns": ["content"]}).status_code == 403
    days = {"from": "2026-10-01", "to": "2026-10-31"}
    assert ask("post", URL, {"dataset": "charges", "filters": days}).status_code == 403
    assert caller(Permission.VIEW_MESSAGES)("post", URL, {}).status_code == 403


def test_another_account_s_export_does_not_exist(acme, other, caller):
    deliver(acme)
    started = caller()("post", URL, {}).json()
    work.work()
    stranger = caller(account=other)
    for path in ("", "download/", "manifest/"):
        assert stranger("get", f"{URL}{started['id']}/{path}").status_code == 404
    assert stranger("delete", f"{URL}{started['id']}/").status_code == 404
    assert stranger("get", URL).json()["results"] == []


def test_a_key_sees_no_export_that_holds_more_than_it_may_see(acme, caller):
    deliver(acme)
    whole = caller()("post", URL, {"columns": ["msisdn"]}).json()["id"]
    masked = caller(Permission.EXPORT_DATA, Permission.VIEW_MESSAGES)
    own = masked("post", URL, {"columns": ["msisdn"]}).json()["id"]
    work.work()
    assert [each["id"] for each in masked("get", URL).json()["results"]] == [own]
    assert masked("get", f"{URL}{whole}/").status_code == 404
    limited = caller(subaccounts=acme_subaccounts(acme, "acme_shop"))
    assert limited("get", URL).json()["results"] == []


def acme_subaccounts(account, code):
    from accounts.models import Subaccount

    return Subaccount.objects.filter(account=account, code=code)


def test_a_limited_key_exports_its_subaccounts_alone(acme, caller):
    deliver(acme)
    limited = caller(subaccounts=acme_subaccounts(acme, "acme_wa"))
    for body in ({}, {"filters": {"subaccount": "acme_shop"}}):
        limited("post", URL, body)
    work.work()
    assert {each["state"] for each in limited("get", URL).json()["results"]} == {"empty"}


def test_costs_as_json_lines(acme, caller):
    deliver(acme)
    rate()
    ask = caller()
    days = {"from": "2026-10-01", "to": "2026-10-31", "group_by": ["category"]}
    started = ask("post", URL, {"dataset": "costs", "format": "jsonl", "filters": days}).json()
    work.work()
    file = ask("get", f"{URL}{started['id']}/download/")
    assert [json.loads(line) for line in b"".join(file.streaming_content).splitlines()] == [
        {"category": "marketing", "currency": "USD", "delivered": 1, "charged": 1, "free": 0, "unrated": 0,
         "amount": "0.0118"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("request_fields", "rows"),
    [
        ({"filters": {"group_by": ["category"]}}, ["marketing,USD,1,1,0,0,0.0118", "Total,USD,1,1,0,0,0.0118"]),
        ({"filters": {"group_by": []}}, ["USD,1,1,0,0,0.0118"]),
        ({"filters": {"group_by": ["category"]}, "columns": ["amount"]}, ["0.0118"]),
        ({"filters": {"group_by": ["category"]}, "columns": ["amount", "category"]},
         ["0.0118,marketing", "0.0118,Total"]),
    ],
)  # fmt: skip
def test_costs_have_totals_only_with_a_column_for_their_label(acme, caller, request_fields, rows):
    deliver(acme)
    rate()
    ask = caller()
    days = {"from": "2026-10-01", "to": "2026-10-31"}
    body = {"dataset": "costs", **request_fields, "filters": {**days, **request_fields["filters"]}}
    started = ask("post", URL, body).json()
    work.work()
    file = ask("get", f"{URL}{started['id']}/download/")
    lines = b"".join(file.streaming_content).decode().splitlines()
    titles = next(n for n, line in enumerate(lines) if "Amount" in line)
    assert lines[titles + 1 :] == rows


@pytest.mark.parametrize(("length", "end", "cut"), [(32_767, "x", 0), (60_000, "…", 1)])
def test_a_text_that_no_cell_can_hold_is_cut_and_counted(acme, caller, length, end, cut):
    content = {"type": "text", "text": {"body": "x" * length}}
    report(acme, "received", direction="inbound", content_type="text", content=content)
    ask = caller()
    export = ask("post", URL, {"format": "xlsx", "columns": ["content"]}).json()
    work.work()
    file = ask("get", f"{URL}{export['id']}/download/")
    book = load_workbook(BytesIO(b"".join(file.streaming_content)))
    cell = book.worksheets[0]["A2"].value
    assert (len(cell), cell[-1]) == (32_767, end)
    assert [row[1].value for row in book["About"] if row[0].value == "cut_cells"] == [str(cut)]
    assert ask("get", f"{URL}{export['id']}/manifest/").json()["cut_cells"] == cut


def test_8x8_s_job_gives_its_columns_in_its_order(acme, caller):
    message = deliver(acme)
    deliver(acme, provider_message_id="wamid.B", at=AT + timedelta(days=1), msisdn="6591234567")
    ask = caller()
    started = ask("post", JOBS, {"from": "2026-10-15", "to": "2026-10-16T00:00:00Z", "countries": ["IN"]})
    assert started.status_code == 202
    one = f"{JOBS}/{started.json()['jobId']}"
    assert ask("get", one).json() == {"status": "queued"}
    work.work()
    export = ask("get", one).json()
    assert set(export) == {"status", "data", "expires"}
    rows = b"".join(ask("get", export["data"][0]).streaming_content).decode().splitlines()
    assert rows == [
        COLUMNS_8X8,
        (
            f"{message.umid},acme_shop,outbound,WhatsApp,106540352242922,IN,delivered,,0,,2026-10-15T08:00:02Z,"
            "919876543210,,,2026-10-15T08:00:00.000Z,,,,,,"
        ),
    ]


def test_8x8_s_job_is_cancelled_and_unknown_ones_are_4018(acme, other, caller):
    deliver(acme)
    ask = caller()
    one = f"{JOBS}/{ask('post', JOBS, {}).json()['jobId']}"
    assert ask("delete", one).status_code == 204
    assert ask("get", one).json() == {"status": "cancelled"}
    for path in (f"{JOBS}/{'0' * 32}", f"{JOBS}/nonsense", one.replace("acme_shop", "acme_wa")):
        answer = ask("get", path)
        assert (answer.status_code, answer.json()["code"]) == (404, 4018)
    assert caller(account=other)("get", one).status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"from": "2026-10-16", "to": "2026-10-15"}, "from: Must be before to."),
        ({"from": "yesterday"}, "from: Enter a date or time"),
        ({"colour": 1}, "colour: There is no such field."),
        ({"limit": -1}, "limit: "),
    ],
)
def test_8x8_s_errors_name_the_field(acme, caller, body, words):
    answer = caller()("post", JOBS, body)
    assert (answer.status_code, answer.json()["code"]) == (400, 1000)
    assert answer.json()["message"].startswith(words)
