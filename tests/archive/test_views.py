"""The pages of exports."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AuditEntry
from archive.enums import ExportState
from archive.exports import files, jobs, schedules, work
from archive.exports.requests import ExportSpec
from archive.models import Export, ExportSchedule
from tests.archive.conftest import content
from tests.people import browser_of, member, principal, visitor
from tests.traffic import deliver, rate
from tests.visible import text

pytestmark = pytest.mark.django_db
NEW, LIST = "/exports/new/", "/exports/"
WHEN = "from=2026-10-01&to=2026-10-31"


def body(response):
    return b"".join(response.streaming_content).decode()


def test_few_rows_download_at_once(acme):
    deliver(acme)
    client = visitor(acme, "developer")
    answer = client.post(NEW, {"query": f"?dataset=messages&{WHEN}", "format": "csv", "columns": ["msisdn", "status"]})
    export = Export.objects.get()
    assert answer.headers["Location"] == f"/exports/{export.public_id}/file/"
    file = client.get(answer.headers["Location"])
    assert body(file) == "msisdn,status\n919876543210,delivered\n"
    assert re.match(r'attachment; filename="messages_[\d_-]+\.csv"', file.headers["Content-Disposition"])
    assert AuditEntry.objects.filter(action="export.downloaded", target=str(export.public_id)).exists()


def test_many_rows_are_made_in_the_background_with_a_bar_that_polls_its_own_url(acme, monkeypatch):
    monkeypatch.setattr("archive.exports.page_query.AT_ONCE", 0)
    deliver(acme)
    client = visitor(acme)
    answer = client.post(NEW, {"query": f"?{WHEN}", "format": "xlsx", "compression": "zip"})
    url = answer.headers["Location"]
    waiting = text(client.get(url))
    assert f'hx-get="{url}"' in waiting
    assert "<progress" in waiting
    assert f'hx-get="{LIST}"' in text(client.get(LIST))
    assert client.get(f"{url}file/").status_code == 404
    work.work()
    done = text(client.get(url, headers={"HX-Request": "true"}))
    assert "hx-get" not in done
    assert f'href="{url}file/"' in done
    file = client.get(f"{url}file/")
    assert b"".join(file.streaming_content).startswith(b"PK")
    assert client.get(f"{url}manifest.json").json()["rows"] == 1


def test_another_account_s_export_is_404_and_a_member_without_the_right_gets_403(acme, other):
    deliver(acme)
    export = jobs.start(principal(acme, "x"), _spec())
    work.work()
    for path in ("", "file/", "manifest.json"):
        assert visitor(other, "owner").get(f"/exports/{export.public_id}/{path}").status_code == 404
        assert visitor(acme, "viewer").get(f"/exports/{export.public_id}/{path}").status_code == 403
        assert visitor(acme, "finance").get(f"/exports/{export.public_id}/{path}").status_code == 404
    assert visitor(other, "owner").post(f"/exports/{export.public_id}/delete/").status_code == 404


def test_two_accounts_that_ask_the_same_get_each_their_own_file(acme, other):
    deliver(acme)
    deliver(other, msisdn="6591234567")
    spec = _spec(columns=["msisdn"], filters={"direction": "outbound"})
    exports = [jobs.start(principal(account, "x"), spec) for account in (acme, other)]
    work.work()
    for export in exports:
        export.refresh_from_db()
    assert exports[0].file.split("/")[:-1] == [str(acme.public_id), str(exports[0].public_id)]
    assert [content(export) for export in exports] == [b"msisdn\n919876543210\n", b"msisdn\n6591234567\n"]
    assert visitor(other).get(f"/exports/{exports[0].public_id}/file/").status_code == 404


def _spec(**values):
    return ExportSpec(**{"dataset": "messages", "filters": {}, "time_zone": "UTC", **values})


def test_a_file_is_gone_after_its_time_even_before_it_is_deleted(acme):
    deliver(acme)
    export = jobs.start(principal(acme, "x"), _spec())
    work.work()
    Export.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert visitor(acme).get(f"/exports/{export.public_id}/file/").status_code == 404


def test_a_file_that_is_gone_is_404(acme):
    deliver(acme)
    export = jobs.start(principal(acme, "x"), _spec())
    work.work()
    files.delete(export)
    assert visitor(acme).get(f"/exports/{export.public_id}/file/").status_code == 404


def test_the_subaccount_one_looks_at_hides_no_export_and_narrows_a_new_one(acme):
    deliver(acme)
    export, client = jobs.start(principal(acme, "x"), _spec()), visitor(acme)
    client.get("/logs/?subaccount=acme_wa")
    assert client.get(f"/exports/{export.public_id}/?subaccount=acme_wa").status_code == 200
    client.post(NEW, {"query": f"?{WHEN}&subaccount=acme_wa", "format": "csv"})
    assert Export.objects.exclude(pk=export.pk).get().state == ExportState.EMPTY


def test_an_export_is_cancelled_and_deleted_from_its_page(acme):
    deliver(acme)
    export, client = jobs.start(principal(acme, "x"), _spec()), visitor(acme)
    client.post(f"/exports/{export.public_id}/cancel/")
    export.refresh_from_db()
    assert export.state == ExportState.CANCELLED
    address = f"/exports/{export.public_id}/delete/"
    assert address in text(client.get(f"/exports/{export.public_id}/"))
    assert "Delete this export?" in text(client.get(address))
    assert Export.objects.exists()
    client.post(address)
    assert not Export.objects.exists()


def test_a_file_is_named_with_its_days_and_size_before_it_is_deleted(acme):
    deliver(acme)
    days = {"first_at": datetime(2026, 9, 30, 16, tzinfo=UTC), "last_at": datetime(2026, 10, 31, 16, tzinfo=UTC)}
    export = jobs.start(principal(acme, "x"), _spec(time_zone="Asia/Singapore", **days))
    work.work()
    page = text(visitor(acme).get(f"/exports/{export.public_id}/delete/"))
    assert "Thu 1 Oct to Sat 31 Oct · CSV" in page
    assert re.search(r"The file with 1 row \([\d.]+\xa0\w+\) is deleted", page)


def test_one_without_a_file_is_started_again_as_it_was(acme):
    deliver(acme)
    spec = _spec(filters={"msisdn": "919876543210"}, columns=["8x8.user_msisdn"], words=[("Phone number", "9198…")])
    export, client = jobs.start(principal(acme, "x"), spec), visitor(acme)
    page = f"/exports/{export.public_id}/"
    client.post(f"{page}cancel/")
    assert f'action="{page}again/"' in text(client.get(page))
    again = client.post(f"{page}again/").headers["Location"]
    assert client.post(f"{again}again/", follow=True).content.count(b"cannot be repeated") == 1  # it is at work
    work.work()
    assert body(client.get(f"{again}file/")) == "user_msisdn\n919876543210\n"


def test_what_is_selected_in_the_log_is_exported(acme):
    first = deliver(acme)
    deliver(acme, provider_message_id="wamid.B")
    client = visitor(acme)
    page = text(client.post(NEW, {"query": "?status=delivered", "umid": [str(first.umid)]}))
    assert "1 selected message" in page
    data = {"query": "?status=delivered", "umid": [str(first.umid)], "format": "csv", "columns": ["umid"]}
    answer = client.post(NEW, data)
    assert body(client.get(answer.headers["Location"])) == f"umid\n{first.umid}\n"
    assert "can be exported only once" in text(client.post(NEW, {**data, "every": "day"}))


def test_the_filters_of_the_report_come_along(acme):
    deliver(acme)
    deliver(acme, provider_message_id="wamid.B", msisdn="6591234567")
    rate()
    client = visitor(acme, "finance")
    link = re.search(r'href="(/exports/new/\?[^"]+)"', text(client.get(f"/reports/costs/?{WHEN}&country=IN")))[1]
    page = text(client.get(link.replace("&amp;", "&")))
    assert "Country:</span> India" in page
    answer = client.post(NEW, {"query": f"?dataset=charges&{WHEN}&country=IN", "format": "csv"})
    lines = body(client.get(answer.headers["Location"])).splitlines()
    assert len(lines) == 2


def test_columns_one_may_not_have_are_not_offered(acme):
    page = text(visitor(acme, "developer").get(f"{NEW}?dataset=messages"))
    assert 'value="msisdn"' in page
    assert 'value="cost"' not in page
    assert 'value="content"' not in page
    assert visitor(acme, "developer").get(f"{NEW}?dataset=costs").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": ["cost"]}, "cost is not one of the available choices"),
        ({"columns": ["colour"]}, "colour is not one of the available choices"),
        ({"format": "pdf"}, "pdf is not one of the available choices"),
        ({"compression": "rar"}, "rar is not one of the available choices"),
        ({"format": "xlsx", "compression": "gzip"}, "A workbook is already compressed"),
        ({"query": "?status=eaten"}, "Check the filters"),
    ],
)
def test_what_makes_no_sense_is_named(acme, changes, words):
    answer = visitor(acme, "developer").post(NEW, {"query": f"?{WHEN}", "format": "csv", **changes})
    assert (answer.status_code, words in text(answer)) == (400, True)
    assert not Export.objects.exists()


def test_invalid_filters_are_errors(acme):
    assert "Check the filters" in text(visitor(acme).get(f"{NEW}?from=2026-10-31&to=2026-10-01"))
    assert visitor(acme).get(f"{NEW}?channel=nobody").status_code == 404


def test_a_schedule_exports_the_days_before_and_ends_with_the_right(acme, mailoutbox):
    deliver(acme)
    user = member(acme, "owner")
    client = browser_of(user)
    data = {"query": "?status=delivered&range=30d", "format": "csv", "columns": ["msisdn"], "every": "month"}
    assert client.post(NEW, data).headers["Location"] == LIST
    schedule = ExportSchedule.objects.get()
    assert (schedule.query, schedule.every) == ("?status=delivered", "month")
    assert "Status: Delivered · CSV" in text(client.get(LIST))
    address = f"/exports/schedules/{schedule.pk}/delete/"
    assert "End this schedule?" in text(client.get(address))
    assert ExportSchedule.objects.exists()
    due = datetime(2026, 11, 1, 6, tzinfo=UTC)
    ExportSchedule.objects.update(next_at=due)
    assert schedules.start_due() == 1
    assert ExportSchedule.objects.get().problem == ""
    work.work()
    export = Export.objects.get()
    assert (export.state, export.schedule_id, export.rows) == (ExportState.SUCCEEDED, schedule.pk, 1)
    assert content(export) == b"msisdn\n919876543210\n"
    assert [mail.to for mail in mailoutbox] == [[user.email]]
    user.memberships.update(role="viewer")
    ExportSchedule.objects.update(next_at=due)
    schedules.start_due()
    schedule.refresh_from_db()
    assert schedule.problem == "The person who created this schedule can no longer export."
    assert Export.objects.count() == 1
    user.memberships.update(role="owner")
    client.post(address)
    assert not ExportSchedule.objects.exists()


@pytest.mark.parametrize(
    ("every", "now", "due", "days"),
    [
        ("day", "2026-11-04T05:00", "2026-11-04", ("2026-11-03", "2026-11-03")),
        ("day", "2026-11-04T07:00", "2026-11-05", ("2026-11-04", "2026-11-04")),
        ("week", "2026-11-04T07:00", "2026-11-09", ("2026-11-02", "2026-11-08")),
        ("month", "2026-11-01T05:00", "2026-11-01", ("2026-10-01", "2026-10-31")),
        ("month", "2026-11-01T07:00", "2026-12-01", ("2026-11-01", "2026-11-30")),
    ],
)
def test_a_schedule_is_due_at_six_after_its_period(every, now, due, days):
    due_at = schedules.due_after(every, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert due_at.isoformat() == f"{due}T06:00:00+00:00"
    assert tuple(day.isoformat() for day in schedules.days_before(every, due_at.date())) == days
