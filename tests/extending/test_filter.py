"""A made-up filter of the log: a field of `MessageQuery`, and pages, REST, exports, deletions and commands have it."""

import json
from dataclasses import dataclass
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from accounts.enums import Permission
from accounts.services import create_api_key
from archive.deletion import work as deletion_work
from archive.exports import work as export_work
from archive.models import Deletion, Export
from messaging.log import query as declarations
from messaging.log.api.query import MessageQuerySerializer, message_parameters
from messaging.log.declaration import declare
from messaging.log.kinds import FreeText
from messaging.log.models import Message, PhoneNumber
from messaging.log.query import MessageQuery, read_query, write_query
from tests.people import principal, visitor
from tests.traffic import AT, deliver

pytestmark = pytest.mark.django_db


def _numbers_of_waba(account, waba_id, within=None):
    """The business numbers of a WABA."""
    numbers = PhoneNumber.objects.filter(account=account, waba__waba_id=waba_id)
    return list(numbers.values_list("pk", flat=True))


@dataclass(frozen=True)
class Query(MessageQuery):
    """All filters, and the content type: a column that no filter knows."""

    waba: str = declare(FreeText(64), "WABA", "Its id.", names=_numbers_of_waba, lookup="phone_number")
    content_type: str = declare(FreeText(24), "Content", "What the message holds.")


@pytest.fixture(autouse=True)
def _made_up(monkeypatch):
    """The filter, until the test ends."""
    monkeypatch.setattr(declarations, "MessageQuery", Query)
    with time_machine.travel(AT.replace(day=20), tick=True):
        yield


@pytest.fixture
def _messages(acme):
    for name, content_type in (("wamid.text", "text"), ("wamid.image", "image")):
        deliver(acme, provider_message_id=name, content_type=content_type)


@pytest.fixture
def ask(client, acme):
    """A request of a key that may do everything; the answer's JSON."""
    headers = {"Authorization": f"Bearer {create_api_key(by=principal(acme), name='x', scopes=list(Permission))[1]}"}

    def send(method, path, body=None):
        how = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(path, headers=headers, **how).json()

    return send


@pytest.mark.usefixtures("_messages")
def test_the_page_has_a_field_and_a_pill(acme):
    page = visitor(acme).get("/logs/?range=30d&content_type=image").content.decode()
    assert '<input class="form-control form-control-sm" id="id_content_type" maxlength="24" name="content_type"' in page
    assert (page.count("row-link"), "<span>Content:</span> image" in page) == (1, True)


@pytest.mark.usefixtures("_messages")
def test_rest_has_a_parameter(ask):
    rows = ask("get", "/api/v1/messages/?content_type=image")["results"]
    assert [row["provider_message_id"] for row in rows] == ["wamid.image"]
    (wrong,) = ask("get", "/api/v1/messages/?content_type=")["errors"]
    assert wrong == {"field": "content_type", "message": "Provide a value or omit the parameter."}
    assert message_parameters()[-3].name == "content_type"  # before the cursors
    assert MessageQuerySerializer().fields["content_type"].help_text == "What the message holds."


@pytest.mark.usefixtures("_messages")
def test_exports_take_it(ask):
    body = {"columns": ["provider_message_id"], "filters": {"content_type": "image"}}
    started = ask("post", "/api/v1/exports/", body)
    export_work.work()
    assert (ask("get", f"/api/v1/exports/{started['id']}/")["rows"], Export.objects.get().filters) == (
        1, {"content_type": "image"},
    )  # fmt: skip


@pytest.mark.usefixtures("_messages")
def test_deletions_take_it(ask):
    criteria = {"filter": {"content_type": "image"}}
    assert ask("post", "/api/v1/deletions/", {**criteria, "dry_run": True}) == {"matching": 1}
    ask("post", "/api/v1/deletions/", criteria)
    deletion_work.work(Deletion.objects.get().pk)
    assert list(Message.objects.values_list("provider_message_id", flat=True)) == ["wamid.text"]


@pytest.mark.usefixtures("_messages")
def test_the_command_has_an_option(acme, tmp_path):
    file = tmp_path / "log.csv"
    arguments = ("--content-type", "image", "--columns", "provider_message_id")
    call_command("export_logs", str(acme.public_id), str(file), *arguments, stdout=StringIO())
    assert file.read_text() == "provider_message_id\nwamid.image\n"


@pytest.mark.usefixtures("_messages")
def test_it_can_be_saved(acme):
    page = visitor(acme).post("/logs/filters/", {"name": "Images", "query": "?content_type=image"}, follow=True)
    assert '<a href="/logs/?content_type=image">Images</a>' in page.content.decode()


def test_its_stored_form_survives():
    query = Query(content_type="image", country="SG")
    assert read_query(json.loads(json.dumps(write_query(query)))) == query


@pytest.mark.usefixtures("_messages")
def test_a_filter_by_name_has_a_field_on_the_page_too(acme):
    waba_id = Message.objects.select_related("phone_number__waba").first().phone_number.waba.waba_id
    pages = [visitor(acme).get(f"/logs/?range=any&waba={text}").content.decode() for text in (waba_id, "nope")]
    assert [page.count('class="row-link"') for page in pages] == [2, 0]
    assert all('name="waba"' in page for page in pages)
