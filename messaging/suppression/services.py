"""Changes of the suppression list by the account's own people and programs, audited without whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.principal import Principal
from core.errors import UserError
from core.numbers import mask_number
from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Identity
from messaging.suppression.enums import ERASED, Action, Source
from messaging.suppression.files import RowProblem, read_rows
from messaging.suppression.models import Suppression, SuppressionWords
from messaging.suppression.recording import Fact, record
from messaging.suppression.selectors.entries import entries_of
from messaging.suppression.selectors.words import clear_cache
from messaging.suppression.words import LONGEST, Words

_MAX_WORDS = 200
_LARGEST_SLICE = 5_000
_INSTANT = timedelta(microseconds=1)  # a start at the moment of a stop lifts nothing


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import: persons added, persons who were on the list already, and rows that cannot be used."""

    added: int
    already: int
    problems: list[RowProblem]


@transaction.atomic
def add(identity: Identity, *, by: Principal, source: Source, reason: str = "") -> tuple[Suppression, bool]:
    """Stop marketing to a person. Returns the entry and whether it is new: repeating it changes nothing."""
    is_new = bool(_add([(identity, reason)], by=by, source=source))
    if is_new:
        by.record("suppression.added", mask_number(identity.value), {"source": str(source)})
    return Suppression.objects.get(account=by.account, kind=identity.kind, value=identity.value), is_new


@transaction.atomic
def lift(entry: Suppression, *, by: Principal, source: Source, reason: str = "") -> int:
    """Lift all stops of the person of an entry. Returns how many entries changed: repeating it changes nothing."""
    person = None if entry.kind == ERASED else Identity(IdentityKind(entry.kind), entry.value)
    own = entries_of(by.account, person) if person else [entry]
    open_stops = [each for each in own if each.stopped_at is not None]
    at = max([datetime.now(UTC), *(each.stopped_at + _INSTANT for each in open_stops if each.stopped_at)])
    record(
        Fact(by.account.pk, (each.kind, each.value), at, Action.START, source, reason, by.name) for each in open_stops
    )
    if open_stops:
        target = _("erased person") if entry.kind == ERASED else mask_number(entry.value)
        by.record("suppression.lifted", target, {"source": str(source)})
    return len(open_stops)


@transaction.atomic
def import_csv(text: str, *, by: Principal) -> ImportResult:
    """Add the persons of a CSV. Rows that cannot be used are named and left out. Raises UserError for no such file."""
    rows, problems = read_rows(text)
    persons = {row.identity: row.reason for row in rows}
    pairs = list(persons.items())
    added = sum(
        _add(pairs[start : start + _LARGEST_SLICE], by=by, source=Source.CSV)
        for start in range(0, len(pairs), _LARGEST_SLICE)
    )
    by.record("suppression.imported", f"{added}", {"added": added, "refused": len(problems)})
    return ImportResult(added, len(rows) - added, problems)


def _add(persons: Sequence[tuple[Identity, str]], *, by: Principal, source: Source) -> int:
    """Stop persons whom the account has not stopped yet. Returns how many."""
    known = {
        (row.kind, row.value)
        for row in Suppression.objects.filter(account=by.account, value__in=[identity.value for identity, _ in persons])
        if row.account_stopped_at and (not row.account_started_at or row.account_stopped_at >= row.account_started_at)
    }
    now = datetime.now(UTC)
    facts = [
        Fact(by.account.pk, identity, now, Action.STOP, source, reason, by.name)
        for identity, reason in persons
        if identity not in known
    ]
    record(facts)
    return len(facts)


@transaction.atomic
def set_words(*, by: Principal, stop: Sequence[str], start: Sequence[str]) -> None:
    """Set the account's own words; audited. Raises UserError naming the list that is wrong."""
    for field, words in (("stop", stop), ("start", start)):
        if len(words) > _MAX_WORDS or any(len(word) > LONGEST for word in words):
            problem = _("At most %(n)d words of at most %(long)d characters.") % {"n": _MAX_WORDS, "long": LONGEST}
            raise UserError(problem, field=field)
    if Words.of([], stop).start & Words.of([], start).start:
        raise UserError(_("A word cannot stop and start: remove it from one of the lists."), field="start")
    SuppressionWords.objects.update_or_create(account=by.account, defaults={"stop": list(stop), "start": list(start)})
    by.record("suppression.words_changed", "", {"stop": list(stop), "start": list(start)})
    transaction.on_commit(clear_cache)
