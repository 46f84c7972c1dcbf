from uuid import UUID

from messaging.log.lifecycle.usage import message_key


def test_the_key_is_the_same_from_every_side():
    assert message_key(7, "meta", "wamid.A") == UUID("14d1f59c-1329-e392-fe8b-4816cca3e99a")


def test_another_account_has_another_key():
    assert message_key(7, "meta", "wamid.A") != message_key(8, "meta", "wamid.A")
