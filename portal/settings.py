"""Settings, all from the environment. Instead of a variable, NAME_FILE can name a file that contains its value.

DATABASE_URL, REDIS_URL  the servers; `script/run` starts its own and writes their addresses to TOLLGATE_DATA/env
SECRET_KEY               at least 50 random characters; signs sessions and, unless SEALING_KEYS is set, seals secrets
SEALING_KEYS             comma-separated Fernet keys for provider secrets in the database, newest first
TOLLGATE_DATA            folder of the embedded servers (default .data/)
EMAIL_URL                the mail server, as smtp+tls://user:password@host:587; without one, mails are printed
MAIL_FROM                sender of the portal's mails (tollgate@ and the host of BASE_URL)
BASE_URL                 URL of this installation for browsers and providers; its host is the allowed host
TRUSTED_PROXY_COUNT      number of your own proxies in front: as many entries of X-Forwarded-For are trusted (0);
                         they must drop header names with an underscore (docs/webhooks.md)
INBOX_LEASE_SECONDS      time after which another worker takes over claimed webhooks (90, at least 5)
FREE_ENTRY_HOURS         length of Meta's free entry point, for messages without a pricing type (72; 24 to 168)
SANDBOX_URL              URL that demo accounts send through (the sandbox that script/run starts)
CALLBACK_LOOPBACK        whether receipts can be posted to this machine, for demos (only if BASE_URL is local)
EXPORTS_DIR              folder of exported files, shared by web and worker (TOLLGATE_DATA/exports)
EXPORT_DAYS              days after which exported files are deleted (7)
METRICS_TOKEN            token for /metrics; without one, only this machine can read it
ALLOWED_HOSTS, DEBUG     as in Django
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import to_language

from core.logs import drop_expected_tracebacks, mask_tokens

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
DATA_DIR = Path(env.str("TOLLGATE_DATA", default=str(BASE_DIR / ".data"))).resolve()
environ.Env.read_env(DATA_DIR / "env")  # does nothing when absent, and never overrides the environment


def required(name: str, remedy: str) -> str:
    """The value of a required environment variable. Raises ImproperlyConfigured with the remedy."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {remedy}")
    return str(value)


def whole_number(name: str, default: int, least: int, most: int) -> int:
    """The number in an environment variable. Raises ImproperlyConfigured with the remedy."""
    value = env.str(name, default=str(default)).strip()
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ImproperlyConfigured(f"{name} is {value!r}: enter a whole number from {least} to {most}.")
    return int(value)


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY", "run script/run once, or set it to 50 or more random characters.")
SEALING_KEYS = env.list("SEALING_KEYS", default=[])
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")
_base = urlsplit(BASE_URL)
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise ImproperlyConfigured(f"BASE_URL is {BASE_URL!r}: write it as https://tollgate.example.com.")
LOOPBACK = _base.hostname in {"127.0.0.1", "localhost", "::1"}
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if LOOPBACK else [_base.hostname])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_COOKIES = _base.scheme == "https"
EXPORTS_DIR = Path(env.str("EXPORTS_DIR", default=str(DATA_DIR / "exports"))).resolve()
EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

SANDBOX_URL = env.str("SANDBOX_URL", default=f"http://127.0.0.1:{env.int('SANDBOX_PORT', default=8010)}").rstrip("/")
CALLBACK_LOOPBACK = env.bool("CALLBACK_LOOPBACK", default=LOOPBACK)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "core",
    "accounts",
    "events",
    "billing",
    "messaging.persons",
    "messaging.suppression",
    "messaging.log",
    "messaging.records",
    "messaging.calls",
    "messaging.legs",
    "messaging.inbound",
    "messaging.sending",
    "archive",
    "portal",
]
MIDDLEWARE = [
    "portal.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.TenantMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "portal.middleware.UserErrorMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "portal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n"],  # every page has translated texts
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.frame",
            ],
        },
    },
]

# --- Servers -------------------------------------------------------------------------------------------------------
required("DATABASE_URL", "start script/run, which brings its own PostgreSQL, or set postgresql://user:pass@host/name.")
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"].update(
    CONN_MAX_AGE=60,
    CONN_HEALTH_CHECKS=True,
    # A longer query is an error: requests must fail instead of piling up behind a lock.
    OPTIONS={**DATABASES["default"].get("OPTIONS", {}), "connect_timeout": 3},
)
FREE_ENTRY_HOURS = whole_number("FREE_ENTRY_HOURS", 72, 24, 168)
INBOX_LEASE_SECONDS = max(5, env.int("INBOX_LEASE_SECONDS", default=90))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = required("REDIS_URL", "start script/run, which brings its own Redis, or set redis://host:6379/0.")
REDIS_TIMEOUTS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": REDIS_TIMEOUTS,
    },
}

# --- Celery: values from measurements with crashed workers and an unavailable Redis -----------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **REDIS_TIMEOUTS,  # without them a frozen Redis blocks the publisher for ever
    "socket_keepalive": True,
    "health_check_interval": 25,
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 180  # under a third of visibility_timeout, or Redis would hand the task out twice
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]

# --- Login -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
TENANT_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["accounts.hashers.TollgateArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited by an owner; nobody signs up alone
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Tollgate"
MFA_FORMS = {"add_webauthn": "accounts.key_forms.AddKeyForm", "edit_webauthn": "accounts.key_forms.EditKeyForm"}
MFA_TOTP_TOLERANCE = 1  # clocks differ: the previous and the next code are also valid
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from invitations and operators
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="") or f"Tollgate <tollgate@{_base.hostname}>"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES

# --- Responses -------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
# English, and each language that has a catalogue (docs/translating.md); a browser's Accept-Language chooses.
_catalogues = sorted(LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.mo"))
LANGUAGES = [(LANGUAGE_CODE, "English"), *((code, code) for code in (to_language(c.parts[-3]) for c in _catalogues))]
FORMAT_MODULE_PATH = "portal.formats"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.finders.PackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.storage.StaticFilesStorage"},
    "exports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": EXPORTS_DIR, "base_url": None, "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}  # fmt: skip
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # Meta posts up to 3 MB; Django's own limit would refuse it
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]  # probes and scrapers inside the network use plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/",),  # portal.middleware has its policy
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.HasPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttling.ApiKeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.json_parser.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "core.openapi.ApiSchema",
    "EXCEPTION_HANDLER": "core.problem_details.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
API_WORDS = """
Messages, templates, numbers, charges and reports of one account.

Every request carries an API key, `Authorization: Bearer tg_…`. Each operation names the scope that the key must have.
Objects of another account, or of a subaccount that the key has no access to, are treated as not found.
Lists are newest first: follow the `next` and `previous` links unchanged. Amounts are exact decimal strings; times are
ISO 8601.
"""
SPECTACULAR_SETTINGS = {
    "TITLE": "Tollgate API",
    "DESCRIPTION": API_WORDS,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "WebhookState": "messaging.inbound.enums.InboxState",
        "WebhookKind": "messaging.sending.api.outgoing.KIND_CHOICES",
        "SuppressionSource": "messaging.suppression.enums.Source",
        "SuppressionAction": "messaging.suppression.enums.Action",
        "WebhookReason": "messaging.inbound.enums.ReasonKind",
        "ExemptionKind": "billing.enums.ExemptionKind",
        "ChargeState": "messaging.log.api.serializers.CHARGE_STATES",
    },
}
UNFOLD = {
    "SITE_TITLE": "Tollgate operator",
    "SITE_HEADER": "Tollgate operator",
    "SITE_URL": "/",
    "SITE_DROPDOWN": [
        {"icon": "monitoring", "title": "Operations", "link": "/operations/"},
        {"icon": "home", "title": "Portal", "link": "/"},
    ],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("icon.svg")}],
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {  # the portal's blue
        "primary": {
            "50": "#eef3fc", "100": "#dbe6f9", "200": "#bccff3", "300": "#93b2eb", "400": "#648de0", "500": "#3f6dd4",
            "600": "#2458c5", "700": "#1f4aa5", "800": "#1d3f86", "900": "#1b376e", "950": "#132347",
        },
    },
}  # fmt: skip

# --- Logs: one JSON object per line ---------------------------------------------------------------------------------
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    mask_tokens,
    drop_expected_tracebacks,
]
structlog.configure(
    processors=[*_shared, structlog.processors.format_exc_info, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [*_shared, structlog.processors.format_exc_info],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"tollgate": {"level": env.str("LOG_LEVEL", default="INFO")}},
}
