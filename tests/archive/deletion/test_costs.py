"""The month's cost report as files: the same bytes before and after its messages and people are gone."""

import io
from datetime import timedelta

import pytest
import time_machine
from openpyxl import load_workbook

from accounts.services import create_api_key
from archive.deletion import jobs, work
from archive.exports.work import work as work_exports
from messaging.log.models import Message
from messaging.log.query import MessageQuery
from tests.people import principal, visitor
from tests.traffic import AT, INDIA, deliver, rate

pytestmark = pytest.mark.django_db
DAYS = {"from": "2026-10-01", "to": "2026-10-31"}
GROUPS = "day,country,category,template,channel"
EXPORTS = "/api/v1/exports/"
SINGAPORE = "6591234567"


@pytest.fixture
def files(acme, client):
    """The report as every file that there is, made at the same moment: CSV, XLSX, JSON Lines and REST's JSON."""
    page = visitor(acme, "finance")
    _, secret = create_api_key(by=principal(acme), name="ERP", scopes=["costs:read", "exports:write"])
    key = {"Authorization": f"Bearer {secret}"}

    def make():
        with time_machine.travel(AT + timedelta(days=30), tick=False):  # a workbook tells when it was made
            body = {"dataset": "costs", "format": "jsonl", "filters": {**DAYS, "group_by": GROUPS.split(",")}}
            export = client.post(EXPORTS, body, content_type="application/json", headers=key).json()
            work_exports()
            lines = client.get(f"{EXPORTS}{export['id']}/download/", headers=key)
            query = {**DAYS, "group_by": GROUPS}
            return [
                page.get("/reports/costs.csv", query).content, page.get("/reports/costs.xlsx", query).content,
                b"".join(lines.streaming_content), client.get("/api/v1/reports/costs/", query, headers=key).content,
            ]  # fmt: skip

    return make


@pytest.mark.parametrize("end", ["erasure", "deletion"])
def test_the_months_cost_report_is_byte_identical(acme, files, end):
    for number in range(6):
        msisdn = INDIA if number % 2 else SINGAPORE
        category = ("marketing", "utility", "authentication")[number % 3]
        deliver(acme, provider_message_id=f"wamid.{number}", at=AT + timedelta(days=number), msisdn=msisdn,
                category=category, template_name=f"t{number % 2}")  # fmt: skip
    rate()
    before = files()
    assert b"0.0118" in before[0]
    assert load_workbook(io.BytesIO(before[1])).active.max_row > 8
    requester = principal(acme, "owner@acme.example")
    if end == "erasure":
        deletion = jobs.erase_person(requester, INDIA, reason="Art. 17")
    else:
        deletion = jobs.delete_matching(requester, MessageQuery())
    for _ in range(50):
        work.work(deletion.pk)
    rate()
    assert Message.objects.filter(account=acme).count() == (3 if end == "erasure" else 0)
    assert [one == other for one, other in zip(before, files(), strict=True)] == [True] * 4
