"""The pages of the suppression list."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import AuditEntry
from messaging.persons.resolution import Holding
from messaging.persons.selectors.identities import identity_of
from messaging.suppression import erasure
from messaging.suppression.enums import Action, Source
from messaging.suppression.models import Suppression, SuppressionEvent
from messaging.suppression.recording import Fact, record
from messaging.suppression.selectors.stops import current_stops
from messaging.suppression.selectors.words import clear_cache, words_of
from tests.people import visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
LIST = "/settings/suppression/"
AT = datetime(2026, 10, 15, 12, tzinfo=UTC)
NUMBER = identity_of("6591234567")


@pytest.fixture(autouse=True)
def _fresh():
    clear_cache()
    yield
    clear_cache()


def stop(account, identity=NUMBER, source=Source.WORD, reason="STOP"):
    record([Fact(account.pk, identity, AT, Action.STOP, source, reason)])
    return Suppression.objects.get(account=account, value=identity.value)


def persons(client, query=""):
    return [row["person"] for row in client.get(LIST + query).context["rows"]]


def test_the_list_its_filters_and_masks(acme, other):
    stop(other)
    stop(acme)
    stop(acme, identity_of("US.13491208655302741918"), Source.PREFERENCE, "")
    owner = visitor(acme)
    assert set(persons(owner)) == {"6591234567", "US.13491208655302741918"}
    assert persons(owner, "?source=word") == ["6591234567"]
    assert persons(owner, "?person=%2B65+9123+4567") == ["6591234567"]
    assert persons(owner, "?state=lifted") == []
    assert set(persons(visitor(acme, "viewer"))) == {"+65 91•••••567", "US.•••••"}
    assert "country code" in text(owner.get(f"{LIST}?person=ann"))


def test_an_empty_list_explains_itself(acme):
    assert "Nobody has stopped marketing" in text(visitor(acme).get(LIST))
    assert "No persons match" in text(visitor(acme).get(f"{LIST}?state=lifted"))


def test_adding_and_lifting_with_a_history(acme):
    client = visitor(acme, "support")
    assert "No marketing is sent to this person any more." in text(
        client.post(f"{LIST}add/", {"person": "+65 9123 4567", "reason": "phoned"}, follow=True)
    )
    assert "was on the list already" in text(client.post(f"{LIST}add/", {"person": "6591234567"}, follow=True))
    entry = Suppression.objects.get()
    assert current_stops(acme.pk, [NUMBER])
    assert "This field is required." in text(client.post(f"{LIST}{entry.pk}/lift/", {"reason": ""}))
    page = text(client.post(f"{LIST}{entry.pk}/lift/", {"reason": "asked for it"}, follow=True))
    assert "asked for it" in page
    assert "phoned" in page
    assert not current_stops(acme.pk, [NUMBER])
    entries = (
        AuditEntry.objects.filter(action__startswith="suppression.").order_by("id").values_list("action", "target")
    )
    assert list(entries) == [("suppression.added", "+65 91•••••567"), ("suppression.lifted", "+65 91•••••567")]
    assert persons(client, "?state=lifted") == ["6591234567"]


def test_an_import_shows_what_is_wrong_and_adds_the_rest(acme):
    client = visitor(acme)
    file = SimpleUploadedFile("a.csv", b"person,reason\n+6591234567,x\nann,\n")
    page = text(client.post(f"{LIST}import/", {"file": file}))
    assert "1 added, 0 on the list already, 1 not imported" in page
    assert "<b>Row 3.</b> &#x27;ann&#x27; is no phone number" in page
    assert SuppressionEvent.objects.values_list("value", "source", "reason").get() == ("6591234567", "csv", "x")
    again = client.post(f"{LIST}import/", {"file": SimpleUploadedFile("a.csv", b"6591234567\n")}, follow=True)
    assert "0 persons added." in text(again)
    assert "not in UTF-8" in text(client.post(f"{LIST}import/", {"file": SimpleUploadedFile("a.csv", b"\xff\xfe1")}))
    assert "The file is empty" in text(client.post(f"{LIST}import/", {"file": SimpleUploadedFile("a.csv", b"\n")}))


def test_a_file_that_postgresql_cannot_store_is_explained(acme):
    content = b"person,reason\r+6591234567,a\0b\r+6591234568,x\r"
    page = text(visitor(acme).post(f"{LIST}import/", {"file": SimpleUploadedFile("a.csv", content)}))
    assert "1 added, 0 on the list already, 1 not imported" in page
    assert "<b>Row 2.</b> A cell has a NUL character" in page


def test_an_export_can_be_imported(acme, other):
    stop(acme)
    content = visitor(acme).get(f"{LIST}list.csv").getvalue().decode()
    assert content.splitlines() == [
        "person,scope,state,since,source,reason,actor",
        "6591234567,marketing,stopped,2026-10-15T12:00:00+00:00,word,STOP,",
    ]
    visitor(other).post(f"{LIST}import/", {"file": SimpleUploadedFile("a.csv", content.encode())})
    assert current_stops(other.pk, [NUMBER])
    erasure.erase(acme.pk, [Holding(NUMBER)], timezone.now())
    assert visitor(acme).get(f"{LIST}list.csv").getvalue().decode().splitlines()[1:] == []
    stop(acme)
    assert "+" not in visitor(acme, "finance").get(f"{LIST}list.csv").getvalue().decode().splitlines()[1][:1]


def test_an_accounts_own_words(acme):
    client = visitor(acme)
    assert "UNSUBSCRIBE" in text(client.get(f"{LIST}words/"))
    assert "cannot stop and start" in text(client.post(f"{LIST}words/", {"stop": "Genug", "start": "genug!"}))
    client.post(f"{LIST}words/", {"stop": "Genug\n\nBasta", "start": "weiter"})
    clear_cache()
    assert [words_of(acme.pk).action(word) for word in ("GENUG", "basta", "weiter", "stop")] == [
        "stop",
        "stop",
        "start",
        None,
    ]


@pytest.mark.parametrize(
    ("role", "subaccounts", "statuses"),
    [("viewer", (), [200, 403, 403]), ("support", (), [200, 200, 403]), ("support", ("acme_wa",), [403, 403, 403])],
)
def test_who_may(acme, role, subaccounts, statuses):
    client = visitor(acme, role, *subaccounts)
    assert [client.get(f"{LIST}{path}").status_code for path in ("", "add/", "list.csv")] == statuses


def test_an_entry_of_another_account_is_not_there(acme, other):
    entry = stop(acme)
    client = visitor(other)
    assert [client.get(f"{LIST}{entry.pk}/{path}").status_code for path in ("", "lift/")] == [404, 404]
