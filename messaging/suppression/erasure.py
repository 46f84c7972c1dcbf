"""Erases a person from the suppression list, without sending marketing to the person again.

What stays is what it takes to respect the stop: a hash of each number and id, and the latest times. The history goes.
"""

from collections.abc import Iterable, Iterator

from django.db.models import Q

from messaging.persons.resolution import Identity
from messaging.suppression.enums import ERASED, Action, Source
from messaging.suppression.models import Suppression, SuppressionEvent
from messaging.suppression.recording import Fact, record
from messaging.suppression.selectors.stops import hash_of

_COLUMNS = {  # the source stands for those of the person, or of the account
    "person_stopped_at": (Action.STOP, Source.PREFERENCE),
    "person_started_at": (Action.START, Source.PREFERENCE),
    "account_stopped_at": (Action.STOP, Source.PAGE),
    "account_started_at": (Action.START, Source.PAGE),
}


def erase(account_id: int, person: Iterable[Identity]) -> int:
    """Replace the entries of these identities by hashes, in the caller's transaction. Returns their number."""
    condition = Q(pk__in=[])
    for identity in person:
        condition |= Q(kind=identity.kind, value=identity.value)
    entries = Suppression.objects.filter(condition, account=account_id)
    record([fact for entry in entries for fact in _kept(entry)])
    SuppressionEvent.objects.filter(condition, account=account_id).delete()
    return int(Suppression.objects.filter(condition, account=account_id).delete()[0])


def _kept(entry: Suppression) -> Iterator[Fact]:
    """The times of an entry, under the hash of its identity."""
    key = ERASED, hash_of(entry.account_id, (entry.kind, entry.value))
    for column, (action, source) in _COLUMNS.items():
        if (at := getattr(entry, column)) is not None:
            yield Fact(entry.account_id, key, at, action, source)
