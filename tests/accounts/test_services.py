"""API keys: creation, authentication by their text, refusal of invalid keys; and audit records."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.enums import Permission
from accounts.models import ApiKey, AuditEntry, User
from accounts.services import authenticate_api_key, create_api_key
from core.secrets import digest
from tests.people import principal, principal_of

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def created_key(acme):
    """A key and its text."""
    with time_machine.travel(NOW, tick=False):
        yield create_api_key(by=principal(acme), name="Shop", scopes=[Permission.VIEW_MESSAGES, Permission.VIEW_COSTS])


def test_a_key_is_kept_as_its_digest_only(created_key):
    key, text = created_key
    assert re.fullmatch(r"tg_[\w-]{8}_[\w-]{46}", text)
    assert key.prefix == text[:11]
    assert bytes(key.digest) == digest(text)
    stored = [str(value) for value in ApiKey.objects.filter(pk=key.pk).values_list()[0]]
    assert not [value for value in stored if text[12:] in value]


def test_scopes_are_kept_in_order(created_key):
    assert created_key[0].scopes == ["costs:read", "messages:read"]


def test_two_keys_differ(acme):
    texts = {create_api_key(by=principal(acme), name="Same", scopes=[])[1] for _ in range(3)}
    assert len(texts) == 3


def test_a_fixed_secret_gives_the_same_key(acme):
    assert (
        create_api_key(by=principal(acme), name="Demo", scopes=[], secret="0123456789abcdef")[1]
        == "tg_01234567_89abcdef"
    )


def test_making_a_key_is_audited(acme):
    owner = User.objects.get(email="owner@acme.example")
    key, _ = create_api_key(by=principal_of(owner), name="Shop", scopes=[])
    entry = AuditEntry.objects.get(actor="owner@acme.example")
    assert (entry.account, entry.action, entry.target) == (acme, "api_key.created", f"Shop ({key.prefix}…)")
    assert key.created_by == owner


def test_the_text_finds_the_key(created_key):
    key, text = created_key
    assert authenticate_api_key(text) == key


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
        lambda text: text.upper(),
        lambda text: text[:11],
        lambda text: f"{text}x",
        lambda text: text.replace("tg_", "tk_"),
        lambda text: "",
        lambda text: "tg_\0",
        lambda text: "tg_ключключ_ключ",
        lambda text: "x" * 100_000,
    ],
)
def test_another_text_finds_nothing(created_key, change):
    assert authenticate_api_key(change(created_key[1])) is None


def test_a_revoked_key_is_refused(created_key):
    key, text = created_key
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=NOW)
    assert authenticate_api_key(text) is None


@pytest.mark.parametrize(("left", "valid"), [(timedelta(seconds=1), True), (timedelta(0), False)])
def test_a_key_ends_with_its_time(acme, left, valid):
    key, text = create_api_key(by=principal(acme), name="Short", scopes=[], expires_at=NOW + left)
    with time_machine.travel(NOW, tick=False):
        assert (authenticate_api_key(text) == key) is valid


def test_the_last_use_is_written_once_a_minute(created_key):
    key, text = created_key
    used = []
    for seconds in (0, 59, 61):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            authenticate_api_key(text)
        key.refresh_from_db()
        used.append((key.last_used_at - NOW).total_seconds())
    assert used == [0, 0, 61]


def test_a_refused_key_is_not_used(created_key):
    key, text = created_key
    authenticate_api_key(text + "x")
    key.refresh_from_db()
    assert key.last_used_at is None


def test_a_record_says_who_did_what_where(acme):
    details = {"from": "viewer", "to": "admin"}
    by = principal(acme, "owner@acme.example", address="192.0.2.1")
    entry = by.record("team.changed", "x" * 300, details)
    entry.refresh_from_db()
    assert (entry.account, entry.actor, entry.action) == (acme, "owner@acme.example", "team.changed")
    assert (entry.target, entry.details, entry.ip_address) == ("x" * 255, details, "192.0.2.1")


def test_a_record_of_the_installation_has_no_account(db):
    assert principal(None, "command").record("cards.loaded").account is None
