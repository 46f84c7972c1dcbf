"""Deleting messages, and everything that tells of a person; asked for by the archive, which says who may and why.

Each function is a small transaction. The sweeps read a stretch of a month and say where the next begins.
"""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from accounts.models import Account
from messaging.enums import InboxState, PayloadKind, SubmissionState
from messaging.events import MessageEvent
from messaging.ingest.inbox import rewrite
from messaging.lifecycle.forgetting import Anchor, forget
from messaging.lifecycle.pruning import mask, prune, spelled
from messaging.lifecycle.usage import message_key
from messaging.models import (
    ContactEvent,
    DeletedMessage,
    InboxItem,
    Message,
    MessagePayload,
    SavedFilter,
    StatusEvent,
    Submission,
    WebhookEndpoint,
)
from messaging.selectors.matching import SHORTEST_PREFIX, LogFilter, digits_of, is_number, matching
from portal.core import partitions
from portal.core.paging import Cursor

_STRETCH = 5_000  # rows that a sweep reads at once


class Person(NamedTuple):
    """Whose traces go: a phone number in digits, and the user ids under which Meta knows its owner."""

    msisdn: str
    user_ids: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that names them."""
        return (self.msisdn, *self.user_ids)

    def is_in(self, event: MessageEvent) -> bool:
        """Whether a message is theirs."""
        return event.msisdn == self.msisdn or event.user_id in self.user_ids

    @property
    def spelled(self) -> str:
        """A regular expression of everything that names them, however it is spelled."""
        return "|".join(map(spelled, self.names))

    def is_named_in(self, text: str) -> bool:
        """Whether what somebody wrote says who they are: their number or its first digits, a user id, or an id of
        Meta's, which holds the number in Base64.
        """
        if is_number(text):
            digits = digits_of(text)
            known = self.msisdn.startswith(digits) or digits.startswith(self.msisdn)
            return known and len(digits) >= SHORTEST_PREFIX
        inside = (b64decode(found, b"-_") for found in re.findall(r"wamid\.((?:[A-Za-z0-9+/_-]{4})+)", text))
        return bool(re.search(self.spelled, text)) or any(self.msisdn.encode() in each for each in inside)


def last_message_id() -> int:
    """The id of the youngest message there may be: what is made later has a greater one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM messaging_message_id_seq")
        return int(cursor.fetchone()[0])


def visible_umids(account: Account, umids: Sequence[UUID], subaccount_ids: Sequence[int] | None) -> list[UUID]:
    """Those of the UMIDs that are messages of the account, within these subaccounts (None: all)."""
    rows = matching(account, LogFilter(subaccount_ids=subaccount_ids)).filter(umid__in=umids)
    return sorted(rows.values_list("umid", flat=True))


def forget_umids(account: Account, umids: Sequence[UUID], upto: int) -> Counter[str]:
    """Delete the messages of these UMIDs that are no younger than the id `upto`."""
    rows = Message.objects.filter(account=account, umid__in=umids, id__lte=upto)
    return _forget(account, list(rows.values_list("provider", "provider_message_id", "umid")))


def forget_matching(
    account: Account, chosen: LogFilter, upto: int, after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    """Delete the next messages that match, oldest first; also where to go on, None at the end."""
    return _forget_next(account, matching(account, chosen).filter(id__lte=upto), after, most)


def forget_messages_with(
    account: Account, person: Person, *, upto: int, confirmed_at: datetime, after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    """Delete the next messages with a person: what was there when it was asked, or whose webhook or request was."""
    asked = MessagePayload.objects.filter(
        account=account, message_id=OuterRef("id"), kind=PayloadKind.REQUEST, created_at__lte=confirmed_at
    )
    told = StatusEvent.objects.filter(message_id=OuterRef("id"), webhook_received_at__lte=confirmed_at)
    theirs = Q(msisdn=person.msisdn) | Q(user_id__in=person.user_ids) if person.user_ids else Q(msisdn=person.msisdn)
    rows = Message.objects.filter(theirs, Q(id__lte=upto) | Exists(told) | Exists(asked), account=account)
    return _forget_next(account, rows, after, most)


def _forget_next(
    account: Account, rows: QuerySet[Message], after: Cursor | None, most: int
) -> tuple[Counter[str], Cursor | None]:
    batch = list(
        (rows.filter(after.newer("created_at")) if after else rows)
        .order_by("created_at", "id")
        .values_list("created_at", "id", "provider", "provider_message_id", "umid")[:most]
    )
    if not batch:
        return Counter(), None
    return _forget(account, [row[2:] for row in batch]), Cursor(*batch[-1][:2])


@transaction.atomic
def _forget(account: Account, found: Sequence[tuple[str, str, UUID]]) -> Counter[str]:
    """Delete messages by provider, its id and ours. What waits is never sent; what is being sent is left and counted.

    Of what nobody knows whether it was sent, the submission goes as well: should a webhook name it yet, the row that
    counts for it takes that in (see `bind`).
    """
    submissions = Submission.objects.filter(account=account, umid__in=[umid for *_, umid in found])
    never_sent, _ = submissions.filter(state=SubmissionState.QUEUED).delete()
    submissions.filter(state=SubmissionState.UNCERTAIN).delete()
    on_their_way = set(submissions.values_list("umid", flat=True))  # their end would bring them back
    gone = forget(
        account.pk, [Anchor(provider, its_id) for provider, its_id, umid in found if umid not in on_their_way]
    )
    return gone + Counter(never_sent=never_sent, still_being_sent=len(on_their_way))


# --- A person --------------------------------------------------------------------------------------------------------
def person_of(account: Account, msisdn: str) -> Person:
    """A phone number's owner, with the user ids that messages and announcements name with it."""
    found: set[str] = set()
    for model in (Message, ContactEvent):
        rows: QuerySet[Any] = model.objects.filter(account=account, msisdn=msisdn).exclude(user_id="")
        found.update(rows.order_by().values_list("user_id", flat=True).distinct())
    return Person(msisdn, tuple(sorted(found)))


def numbers_of(account: Account) -> Iterator[str]:
    """Every phone number that messages and announcements of the account name, one after the other."""
    for model in (Message, ContactEvent):
        rows: QuerySet[Any] = model.objects.filter(account=account).exclude(msisdn="")
        yield from rows.order_by("msisdn").values_list("msisdn", flat=True).distinct().iterator()


def is_settling(account: Account, person: Person, moment: datetime) -> bool:
    """Whether webhooks that had come by then still wait to be read, or what a person was to be sent is on its way into
    the log or to the provider.
    """
    webhooks = InboxItem.objects.filter(account=account, state=InboxState.PENDING, received_at__lte=moment)
    theirs = Q(about__msisdn=person.msisdn) | Q(about__user_id__in=person.user_ids)
    on_their_way = Q(is_logged=False) | Q(state__in=(SubmissionState.SENDING, SubmissionState.ANSWERED))
    sent = Submission.objects.filter(theirs, on_their_way, account=account, created_at__lte=moment)
    return webhooks.exists() or sent.exists()


_WEBHOOKS = """
WITH stretch AS (
    SELECT id, received_at, CASE WHEN position('\\x00'::bytea IN body) > 0 THEN encode(body, 'escape')
        ELSE convert_from(body, 'LATIN1') END ~ %(spelled)s AS hit FROM {table}
    WHERE id > %(after)s AND received_at <= %(until)s AND (account_id = %(account)s OR endpoint_id = ANY(%(endpoints)s))
    ORDER BY id LIMIT %(most)s
)
SELECT max(id), array_agg(id) FILTER (WHERE hit) FROM stretch
"""


@transaction.atomic
def forget_in_webhooks(
    account: Account, person: Person, month: date, after: int, until: datetime
) -> tuple[int, int | None]:
    """Take a person out of the next stored webhooks of a month: how many that were, and after which to go on."""
    table = f"messaging_inbox_{month:%Y_%m}"
    if month not in partitions.months_of("messaging_inbox"):
        return 0, None
    shared = list(WebhookEndpoint.objects.filter(shared_with=account).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _WEBHOOKS.format(table=table),
            {
                "spelled": person.spelled, "after": after, "until": until, "account": account.pk, "endpoints": shared,
                "most": _STRETCH,
            },
        )  # fmt: skip
        last, ids = cursor.fetchone()
    rows = (
        InboxItem.objects.filter(pk__in=ids or [], received_at__gte=datetime.combine(month, time(), UTC))
        .order_by("pk")
        .select_for_update()
    )
    changed = sum(_forget_in_webhook(account, person, item) for item in rows)
    return changed, last


def _forget_in_webhook(account: Account, person: Person, item: InboxItem) -> bool:
    """Take a person out of one webhook. Of a shared endpoint only what is the account's own."""
    own, body = item.account_id == account.pk, bytes(item.body)

    def is_gone(event: MessageEvent) -> bool:
        return person.is_in(event) and (own or _was_deleted(account, item.provider, event))

    after = prune(item.provider, body, is_gone)
    if after is not None and own:
        after = mask(after, person.names)
    if after == body:
        return False
    rewrite(item.received_at, item.pk, after)
    return True


def _was_deleted(account: Account, provider: str, event: MessageEvent) -> bool:
    key = message_key(account.pk, provider, event.provider_message_id)
    return DeletedMessage.objects.filter(account=account, message_key=key).exists()


_PAYLOADS = """
SELECT max(message_id), array_agg(message_id) FILTER (WHERE account_id = %s AND body::text ~ %s)
FROM (SELECT * FROM messaging_payload_{month} WHERE message_id > %s ORDER BY message_id LIMIT %s) stretch
"""


@transaction.atomic
def forget_in_payloads(
    account: Account, person: Person, month: date, after: int, until: datetime
) -> tuple[int, int | None]:
    """Mask a person in the next texts of a month, which are other people's: how many, and after which to go on."""
    if month not in partitions.months_of("messaging_payload"):
        return 0, None
    with connection.cursor() as cursor:
        cursor.execute(_PAYLOADS.format(month=f"{month:%Y_%m}"), [account.pk, person.spelled, after, _STRETCH])
        last, ids = cursor.fetchone()
    changed = 0
    for payload in MessagePayload.objects.filter(account=account, message_id__in=ids or [], created_at__lte=until):
        masked = mask_json(payload.body, person.names)
        if masked != payload.body:
            place = {"message_id": payload.message_id, "kind": payload.kind, "created_at": payload.created_at}
            changed += MessagePayload.objects.filter(account=account, **place).update(body=masked)
    return changed, last


def mask_json(value: Any, names: Collection[str]) -> Any:
    """A JSON value with nines for the names wherever they stand alone."""
    return orjson.loads(mask(orjson.dumps(value), names))


def forget_contacts(account: Account, person: Person, until: datetime) -> int:
    """Delete what was announced of a person; how many announcements."""
    theirs = Q(msisdn=person.msisdn) | Q(user_id__in=person.user_ids)
    return int(ContactEvent.objects.filter(theirs, account=account, at__lte=until).delete()[0])


def forget_filters(account: Account, person: Person) -> int:
    """Delete saved filters of the log that name a person, or are named after them; how many."""
    ids = [
        saved.pk
        for saved in SavedFilter.objects.filter(account=account)
        if any(map(person.is_named_in, [saved.name, *filters_in(saved.query)]))
    ]
    return int(SavedFilter.objects.filter(pk__in=ids).delete()[0])


def filters_in(query: str) -> list[str]:
    """What a page's URL filters by: the values of its query."""
    return [str(value) for _, values in QueryDict(query.removeprefix("?")).lists() for value in values]
