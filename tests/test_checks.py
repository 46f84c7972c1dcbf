"""Each configuration mistake is named in one line with its remedy; a sound configuration is silent."""

import pytest
from cryptography.fernet import Fernet
from django.core.checks import registry
from django.core.management import CommandError, call_command
from django.db import OperationalError

from portal import checks

CHECKS = (
    checks.check_secret_key,
    checks.check_base_url,
    checks.check_debug,
    checks.check_sealing_keys,
    checks.check_redis_url,
    checks.check_database_url,
)


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize("check", CHECKS)
def test_a_sound_configuration_is_silent(check):
    assert check(None) == []


@pytest.mark.parametrize("key", ["short", "x" * 60, "django-insecure-" + "abcdefghij" * 5])
def test_a_secret_key_that_can_be_guessed(settings, key):
    settings.SECRET_KEY = key
    assert ids(checks.check_secret_key(None)) == ["tollgate.E001"]


def test_http_for_a_public_host(settings):
    settings.BASE_URL, settings.LOOPBACK = "http://tollgate.example.com", False
    assert ids(checks.check_base_url(None)) == ["tollgate.E002"]
    settings.BASE_URL = "https://tollgate.example.com"
    assert checks.check_base_url(None) == []


def test_debug_for_a_public_host(settings):
    settings.DEBUG, settings.LOOPBACK = True, False
    assert ids(checks.check_debug(None)) == ["tollgate.E003"]


def test_a_malformed_sealing_key_is_named_by_its_position_and_not_shown(settings):
    settings.SEALING_KEYS = [Fernet.generate_key().decode(), "not-a-key"]
    (message,) = checks.check_sealing_keys(None)
    assert message.id == "tollgate.E004"
    assert "key 2" in message.msg
    assert "not-a-key" not in message.msg


def test_an_address_that_is_not_of_redis(settings):
    settings.REDIS_URL = "http://127.0.0.1"
    assert ids(checks.check_redis_url(None)) == ["tollgate.E005"]


def test_a_database_that_is_not_postgresql(monkeypatch):
    monkeypatch.setitem(checks.settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert ids(checks.check_database_url(None)) == ["tollgate.E006"]


class Cursor:
    def __init__(self, answer):
        self.answer = answer

    def __call__(self):
        return self

    def __enter__(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self

    def __exit__(self, *error):
        return False

    def execute(self, statement):
        assert statement == "SHOW server_version_num"

    def fetchone(self):
        return (self.answer,)


@pytest.mark.django_db
def test_the_server_of_the_tests_is_new_enough():
    assert checks.check_database_server(None, databases=["default"]) == []


@pytest.mark.parametrize(
    ("answer", "found", "words"),
    [
        ("170005", "tollgate.E008", "version 17"),
        (OperationalError("refused\nmore"), "tollgate.E007", "(refused)"),
        ("180000", None, None),
    ],
)
def test_a_database_server_that_is_old_or_away(monkeypatch, answer, found, words):
    monkeypatch.setattr(checks.connections["default"], "cursor", Cursor(answer))
    messages = checks.check_database_server(None, databases=["default"])
    assert ids(messages) == ([found] if found else [])
    assert all(words in message.msg for message in messages)


def test_the_database_server_is_left_alone_unless_asked_for():
    assert checks.check_database_server(None, databases=None) == []


def test_static_files_that_are_not_collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    assert ids(checks.check_static_files(None)) == ["tollgate.E009"]
    (tmp_path / "staticfiles.json").write_text("{}")
    assert checks.check_static_files(None) == []


def test_a_redis_that_evicts(own_redis, settings):
    own_redis.settings = {"maxmemory-policy": "allkeys-lru"}
    own_redis.start()
    settings.REDIS_URL = own_redis.url
    assert ids(checks.check_redis_policy(None)) == ["tollgate.E010"]


def test_a_redis_that_keeps_everything(settings):
    assert checks.check_redis_policy(None) == []


def test_a_redis_that_cannot_be_asked_is_a_warning(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ids(checks.check_redis_policy(None)) == ["tollgate.W010"]


def test_a_public_portal_that_sends_no_mail_is_a_warning(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert checks.check_mail(None) == []
    settings.LOOPBACK = False
    assert ids(checks.check_mail(None)) == ["tollgate.W011"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert checks.check_mail(None) == []


def test_the_checks_are_registered():
    every = registry.registry.get_checks(include_deployment_checks=True)
    ours = {check for check in every if check.__module__ == checks.__name__}
    deployed = {checks.check_static_files, checks.check_redis_policy, checks.check_mail}
    assert ours == {*CHECKS, checks.check_database_server, *deployed}


def test_an_error_stops_a_command(settings):
    settings.SECRET_KEY = "short"
    with pytest.raises(CommandError, match="SECRET_KEY is too easy to guess"):
        call_command("check", tags=["security"])
