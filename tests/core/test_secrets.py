"""Secrets: only their owner can unseal them, they survive a change of keys; derived ones stay the same."""

import pytest
from cryptography.fernet import Fernet

from core.secrets import derive, digest, digests_equal, seal, unseal

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_a_digest_is_sha256_of_text_or_bytes():
    expected = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    assert digest("secret").hex() == digest(b"secret").hex() == expected


@pytest.mark.parametrize(("right", "equal"), [(b"secret", True), (b"secret2", False), (b"", False), (b"\xff", False)])
def test_same(right, equal):
    assert digests_equal(b"secret", right) is equal


def test_derived_bytes_follow_from_key_and_label(settings):
    first = derive("demo", 24)
    assert (len(first), derive("demo", 24), derive("demo2", 24) == first) == (24, first, False)
    settings.SECRET_KEY = "another"
    assert derive("demo", 24) != first


@pytest.mark.parametrize("secret", ["s3cret", "zwei\nZeilen", "ключ", "x" * 10_000])
def test_what_is_sealed_opens_again(secret):
    sealed = seal(secret, owner="account:7")
    assert secret not in sealed
    assert unseal(sealed, owner="account:7") == secret


def test_nothing_stays_nothing():
    assert seal("", owner="account:7") == unseal("", owner="account:7") == ""


def test_the_same_secret_is_never_sealed_alike():
    assert seal("s3cret", owner="account:7") != seal("s3cret", owner="account:7")


@pytest.mark.parametrize("owner", ["account:8", "account:77", ""])
def test_another_owner_cannot_open_it(owner):
    with pytest.raises(ValueError, match="encrypted for another owner"):
        unseal(seal("s3cret", owner="account:7"), owner=owner)


def test_a_new_key_before_the_old_one_opens_what_the_old_one_sealed(settings):
    settings.SEALING_KEYS = [OLD]
    sealed = seal("s3cret", owner="account:7")
    settings.SEALING_KEYS = [NEW, OLD]
    assert unseal(sealed, owner="account:7") == "s3cret"
    fresh = seal("s3cret", owner="account:7")
    settings.SEALING_KEYS = [NEW]
    assert unseal(fresh, owner="account:7") == "s3cret"


@pytest.mark.parametrize("spoil", [lambda text: text, lambda text: text[:-2], lambda text: "x", lambda text: "ü"])
def test_without_its_key_or_spoiled_it_stays_shut(settings, spoil):
    settings.SEALING_KEYS = [OLD]
    sealed = spoil(seal("s3cret", owner="account:7"))
    settings.SEALING_KEYS = [NEW]
    with pytest.raises(ValueError, match="add that key to SEALING_KEYS"):
        unseal(sealed, owner="account:7")


def test_without_sealing_keys_the_key_follows_from_the_secret_key(settings):
    settings.SEALING_KEYS = []
    sealed = seal("s3cret", owner="account:7")
    settings.SECRET_KEY = "another"
    with pytest.raises(ValueError, match="encrypted with another key"):
        unseal(sealed, owner="account:7")
