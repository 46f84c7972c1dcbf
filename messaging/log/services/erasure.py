"""Finds and erases the data of a person in the log. Each function is a small transaction."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import Account
from core import partitions
from core.numbers import digits_of, is_number
from core.spellings import national, spellings, standard
from core.strict_json import dump
from messaging.log.holdings import messages_of
from messaging.log.kinds import SHORTEST_PREFIX
from messaging.log.lifecycle.participants import erase_person, participant_key
from messaging.log.models import (
    ContactEvent,
    Message,
    MessagePayload,
    Participant,
    SavedFilter,
)
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching
from messaging.persons.enums import ID_KINDS, IdentityKind
from messaging.persons.resolution import Holding, Identity
from messaging.persons.selectors.identities import (
    identities,
    identity_in,
    known_identities,
    usernames,
)
from providers.pruning import PersonalEvent, identities_in, mask, names_pattern, time_of

_SHORTEST = 6  # digits of a number without its country code that identify a person


@dataclass(frozen=True)
class Person:
    """A person to erase: everything that is theirs, since when and until when, and their usernames."""

    holdings: frozenset[Holding]
    usernames: tuple[str, ...] = ()

    @property
    def ids(self) -> list[str]:
        """The user ids and parent ids, which are nobody else's."""
        return sorted(each.identity.value for each in self.holdings if each.identity.kind in ID_KINDS)

    @property
    def numbers(self) -> list[Holding]:
        """The numbers, each while it was theirs."""
        return sorted((each for each in self.holdings if each.identity.kind == IdentityKind.NUMBER), key=str)

    @property
    def names(self) -> tuple[str, ...]:
        """The phone numbers in every spelling, and the ids."""
        return (*dict.fromkeys(form for each in self.numbers for form in spellings(each.identity.value)), *self.ids)

    def names_at(self, at: datetime) -> tuple[str, ...]:
        """Those of a time: a number that has moved is somebody else's now."""
        return Person(frozenset(each for each in self.holdings if each.covers(at))).names

    def is_in(self, event: PersonalEvent, received_at: datetime) -> bool:
        """Whether an event is about this person."""
        msisdn, *ids = identities_in(event)
        if set(ids) & set(self.ids):
            return True
        number, at = standard(msisdn), time_of(event) or received_at
        return any(each.identity.value == number and each.covers(at) for each in self.numbers)

    @property
    def pattern(self) -> str:
        """A regular expression of all names in every spelling; of nothing if there are none."""
        return names_pattern(self.names)

    def is_named_in(self, text: str) -> bool:
        """Whether a text identifies this person: by a number or its first digits, an id, a username, or one of
        Meta's message ids, which contain the number in Base64.
        """
        if is_number(text):
            digits = digits_of(text)
            starts = (one.startswith(digits) or digits.startswith(one) for one in self.names if one.isdecimal())
            return any(starts) and len(digits) >= SHORTEST_PREFIX
        return (
            bool(re.search(self.pattern, text))
            or text.strip().removeprefix("@").lower() in self.usernames
            or any(f"@{name}" in text.lower() for name in self.usernames)
        )

    def is_revealed_in(self, text: str) -> bool:
        """Whether a text that people wrote identifies this person: as `is_named_in` does, or in any case or script, by
        a number without its country code, or by a username as a word.
        """
        plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
        nationals = {number for each in self.numbers if len(number := national(each.identity.value)) >= _SHORTEST}
        words = "|".join(map(re.escape, self.usernames))
        return (
            self.is_named_in(plain)
            or bool(re.search(names_pattern([*self.names, *nationals]), plain, re.IGNORECASE))
            or bool(words and re.search(rf"(?<![\w.])(?:{words})(?!\w)", plain, re.IGNORECASE))
        )


def last_message_id() -> int:
    """The highest message id so far: later messages get greater ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM log_message_id_seq")
        return int(cursor.fetchone()[0])


def visible_umids(account: Account, umids: Sequence[UUID], subaccount_ids: Sequence[int] | None) -> list[UUID]:
    """The UMIDs among these that are messages of the account, within these subaccounts (None: all)."""
    rows = matching(account, MessageQuery(subaccount_ids=subaccount_ids)).filter(umid__in=umids)
    return sorted(rows.values_list("umid", flat=True))


# --- A person --------------------------------------------------------------------------------------------------------
def person_of(account: Account, identity: Identity) -> Person:
    """The present owner of an identity, with everything that is theirs."""
    holdings = identities(account.pk, identity) or {Holding(identity)}
    own_names = {each.identity.value.lower() for each in holdings if each.identity.kind == IdentityKind.USERNAME}
    return Person(frozenset(holdings), tuple(sorted({*usernames(account.pk, holdings), *own_names})))


def identities_of(account: Account) -> Iterator[Identity]:
    """Every identity that messages, announcements and facts about persons name, one after the other."""
    for model in (Message, ContactEvent):
        rows: QuerySet[Any] = model.objects.filter(account=account)
        for column in ("msisdn", "user_id"):
            values = rows.exclude(**{column: ""}).order_by(column).values_list(column, flat=True).distinct()
            candidates = (identity_in(**{"msisdn": "", "user_id": "", column: value}) for value in values.iterator())
            yield from (identity for identity in candidates if identity)
    yield from known_identities(account.pk)


_BATCH = 5_000  # payloads that a sweep reads at once
_PAYLOADS = """
SELECT max(message_id), array_agg(message_id) FILTER (WHERE account_id = %s AND body::text ~ %s)
FROM (SELECT * FROM log_payload_{month} WHERE message_id > %s ORDER BY message_id LIMIT %s) batch
"""


@transaction.atomic
def mask_in_payloads(
    account: Account, person: Person, month: date, after: int, until: datetime
) -> tuple[int, int | None]:
    """Mask a person in the next payloads of a month, which belong to other people's messages.

    Returns how many changed, and the id after which the next call continues; None at the end.
    """
    if month not in partitions.months_of("log_payload"):
        return 0, None
    with connection.cursor() as cursor:
        cursor.execute(_PAYLOADS.format(month=f"{month:%Y_%m}"), [account.pk, person.pattern, after, _BATCH])
        last, ids = cursor.fetchone()
    changed = 0
    for payload in MessagePayload.objects.filter(account=account, message_id__in=ids or [], created_at__lte=until):
        masked = mask_json(payload.body, person.names_at(payload.created_at))
        if masked != payload.body:
            key = {"message_id": payload.message_id, "kind": payload.kind, "created_at": payload.created_at}
            changed += MessagePayload.objects.filter(account=account, **key).update(body=masked)
    return changed, last


def mask_json(value: Any, names: Collection[str]) -> Any:
    """Return a JSON value with nines for the names wherever they are not part of a longer word."""
    return orjson.loads(mask(dump(value), names))


def delete_contacts(account: Account, person: Person, until: datetime) -> int:
    """Delete the announcements about a person. Returns their number."""
    of_person = messages_of(person.holdings, at="at")
    return int(ContactEvent.objects.filter(of_person, account=account, at__lte=until).delete()[0])


@transaction.atomic
def erase_participations(account: Account, person: Person) -> int:
    """Remove a person from the participants of messages to groups, which stay. Returns the number of messages."""
    rows = Participant.objects.filter(messages_of(person.holdings), account=account)
    places = list(rows.values_list("participant_key", "message_id", "created_at"))
    messages = Message.objects.filter(
        account=account, created_at__in={at for _, _, at in places}, pk__in={pk for _, pk, _ in places}
    )
    digits = {pk: key.hex for pk, key in messages.values_list("pk", "message_key")}
    keys = {
        key: [participant_key(digits[pk], name) for name in person.names_at(at)] if pk in digits else []
        for key, pk, at in places
    }
    with connection.cursor() as cursor:
        return erase_person(cursor, account.pk, keys)


def delete_filters(account: Account, person: Person) -> int:
    """Delete saved filters of the log whose name or query identifies a person. Returns their number."""
    ids = [
        saved.pk
        for saved in SavedFilter.objects.filter(account=account)
        if any(map(person.is_named_in, [saved.name, *filters_in(saved.query)]))
    ]
    return int(SavedFilter.objects.filter(pk__in=ids).delete()[0])


def filters_in(query: str) -> list[str]:
    """The values in the query of a page's URL."""
    return [str(value) for _, values in QueryDict(query.removeprefix("?")).lists() for value in values]
