"""A restored copy of the database brings people back: certificates, which hold no number, find them again."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from archive.deletion import work
from archive.deletion.certificates import canonical
from archive.deletion.jobs import erase_person
from archive.models import Deletion
from messaging.log.models import DeletedMessage, Message
from tests.messaging.inbound.services.test_erasure import OTHER_PERSON
from tests.people import principal
from tests.traffic import INDIA, deliver

pytestmark = pytest.mark.django_db


def work_off(deletion):
    for _ in range(50):
        work.work(deletion.pk)
    deletion.refresh_from_db()
    return deletion


def repeat(*files):
    out = StringIO()
    call_command("repeat_erasures", *map(str, files), stdout=out)
    return out.getvalue()


def test_who_is_there_again_is_erased_again(acme, other, tmp_path):
    deliver(acme)
    erased = work_off(erase_person(principal(acme, "ada"), INDIA, reason="Art. 17"))
    file = tmp_path / "certificate.json"
    file.write_bytes(canonical(erased.certificate))
    assert "no person with that hash exists" in repeat(file)
    DeletedMessage.objects.all().delete()  # as in a copy of before
    for account, msisdn, wamid in ((acme, INDIA, "A"), (acme, OTHER_PERSON, "B"), (other, INDIA, "A")):
        deliver(account, msisdn=msisdn, provider_message_id=f"wamid.{wamid}")
    assert "erased again as" in repeat(file)
    again = work_off(Deletion.objects.exclude(pk=erased.pk).get())
    assert (again.state, again.messages, again.subject) == ("done", 1, erased.subject)
    assert (
        str(erased.public_id) in AuditEntry.objects.filter(action="deletion.confirmed").latest("id").details["reason"]
    )
    assert set(Message.objects.values_list("account_id", "msisdn")) == {(acme.pk, OTHER_PERSON), (other.pk, INDIA)}


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", '{"certificate": "1"}', '{"subject": "x", "account": "1", "certificate": "1"}']
)
def test_what_is_no_certificate_is_named(db, tmp_path, text):
    file = tmp_path / "it.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=r"it\.json"):
        repeat(file)
