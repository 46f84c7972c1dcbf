"""Changes to a person's own login."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.models import User
from accounts.principal import Principal
from accounts.services.audit import record_for_person


def change_profile(user: User, *, name: str, time_zone: str) -> None:
    """Set a person's name and time zone; an empty zone means the account's."""
    user.name, user.time_zone = name, time_zone
    user.save(update_fields=["name", "time_zone"])


def end_other_sessions(user: User, session_key: str) -> int:
    """End all other sessions of a person. Return how many."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=session_key))
    for session in others:
        session.end()
    return len(others)


@transaction.atomic
def reset_second_factor(user: User, *, by: Principal) -> bool:
    """Remove a person's second factors and recovery codes; audited. Return whether there were any."""
    kinds = list(Authenticator.objects.filter(user=user).order_by("type").values_list("type", flat=True).distinct())
    if not kinds:
        return False
    Authenticator.objects.filter(user=user).delete()
    record_for_person(user, "person.second_factor_reset", {"kinds": kinds}, by=by)
    return True
