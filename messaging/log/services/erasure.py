"""Finds and erases the data of a person in the log. Each function is a small transaction."""

import re
from base64 import b64decode
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import Account
from core import partitions
from core.numbers import digits_of, is_number
from core.strict_json import dump
from messaging.log.kinds import SHORTEST_PREFIX
from messaging.log.lifecycle.participants import erase_person
from messaging.log.models import (
    ContactEvent,
    Message,
    MessagePayload,
    SavedFilter,
)
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching
from providers.pruning import PersonalEvent, mask, names_of, spelling_pattern


class Person(NamedTuple):
    """A person to erase: a phone number in digits, and Meta's user ids of its owner."""

    msisdn: str
    user_ids: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The phone number and the user ids."""
        return (self.msisdn, *self.user_ids)

    def is_in(self, event: PersonalEvent) -> bool:
        """Whether an event's message or call is to or from this person."""
        msisdn, user_id = names_of(event)
        return msisdn == self.msisdn or user_id in self.user_ids

    @property
    def pattern(self) -> str:
        """A regular expression of all names in every spelling."""
        return "|".join(map(spelling_pattern, self.names))

    def is_named_in(self, text: str) -> bool:
        """Whether a text identifies this person: by the number or its first digits, a user id, or one of
        Meta's message ids, which contain the number in Base64.
        """
        if is_number(text):
            digits = digits_of(text)
            matches = self.msisdn.startswith(digits) or digits.startswith(self.msisdn)
            return matches and len(digits) >= SHORTEST_PREFIX
        decoded = (b64decode(encoded, b"-_") for encoded in re.findall(r"wamid\.((?:[A-Za-z0-9+/_-]{4})+)", text))
        return bool(re.search(self.pattern, text)) or any(self.msisdn.encode() in each for each in decoded)


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
def person_of(account: Account, msisdn: str) -> Person:
    """A phone number's owner, with the user ids that messages and announcements name with it."""
    user_ids: set[str] = set()
    for model in (Message, ContactEvent):
        rows: QuerySet[Any] = model.objects.filter(account=account, msisdn=msisdn).exclude(user_id="")
        user_ids.update(rows.order_by().values_list("user_id", flat=True).distinct())
    return Person(msisdn, tuple(sorted(user_ids)))


def numbers_of(account: Account) -> Iterator[str]:
    """Every phone number that messages and announcements of the account name, one after the other."""
    for model in (Message, ContactEvent):
        rows: QuerySet[Any] = model.objects.filter(account=account).exclude(msisdn="")
        yield from rows.order_by("msisdn").values_list("msisdn", flat=True).distinct().iterator()


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
        masked = mask_json(payload.body, person.names)
        if masked != payload.body:
            key = {"message_id": payload.message_id, "kind": payload.kind, "created_at": payload.created_at}
            changed += MessagePayload.objects.filter(account=account, **key).update(body=masked)
    return changed, last


def mask_json(value: Any, names: Collection[str]) -> Any:
    """Return a JSON value with nines for the names wherever they are not part of a longer word."""
    return orjson.loads(mask(dump(value), names))


def delete_contacts(account: Account, person: Person, until: datetime) -> int:
    """Delete the announcements about a person. Returns their number."""
    of_person = Q(msisdn=person.msisdn) | Q(user_id__in=person.user_ids)
    return int(ContactEvent.objects.filter(of_person, account=account, at__lte=until).delete()[0])


@transaction.atomic
def erase_participations(account: Account, person: Person) -> int:
    """Remove a person from the participants of messages to groups, which stay. Returns the number of messages."""
    with connection.cursor() as cursor:
        return erase_person(cursor, account.pk, person.msisdn, person.user_ids)


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
