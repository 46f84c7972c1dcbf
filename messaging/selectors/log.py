"""The message log: pages of it, and one message with its whole story."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Account
from billing.selectors import charges_of
from messaging.enums import Provider, Status
from messaging.models import Message, MessageAnchor, MessagePayload, PhoneNumber, StatusEvent, Template
from messaging.usage import message_key
from portal.core.paging import Page, page

PAGE_SIZE = 50
SHORTEST_PREFIX = 6  # digits
_LIFE = timedelta(days=90)  # statuses come for 30 days; exports and imports may lag


@dataclass(frozen=True)
class LogFilter:
    """What the log is asked for; empty means all. `exact_numbers` is for those who see numbers masked only."""

    start: datetime | None = None
    end: datetime | None = None
    subaccount_ids: Sequence[int] | None = None
    phone_number_id: int | None = None
    direction: str = ""
    statuses: Sequence[str] = ()
    country: str = ""
    category: str = ""
    template: str = ""
    error_code: int | None = None
    search: str = ""
    exact_numbers: bool = False


@dataclass(frozen=True)
class Story:
    """One message: what happened to it in order, and what was said."""

    message: Message
    events: list[StatusEvent]
    payloads: list[MessagePayload]


def is_number(text: str) -> bool:
    """Whether a search means a phone number: digits, spaces and the signs people write between them."""
    return bool(re.fullmatch(r"\+?[\d\s().-]+", text)) and len(digits_of(text)) <= 15


def digits_of(text: str) -> str:
    """The digits of a phone number as people write it, without a leading 00."""
    return re.sub(r"\D", "", text).lstrip("0")


def log_page(account: Account, chosen: LogFilter, params: Mapping[str, str]) -> Page[Message]:
    """One page of the log, newest first, with number, subaccount and template loaded."""
    found = page(matching(account, chosen), params, size=PAGE_SIZE)
    attach(account, found.rows)
    return found


def attach(account: Account, messages: Sequence[Message]) -> None:
    """Load what the rows point at, one query a table; what is gone stays None."""
    numbers = _by_id(PhoneNumber.objects.filter(account=account), {row.phone_number_id for row in messages})
    templates = _by_id(Template.objects.filter(account=account), {row.template_id for row in messages})
    for row in messages:
        row.phone_number = numbers.get(row.phone_number_id)
        row.template = templates.get(row.template_id)


def charges(account: Account, messages: Iterable[Message]) -> dict[UUID, object]:
    """What the messages cost, by UMID."""
    keys = {message_key(account.pk, row.provider, row.provider_message_id): row.umid for row in messages}
    return {keys[key]: charge for key, charge in charges_of(account, keys).items()}


def story(account: Account, umid: UUID, subaccount_ids: Sequence[int] | None, *, content: bool) -> Story | None:
    """The message of that UMID if the account has it within these subaccounts; payloads only when asked for."""
    messages = _within(Message.objects.filter(account=account, umid=umid), subaccount_ids)
    message = messages.order_by("created_at", "id").first()
    if message is None:
        return None
    attach(account, [message])
    events = StatusEvent.objects.filter(
        account=account, message_id=message.pk, at__range=(message.created_at, message.created_at + _LIFE)
    )
    payloads = MessagePayload.objects.filter(
        account=account,
        message_id=message.pk,
        created_at__range=(message.created_at - timedelta(days=1), message.created_at + _LIFE),
    )
    return Story(
        message,
        list(events.order_by("at", "webhook_received_at")),
        list(payloads.order_by("created_at", "kind")) if content else [],
    )


def matching(account: Account, chosen: LogFilter) -> QuerySet[Message]:
    """The messages asked for, in no order yet."""
    rows = _within(Message.objects.filter(account=account), chosen.subaccount_ids)
    for name, value in (
        ("created_at__gte", chosen.start),
        ("created_at__lt", chosen.end),
        ("phone_number", chosen.phone_number_id),
        ("error_code", chosen.error_code),
    ):
        if value is not None:
            rows = rows.filter(**{name: value})
    for name, text in (("direction", chosen.direction), ("country", chosen.country), ("category", chosen.category)):
        if text:
            rows = rows.filter(**{name: text})
    if chosen.statuses:
        rows = rows.filter(status__in=chosen.statuses)
        if set(chosen.statuses) == {Status.UNDELIVERED}:
            rows = rows.filter(failed_at__isnull=False)  # says the same, and has an index
    if chosen.template:
        templates = Template.objects.filter(account=account, name=chosen.template)
        rows = rows.filter(template__in=list(templates.values_list("id", flat=True)))
    return rows.filter(searching(account, chosen)) if chosen.search else rows


def _within(rows: QuerySet[Message], subaccount_ids: Sequence[int] | None) -> QuerySet[Message]:
    return rows if subaccount_ids is None else rows.filter(subaccount__in=subaccount_ids)


def searching(account: Account, chosen: LogFilter) -> Q:
    """A phone number (whole, or its first digits), or an id of ours or of the provider."""
    text = chosen.search
    if is_number(text):
        digits = digits_of(text)
        if chosen.exact_numbers or len(digits) < SHORTEST_PREFIX:
            return Q(msisdn=digits)
        # A range instead of LIKE: the index serves it under any collation.
        after = str(int(digits) + 1)
        return Q(msisdn__gte=digits) & (Q(msisdn__lt=after) if len(after) == len(digits) else Q())
    anchors = MessageAnchor.objects.filter(
        account_id=account.pk, provider__in=Provider.values, provider_message_id=text
    )
    places = list(anchors.values_list("created_at", "message_id"))
    found = Q(created_at__in=[at for at, _ in places], id__in=[pk for _, pk in places])
    try:
        return found | Q(umid=UUID(text))
    except ValueError:
        return found


def _by_id(rows: QuerySet, ids: set[int | None]) -> dict[int | None, Any]:  # type: ignore[type-arg]
    wanted = {pk for pk in ids if pk is not None}
    return {row.pk: row for row in rows.filter(pk__in=wanted)} if wanted else {}
