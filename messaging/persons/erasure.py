"""Erases what is stored about a person. Facts about others who had the same number stay."""

from collections.abc import Iterable

from django.db.models import Q

from messaging.persons.enums import IdentityKind
from messaging.persons.models import IdentityChange, IdentityLink, PersonName
from messaging.persons.resolution import Holding


def erase(account_id: int, person: Iterable[Holding]) -> int:
    """Delete the facts about a person in the caller's transaction. Returns their number."""
    holdings = list(person)
    numbers = [each for each in holdings if each.identity.kind == IdentityKind.NUMBER]
    of_ids, of_others = _ids(holdings, "kind", "value"), _ids(holdings, "other_kind", "other_value")
    conditions = (
        (IdentityLink, of_ids | of_others),
        (IdentityChange, of_ids | _ids(holdings, "kind", "new_value") | _within(numbers, "at")),
        (PersonName, of_ids | _within(numbers, "last_at")),
    )
    return sum(model.objects.filter(condition, account=account_id).delete()[0] for model, condition in conditions)


def _ids(holdings: Iterable[Holding], kind: str, value: str) -> Q:
    """The rows of the user ids and parent ids, which are the person's for ever."""
    condition = Q(pk__in=[])
    for each in (holding.identity for holding in holdings):
        if each.kind in {IdentityKind.USER_ID, IdentityKind.PARENT_USER_ID}:
            condition |= Q(**{kind: each.kind, value: each.value})
    return condition


def _within(numbers: Iterable[Holding], at: str) -> Q:
    """The rows of the numbers while they were the person's."""
    condition = Q(pk__in=[])
    for number, start, end in numbers:
        since = Q(**{f"{at}__gte": start}) if start else Q()
        until = Q(**{f"{at}__lt": end}) if end else Q()
        condition |= Q(since, until, kind=number.kind, value=number.value)
    return condition
