"""System checks: each configuration mistake in one line, with its remedy.

`script/run` and the `migrate` service of docker-compose.yml run them before anything else starts (see
`portal.preflight`); an error stops the start. Deployment checks run in production only.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import DatabaseError, connections
from redis.backoff import NoBackoff
from redis.retry import Retry

Apps = Sequence[AppConfig] | None
MIN_POSTGRES_VERSION = 18
MIN_KEY_LENGTH = 50
KEY_COMMAND = 'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'


def error(number: int, text: str) -> list[CheckMessage]:
    return [Error(text, id=f"tollgate.E{number:03}")]


@register(Tags.security)
def check_secret_key(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) >= MIN_KEY_LENGTH and len(set(key)) >= 5 and not key.startswith(("django-insecure-", "change-me")):
        return []
    return error(1, f"SECRET_KEY is too easy to guess: create {MIN_KEY_LENGTH} random characters with {KEY_COMMAND}.")


@register(Tags.security)
def check_base_url(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.LOOPBACK or urlsplit(settings.BASE_URL).scheme == "https":
        return []
    remedy = "put a proxy with a certificate in front and use https://."
    return error(2, f"BASE_URL is {settings.BASE_URL}, which sends passwords in the clear: {remedy}")


@register(Tags.security)
def check_debug(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DEBUG or settings.LOOPBACK:
        return []
    return error(3, f"DEBUG is on although {settings.BASE_URL} is public: error pages show secrets, so unset DEBUG.")


@register(Tags.security)
def check_sealing_keys(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    for position, key in enumerate(settings.SEALING_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            command = 'python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'
            return error(
                4, f"SEALING_KEYS: key {position} is not 32 bytes in URL-safe Base64: create one with {command}."
            )
    return []


@register(Tags.caches)
def check_redis_url(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    try:
        redis.ConnectionPool.from_url(settings.REDIS_URL)
    except ValueError:
        return error(5, "REDIS_URL is not a Redis address: write it as redis://:password@host:6379/0.")
    return []


@register(Tags.models)
def check_database_url(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.DATABASES["default"].get("ENGINE") == "django.db.backends.postgresql":
        return []
    return error(6, "DATABASE_URL is not a PostgreSQL address: write it as postgresql://user:password@host/name.")


@register(Tags.database)
def check_database_server(app_configs: Apps, databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check that the server responds and is new enough. Runs only with a database, as in `check --database default`."""
    if "default" not in (databases or []) or check_database_url(None):
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            (server_version,) = cursor.fetchone() or ("0",)
    except DatabaseError as failure:
        reason = (str(failure).strip().splitlines() or ["no reason given"])[0]
        return error(7, f"PostgreSQL does not respond ({reason}): start it, or correct DATABASE_URL.")
    if int(server_version) // 10000 < MIN_POSTGRES_VERSION:
        return error(
            8, f"PostgreSQL is version {int(server_version) // 10000}: upgrade it to {MIN_POSTGRES_VERSION} or newer."
        )
    return []


@register(deploy=True)
def check_mail(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Warn if no mail is sent: Tollgate runs, but invitations and links for new passwords do not arrive."""
    if settings.LOOPBACK or not settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return []
    text = "EMAIL_URL is not set: invitations and links for new passwords are printed to the log, not sent."
    return [CheckWarning(text, id="tollgate.W011")]


@register(Tags.staticfiles, deploy=True)
def check_static_files(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        return []
    return error(9, "The static files are not collected: run npm ci and then manage.py collectstatic --noinput.")


@register(Tags.caches, deploy=True)
def check_redis_policy(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that Redis never evicts tasks. A server that does not respond is only a warning."""
    try:
        retry = Retry(NoBackoff(), 0)
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=retry, decode_responses=True
        ) as client:
            policy = client.config_get("maxmemory-policy")["maxmemory-policy"]
    except ValueError:
        return []  # check_redis_url reports it
    except (redis.RedisError, KeyError) as failure:
        text = f"The maxmemory-policy of Redis is unknown ({failure}): make sure that it is noeviction."
        return [CheckWarning(text, id="tollgate.W010")]
    if policy == "noeviction":
        return []
    return error(10, f"Redis discards tasks when its memory is full ({policy}): set maxmemory-policy noeviction.")
