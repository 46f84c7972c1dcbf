from uuid import UUID

import pytest

from messaging.log.models import Message
from messaging.log.models.message_key import message_key
from tests.traffic import AT


def test_the_key_is_the_same_from_every_side():
    assert message_key(7, "meta", "wamid.A") == UUID("14d1f59c-1329-e392-fe8b-4816cca3e99a")


def test_another_account_has_another_key():
    assert message_key(7, "meta", "wamid.A") != message_key(8, "meta", "wamid.A")


@pytest.mark.django_db
@pytest.mark.parametrize("provider_message_id", ["wamid.A", "", "a:b::", "  ", "ümläut 🙂 %s {0} \\' \t", "9" * 512])
def test_the_database_makes_the_same_key(acme, provider_message_id):
    message = Message.objects.create(
        account=acme, created_at=AT, provider="8x8", provider_message_id=provider_message_id, direction="outbound"
    )
    message.refresh_from_db()
    assert message.message_key == message_key(acme.pk, "8x8", provider_message_id)
