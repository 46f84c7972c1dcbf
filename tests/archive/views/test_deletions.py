"""The pages of deletions: confirmation, progress and list."""

import json
import re

import pytest

from archive.models import Deletion, Export, Keeping
from messaging.log.models import Message
from tests.people import visitor
from tests.traffic import INDIA, deliver, report
from tests.visible import text

pytestmark = pytest.mark.django_db
NEW, PERSON = "/settings/deletions/new/", "/settings/deletions/person/"


def log_of(account):
    return sorted(Message.objects.filter(account=account).values_list("provider_message_id", flat=True))


def test_one_message_by_the_button_on_its_page(acme):
    message = deliver(acme)
    client = visitor(acme)
    assert f"/logs/{message.umid}/delete/" in text(client.get(f"/logs/{message.umid}/"))
    page = client.get(f"/logs/{message.umid}/delete/")
    assert "Delete this message?" in text(page)
    assert log_of(acme) == ["wamid.A"]
    answer = client.post(f"/logs/{message.umid}/delete/", {"reason": "a mistake"}, follow=True)
    assert "1 message has been deleted." in text(answer)
    assert (log_of(acme), Deletion.objects.get().reason) == ([], "a mistake")
    assert client.get(f"/logs/{message.umid}/delete/").status_code == 404


@pytest.mark.parametrize("role", ["finance", "support", "developer", "viewer"])
def test_who_may_not(acme, role):
    message = deliver(acme)
    client = visitor(acme, role)
    assert client.post(f"/logs/{message.umid}/delete/").status_code == 403
    assert client.post(NEW, {"umid": message.umid, "confirmed": "1"}).status_code == 403
    assert "delete/" not in text(client.get(f"/logs/{message.umid}/"))
    assert log_of(acme) == ["wamid.A"]


def test_another_accounts_message_does_not_exist(acme, other):
    message = deliver(other)
    assert visitor(acme).post(f"/logs/{message.umid}/delete/").status_code == 404
    assert log_of(other) == ["wamid.A"]


def test_selected_rows_are_confirmed_by_a_button(acme):
    rows = [deliver(acme, provider_message_id=f"wamid.{n}") for n in range(3)]
    client = visitor(acme)
    data = {"umid": [str(row.umid) for row in rows[:2]]}
    assert "2 selected messages." in text(client.post(NEW, data))
    assert len(log_of(acme)) == 3
    assert "2 messages have been deleted." in text(client.post(NEW, {**data, "confirmed": "1"}, follow=True))
    assert log_of(acme) == ["wamid.2"]


def test_all_that_match_are_counted_shown_and_typed(acme):
    for n in range(3):
        deliver(acme, provider_message_id=f"wamid.{n}")
    report(acme, "sent", provider_message_id="wamid.sent")
    client, query = visitor(acme), "?status=delivered&range=any"
    answer = client.post(NEW, {"all": "1", "upto": "1-1", "query": query})
    assert answer.url == NEW + query
    page = text(client.get(answer.url))
    assert "Type 3 to confirm" in page
    assert page.count('<td class="fixed">') == 3
    assert "/exports/new/?status=delivered" in page
    wrong = client.post(NEW, {"query": query, "confirmed": "1", "expected": "3", "typed": "4"})
    assert "the number of messages as shown" in text(wrong)
    client.post(NEW, {"query": query, "confirmed": "1", "expected": "3", "typed": "3"})
    assert log_of(acme) == ["wamid.sent"]


@pytest.mark.parametrize("path", [NEW, "/exports/new/"])
def test_an_invalid_selection_selects_nothing(acme, path):
    """Not all that match, as a form without a selection does."""
    deliver(acme)
    for umid in ("zz", ""):
        page = visitor(acme).post(path, {"umid": umid, "format": "csv", "confirmed": "1"}, follow=True)
        assert "A selected message has no valid UMID." in text(page)
    assert (Deletion.objects.count(), Export.objects.count()) == (0, 0)


def test_all_that_match_are_exported_whichever_rows_are_ticked(acme):
    rows = [deliver(acme, provider_message_id=f"wamid.{n}") for n in range(3)]
    query = "?range=any"
    page = visitor(acme).post("/exports/new/", {"umid": str(rows[0].umid), "all": "1", "query": query})
    assert "selected message" not in text(page)


def test_deletions_of_other_subaccounts_do_not_exist(acme):
    deliver(acme)
    owner = visitor(acme)
    owner.post(NEW, {"query": "?range=any&status=delivered", "confirmed": "1", "expected": "1", "typed": "1"})
    deletion = Deletion.objects.get()
    limited = visitor(acme, "admin", "acme_care")
    page = f"/settings/deletions/{deletion.public_id}/"
    assert [limited.get(page).status_code, limited.post(f"{page}stop/").status_code] == [404, 404]
    assert str(deletion.public_id) not in text(limited.get("/settings/deletions/"))
    assert owner.get(page).status_code == 200


def test_filters_that_make_no_sense(acme):
    client = visitor(acme)
    assert "Check the filters" in text(client.get(NEW + "?status=nonsense"))
    assert "No message matches" in text(client.get(NEW + "?status=read"))
    assert client.post(NEW, {"query": "?status=nonsense", "confirmed": "1", "expected": "0"}).status_code == 200


def test_a_person_is_erased_and_certified(acme):
    deliver(acme)
    client = visitor(acme)
    assert "it cannot be undone" in text(client.post(PERSON, {"msisdn": INDIA, "reason": "Art. 17"}))
    assert "Enter the full number" in text(client.post(PERSON, {"msisdn": "12", "reason": "x", "confirmed": "on"}))
    answer = client.post(PERSON, {"msisdn": f"+{INDIA}", "reason": "Art. 17", "confirmed": "on"}, follow=True)
    deletion = Deletion.objects.get()
    assert "so far" in text(answer)
    assert client.get(f"/settings/deletions/{deletion.public_id}/certificate.json").status_code == 404
    from archive.deletion import work

    for _ in range(40):
        work.work(deletion.pk)
    page = text(client.get(f"/settings/deletions/{deletion.public_id}/"))
    sha256 = re.search(r"sha256 <code>(\w{64})", page)[1]
    file = client.get(f"/settings/deletions/{deletion.public_id}/certificate.json").content
    import hashlib

    assert hashlib.sha256(file).hexdigest() == sha256
    assert json.loads(file)["removed"]["messages"] == 1
    assert INDIA not in page + text(client.get("/settings/deletions/"))


def test_a_running_one_is_seen_and_stopped(acme):
    deliver(acme)
    client = visitor(acme)
    client.post(PERSON, {"msisdn": INDIA, "reason": "x", "confirmed": "on"})
    deletion = Deletion.objects.get()
    part = client.get(f"/settings/deletions/{deletion.public_id}/", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in text(part)
    assert 'hx-trigger="every 2s"' in text(client.get("/settings/deletions/"))
    client.post(f"/settings/deletions/{deletion.public_id}/stop/")
    deletion.refresh_from_db()
    assert deletion.stop_asked


def test_another_accounts_deletions_do_not_exist(acme, other):
    visitor(acme).post(PERSON, {"msisdn": INDIA, "reason": "x", "confirmed": "on"})
    deletion = Deletion.objects.get()
    client = visitor(other)
    assert client.get(f"/settings/deletions/{deletion.public_id}/").status_code == 404
    assert client.post(f"/settings/deletions/{deletion.public_id}/stop/").status_code == 404
    assert "No deletions yet" in text(client.get("/settings/deletions/"))


def test_a_legal_hold_is_shown_and_refuses(acme):
    message = deliver(acme)
    Keeping.objects.create(account=acme, held_at=message.created_at, held_by="o@acme.example", hold_reason="Case 12")
    client = visitor(acme)
    assert "Case 12" in text(client.get(f"/logs/{message.umid}/delete/"))
    assert "legal hold" in text(client.post(f"/logs/{message.umid}/delete/"))
    assert "Case 12" in text(client.get(PERSON))
    page = text(client.post(PERSON, {"msisdn": f"+{INDIA}", "reason": "Art. 17", "confirmed": "on"}))
    assert "This account has a legal hold: nothing is deleted until an owner lifts it" in page
    assert not Deletion.objects.exists()
    assert log_of(acme) == ["wamid.A"]
