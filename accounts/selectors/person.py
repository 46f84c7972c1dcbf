"""A person's second factor and sessions."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Whether the person has an authenticator app or a security key; recovery codes alone do not count."""
    exists: bool = Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()
    return exists


@dataclass(frozen=True)
class Login:
    """A browser in which a person is logged in."""

    browser: str
    address: str
    since: datetime
    here: bool


def logins_of(user: User, session_key: str) -> list[Login]:
    """The browsers in which a person is logged in, newest first; `here` marks the one of this session."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    sessions = UserSession.objects.filter(user=user, session_key__in=alive).order_by("-created_at")
    return [
        Login(browser_name(each.user_agent), each.ip, each.created_at, each.session_key == session_key)
        for each in sessions
    ]


# A browser also names the ones it descends from, so the first match counts.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip


def browser_name(user_agent: str) -> str:
    """The browser and system of a user agent: "Firefox on Linux"; another program's name as it is."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return user_agent[:60] or gettext("Unknown browser")


@dataclass(frozen=True)
class SecondFactor:
    """The authenticators of a person besides the password."""

    app: Authenticator | None
    keys: list[Authenticator]
    codes_left: int | None  # None: there are no recovery codes

    @property
    def is_set(self) -> bool:
        """Whether a login requires a second factor."""
        return bool(self.app or self.keys)


def second_factor_of(user: User) -> SecondFactor:
    """The person's authenticator app, security keys and recovery codes, in one query."""
    authenticators = list(Authenticator.objects.filter(user=user).order_by("created_at", "id"))
    codes = next((each for each in authenticators if each.type == Authenticator.Type.RECOVERY_CODES), None)
    return SecondFactor(
        app=next((each for each in authenticators if each.type == Authenticator.Type.TOTP), None),
        keys=[each for each in authenticators if each.type == Authenticator.Type.WEBAUTHN],
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
    )
