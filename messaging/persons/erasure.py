"""Erases what is stored about a person. Facts about others who had the same number stay."""

from collections.abc import Iterable

from django.db.models import Q

from messaging.persons.enums import ID_KINDS, IdentityKind
from messaging.persons.models import IdentityChange, IdentityLink, PersonName
from messaging.persons.resolution import Holding
from messaging.persons.selectors.identities import while_theirs, with_values


def erase(account_id: int, person: Iterable[Holding]) -> int:
    """Delete the facts about a person in the caller's transaction. Returns their number."""
    holdings = list(person)
    numbers = [each for each in holdings if each.identity.kind == IdentityKind.NUMBER]
    ids = [each.identity for each in holdings if each.identity.kind in ID_KINDS]  # theirs for ever
    conditions = (
        (IdentityLink, with_values(ids) | with_values(ids, "other_kind", "other_value")),
        (IdentityChange, with_values(ids) | with_values(ids, value="new_value") | _of_numbers(numbers, "at")),
        (PersonName, with_values(ids) | _of_numbers(numbers, "last_at")),
    )
    return sum(model.objects.filter(condition, account=account_id).delete()[0] for model, condition in conditions)


def _of_numbers(numbers: Iterable[Holding], at: str) -> Q:
    """The rows of the numbers while they were the person's."""
    condition = Q(pk__in=[])
    for each in numbers:
        condition |= with_values([each.identity]) & while_theirs(each, at)
    return condition
