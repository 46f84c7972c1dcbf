"""Kill the worker, then everything, during an export and a deletion."""

import csv
import hashlib
import io
import json
import time
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from local.demo.world import ACME, api_key_text, webhook
from providers.meta.simulation import meta_status
from providers.meta.webhooks import signature
from tests.faults.gate import Gate
from tests.scenarios.conftest import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.slow]
MESSAGES = 4_000
EXPORTS, DELETIONS = "/api/v1/exports/", "/api/v1/deletions/"
TODAY = datetime.now(UTC).date()
DAYS = {"from": f"{TODAY - timedelta(days=65)}", "to": f"{TODAY}"}
LATE = "wamid.late"
LOG = "SELECT umid::text FROM log_message WHERE account_id = 1 ORDER BY created_at, id"
OUTBOUND = "SELECT provider_message_id FROM log_message WHERE account_id = 1 AND direction = 'outbound'"
OTHERS = "SELECT umid FROM log_message WHERE account_id <> 1 OR direction <> 'outbound' ORDER BY umid"
ENDED = "SELECT details->>'sha256' FROM accounts_auditentry WHERE action = 'deletion.ended'"


@pytest.fixture
def tollgate(make_tollgate, tmp_path):
    return make_tollgate(MESSAGES, EXPORTS_DIR=str(tmp_path / "exports"))


@pytest.fixture
def rest(tollgate):
    headers = {"Authorization": f"Bearer {api_key_text(ACME, 'api')}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{tollgate.port}", headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
def files(tmp_path):
    """The names of all files in the folder of exports."""
    return lambda: sorted(path.name for path in (tmp_path / "exports").rglob("*") if path.is_file())


def start(rest, path, **body):
    answer = rest.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return f"{path}{answer.json()['id']}/"


def fetch_json(rest, path):
    answer = rest.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait_for_state(rest, path, state):
    """Wait for the end of a job and return its state."""
    wait_until(lambda: fetch_json(rest, path)["state"] not in {"queued", "waiting", "running"}, seconds=180)
    body = fetch_json(rest, path)
    assert body["state"] == state, body
    return body


def assert_no_download(rest, export):
    body = fetch_json(rest, export)
    assert (body["state"], body["download"], body["sha256"]) == ("running", None, None)
    assert {rest.get(f"{export}{name}/").status_code for name in ("download", "manifest")} == {404}


def costs(rest):
    """The month's cost report as a file."""
    filters = {**DAYS, "group_by": ["day", "category", "country"]}
    export = start(rest, EXPORTS, dataset="costs", format="csv", filters=filters)
    wait_for_state(rest, export, "succeeded")
    return rest.get(f"{export}download/").content


def test_an_export_survives_its_worker_and_then_everything(tollgate, rest, files):
    umids = [umid for (umid,) in tollgate.oracle.ask(LOG)]
    reading = Gate(tollgate.postgres.url, "archive_export", "NEW.parts = 3 AND OLD.parts = 2")
    done = Gate(tollgate.postgres.url, "archive_export", "NEW.state = 'succeeded'")
    export = start(rest, EXPORTS, compression="zip", columns=["umid", "msisdn", "status", "created_at"])
    with reading:
        tollgate.kill("worker")
        assert_no_download(rest, export)
        assert "part-000003" in files()  # stored, but not counted: it is made again
    tollgate.launch("worker")
    with done:
        assert "file" in files()  # whole, and not offered yet
        assert_no_download(rest, export)
        tollgate.kill_everything()
    tollgate.start_again()
    body = wait_for_state(rest, export, "succeeded")
    assert body["rows"] == len(umids) >= MESSAGES
    with zipfile.ZipFile(io.BytesIO(rest.get(f"{export}download/").content)) as archive:
        data, manifest = archive.read("messages.csv"), json.loads(archive.read("manifest.json"))
    assert [row["umid"] for row in csv.DictReader(io.StringIO(data.decode()))] == umids
    assert hashlib.sha256(data).hexdigest() == body["sha256"] == manifest["files"][0]["sha256"]
    assert manifest["rows"] == manifest["files"][0]["rows"] == len(umids)
    assert files() == ["file"]


def test_a_deletion_survives_its_worker_and_then_everything(tollgate, rest):
    ask = tollgate.oracle.ask
    before, others, total = costs(rest), ask(OTHERS), len(ask(OUTBOUND))
    gates = [
        Gate(tollgate.postgres.url, "archive_deletion", f"(NEW.removed->>'messages')::int >= {n}")
        for n in (total // 3, total * 2 // 3)
    ]
    deletion = start(rest, DELETIONS, filter={"direction": "outbound"}, reason="a test of what dies")
    report_late_message(tollgate)
    with gates[0]:
        assert_partly_deleted(tollgate, rest, deletion, total)
        tollgate.kill("worker")
    tollgate.launch("worker")
    with gates[1]:
        assert_partly_deleted(tollgate, rest, deletion, total)
        tollgate.kill_everything()
    tollgate.start_again()
    body = wait_for_state(rest, deletion, "done")
    assert body["removed"]["messages"] == total
    assert ask(OUTBOUND) == [(LATE,)]
    assert ask(OTHERS) == others
    certificate = rest.get(f"{deletion}certificate/")
    assert hashlib.sha256(certificate.content).hexdigest() == body["sha256"]
    assert (certificate.json()["removed"], certificate.json()["state"]) == (body["removed"], "done")
    assert ask(ENDED) == [(body["sha256"],)]
    assert costs(rest) == before


def assert_partly_deleted(tollgate, rest, deletion, total):
    """Exactly the messages that the deletion counts are deleted, and there is no certificate yet."""
    body = fetch_json(rest, deletion)
    assert body["state"] == "running"
    assert len(tollgate.oracle.ask(OUTBOUND)) == total + 1 - body["removed"].get("messages", 0)
    assert rest.get(f"{deletion}certificate/").status_code == 404


def report_late_message(tollgate):
    """Report a matching message after the deletion was confirmed; only sent, so that it costs nothing."""
    endpoint, number = webhook(ACME, "meta"), ACME.channels[1]
    body = meta_status(
        waba_id=number.waba_id, number_id=number.number_id, wamid=LATE, status="sent", msisdn="919800000001",
        at=int(time.time()) - 86_400, category="marketing",
    )  # fmt: skip
    headers = {"X-Hub-Signature-256": signature(endpoint["app_secret"], body), "Content-Type": "application/json"}
    with closing(httpx.Client(timeout=60)) as provider:
        answer = provider.post(f"http://127.0.0.1:{tollgate.port}{endpoint['path']}", content=body, headers=headers)
    assert answer.status_code == 200
    wait_until(lambda: tollgate.oracle.ask(f"SELECT FROM log_message WHERE provider_message_id = '{LATE}'"), 60)
