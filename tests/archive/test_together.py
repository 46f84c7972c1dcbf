"""An export and deletions of the same messages at the same time: both report their results."""

from datetime import timedelta

import pytest

from archive.deletion import jobs as deletions
from archive.deletion import work as deletion_work
from archive.enums import ExportState
from archive.exports import jobs, work
from archive.exports.files import storage
from messaging.log.models import Message
from messaging.log.query import MessageQuery, write_words
from tests.archive.conftest import content
from tests.traffic import AT, INDIA, deliver

pytestmark = pytest.mark.django_db
DAYS = write_words(MessageQuery(created_after=AT, created_before=AT + timedelta(days=20)))


@pytest.fixture
def meanwhile(acme, monkeypatch):
    """Four messages, of which the first and the last are in different parts; something is done behind the second."""
    for number in range(4):
        deliver(acme, provider_message_id=f"wamid.{number}", at=AT + timedelta(days=number * 5))
    store, todo = work._store_part, []

    def stores(export, source, span):
        if export.parts == 2 and todo:
            todo.pop()()
        return store(export, source, span)

    monkeypatch.setattr(work, "_store_part", stores)
    return todo.append


def delete(requester, *wamids):
    umids = Message.objects.filter(provider_message_id__in=wamids).values_list("umid", flat=True)
    deletion = deletions.delete_selected(requester, list(umids))
    deletion_work.work(deletion.pk)
    deletion.refresh_from_db()
    return deletion


def test_what_is_deleted_during_an_export_is_in_it_if_its_part_was_read(acme, requester, spec, run_export, meanwhile):
    done = []
    meanwhile(lambda: done.append(delete(requester, "wamid.0", "wamid.3")))
    export = run_export(jobs.start(requester, spec(columns=["provider_message_id"], filters=DAYS)))
    assert content(export).decode().splitlines() == ["provider_message_id", "wamid.0", "wamid.1", "wamid.2"]
    assert (export.state, export.rows) == (ExportState.SUCCEEDED, 3)
    assert (done[0].state, done[0].messages) == ("done", 2)


def test_an_erasure_during_an_export_withdraws_it(acme, requester, spec, run_export, meanwhile):
    def erase():
        deletion = deletions.erase_person(requester, INDIA, reason="Art. 17")
        for _ in range(50):
            deletion_work.work(deletion.pk)

    meanwhile(erase)
    export = run_export(jobs.start(requester, spec(filters=DAYS)))
    assert (export.state, export.file) == (ExportState.WITHDRAWN, "")
    assert not storage().exists(f"{acme.public_id}/{export.public_id}")
    assert run_export(jobs.repeat(export, requester)).state == ExportState.EMPTY
