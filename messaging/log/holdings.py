"""The messages of a person, found by everything that is theirs."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from core.spellings import spellings
from messaging.persons.enums import ID_KINDS, IdentityKind
from messaging.persons.resolution import Holding
from messaging.persons.selectors.identities import while_theirs

NO_MESSAGES = Q(pk__in=[])  # Django evaluates it without a query


def messages_of(person: Iterable[Holding], at: str = "created_at") -> Q:
    """The messages with a person: with a number in any spelling while it was theirs, or with a user id.

    `at` is the column of their time.
    """
    ids = sorted(holding.identity.value for holding in person if holding.identity.kind in ID_KINDS)
    numbers = [_of_number(each, at) for each in sorted(person, key=str) if each.identity.kind == IdentityKind.NUMBER]
    return reduce(or_, [*numbers, *([Q(user_id__in=ids)] if ids else [])], NO_MESSAGES)


def _of_number(holding: Holding, at: str) -> Q:
    forms = spellings(holding.identity.value)
    return (Q(msisdn=forms[0]) if len(forms) == 1 else Q(msisdn__in=forms)) & while_theirs(holding, at)
