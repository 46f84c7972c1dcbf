"""What the log can be asked for, and the rows that answer it: each filter by an index in the log's own order."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Account
from messaging.log.enums import ON_THE_WAY, Status
from messaging.log.models import Message, MessageAnchor, Source, Template, TrafficDelta, TrafficSlot
from providers.registry import VENDORS

SHORTEST_PREFIX = 6  # digits of a number
SHORTEST_UMID = 8  # hexadecimal digits; the log shows as many
STATUS_LIFE = timedelta(days=31)  # providers report on a message for 30 days
_MOST_NAMES = 500
_NOBODY = Q(pk__in=[])  # Django answers it without asking the database
_WRONG = {Status.UNDELIVERED: "failed_at", Status.REJECTED: "rejected_at", Status.EXPIRED: "expired_at"}

Span = tuple[datetime, datetime]  # the end is not included


sending_sources: list[Callable[[Account, str], Iterable[UUID]]] = []
"""The UMIDs of messages whose submission is in a state. The package that sends registers here."""


@dataclass(frozen=True)
class LogFilter:
    """What the log is asked for; empty means all. `exact_numbers` is for those who see numbers masked only.

    `sending` is a state of what is being sent through us: `uncertain` finds those that nobody knows the end of.
    `template` is a whole name, `source_name` a part of one, `umid` a UMID or its first digits, `msisdn` a number or its
    first digits, `search` any of these or a provider's message id. `sent` and `read` are spans of those times; `umids`
    are whole and of rows that somebody selected; `countries` any of which, `user_id` and `provider_message_id` whole.
    """

    start: datetime | None = None
    end: datetime | None = None
    subaccount_ids: Sequence[int] | None = None
    phone_number_id: int | None = None
    direction: str = ""
    statuses: Sequence[str] = ()
    country: str = ""
    category: str = ""
    template: str = ""
    source_category: str = ""
    source_name: str = ""
    recipient_type: str = ""
    response_code: int | None = None
    error_code: int | None = None
    umid: str = ""
    msisdn: str = ""
    sending: str = ""
    sent: Span | None = None
    read: Span | None = None
    umids: Sequence[str] = ()
    countries: Sequence[str] = ()
    user_id: str = ""
    provider_message_id: str = ""
    search: str = ""
    exact_numbers: bool = False


def matching(account: Account, chosen: LogFilter) -> QuerySet[Message]:
    """The messages asked for, in no order yet."""
    rows = within(Message.objects.filter(account=account), chosen.subaccount_ids)
    return rows.filter(_plain(chosen), _in_status(chosen.statuses), _at_times(chosen), *_looked_up(account, chosen))


def within(rows: QuerySet[Message], subaccount_ids: Sequence[int] | None) -> QuerySet[Message]:
    """The rows of these subaccounts; None: of all."""
    return rows if subaccount_ids is None else rows.filter(subaccount__in=subaccount_ids)


def _plain(chosen: LogFilter) -> Q:
    """Filters that are columns of the log."""
    asked = {
        "created_at__gte": chosen.start,
        "created_at__lt": chosen.end,
        "phone_number": chosen.phone_number_id,
        "direction": chosen.direction,
        "country": chosen.country,
        "category": chosen.category,
        "recipient_type": chosen.recipient_type,
        "user_id": chosen.user_id,
        "response_code": chosen.response_code,
        "error_code": chosen.error_code,
    }
    return Q(**{name: value for name, value in asked.items() if value not in {None, ""}})


def _in_status(statuses: Sequence[str]) -> Q:
    """Rare statuses name the column that their index knows, which says the same."""
    if not statuses:
        return Q()
    if not set(statuses) <= set(_WRONG):
        return Q(status__in=statuses)
    return Q(status__in=statuses) & _any(Q(**{f"{_WRONG[Status(one)]}__isnull": False}) for one in statuses)


def _since_first(account: Account, statuses: Sequence[str]) -> Q:
    """No index knows what is on its way, as it soon no longer is: the counts know since when there is any."""
    counts = (
        model.objects.filter(account=account, status=status, n__gt=0).order_by("slot")
        for model in (TrafficSlot, TrafficDelta)
        for status in statuses
    )
    first = [slot for rows in counts for slot in rows.values_list("slot", flat=True)[:1]]
    return Q(created_at__gte=min(first)) if first else _NOBODY


def _at_times(chosen: LogFilter) -> Q:
    """Times of a status have no index: a message is made shortly before, and that has one."""
    found = Q()
    for column, span in (("sent_at", chosen.sent), ("read_at", chosen.read)):
        if span is not None:
            found &= Q(**{f"{column}__gte": span[0], f"{column}__lt": span[1]})
            found &= Q(created_at__gte=span[0] - STATUS_LIFE, created_at__lt=span[1])
    return found


def _looked_up(account: Account, chosen: LogFilter) -> Iterable[Q]:
    """Filters whose names stand in small tables, those that read a text, and where the counts say where to look."""
    if chosen.statuses and set(chosen.statuses) <= set(ON_THE_WAY):
        yield _since_first(account, chosen.statuses)
    if chosen.template:
        yield Q(template__in=_ids(Template.objects.filter(account=account, name=chosen.template)))
    if chosen.source_category or chosen.source_name:
        sources = Source.objects.filter(account=account, name__icontains=chosen.source_name)
        yield Q(source__in=_ids(sources.filter(category=chosen.source_category) if chosen.source_category else sources))
    yield from _by_umid(account, chosen)
    if chosen.countries:
        yield Q(country__in=chosen.countries)
    if chosen.provider_message_id:
        yield _anchored(account, chosen.provider_message_id) or _NOBODY
    if chosen.msisdn:
        yield _number(chosen.msisdn, exact=chosen.exact_numbers)
    if chosen.search:
        yield searching(account, chosen)


def _by_umid(account: Account, chosen: LogFilter) -> Iterable[Q]:
    """Filters that come to UMIDs."""
    if chosen.umid:
        yield _umid(chosen.umid)
    if chosen.umids:
        yield Q(umid__in=chosen.umids)
    if chosen.sending:
        yield Q(umid__in=[umid for source in sending_sources for umid in source(account, chosen.sending)])


def searching(account: Account, chosen: LogFilter) -> Q:
    """A phone number (whole, or its first digits), an id of ours or the provider, or a part of a name.

    Names are those of templates and of what made the message. An id that is found is all that was meant.
    """
    text = chosen.search
    if is_number(text):
        return _number(text, exact=chosen.exact_numbers)
    if found := _anchored(account, text):
        return found
    named = (
        (name, _ids(model.objects.filter(account=account, name__icontains=text)))
        for name, model in (("template", Template), ("source", Source))
    )
    return _any([_umid(text), *(Q(**{f"{name}__in": ids}) for name, ids in named if ids)])


def _anchored(account: Account, provider_message_id: str) -> Q | None:
    """The messages of a provider's id; None: there are none."""
    anchors = MessageAnchor.objects.filter(
        account_id=account.pk, provider__in=list(VENDORS), provider_message_id=provider_message_id
    )
    places = list(anchors.values_list("created_at", "message_id"))
    return Q(created_at__in=[at for at, _ in places], id__in=[pk for _, pk in places]) if places else None


def is_number(text: str) -> bool:
    """Whether a search means a phone number: digits, spaces and the signs people write between them."""
    return bool(re.fullmatch(r"\+?[\d\s().-]+", text)) and len(digits_of(text)) <= 15


def digits_of(text: str) -> str:
    """The digits of a phone number as people write it, without a leading 00."""
    return re.sub(r"\D", "", text).lstrip("0")


def _number(text: str, *, exact: bool) -> Q:
    digits = digits_of(text)
    if exact or len(digits) < SHORTEST_PREFIX:
        return Q(msisdn=digits)
    # A range instead of LIKE: the index serves it under any collation.
    after = str(int(digits) + 1)
    return Q(msisdn__gte=digits) & (Q(msisdn__lt=after) if len(after) == len(digits) else Q())


def is_umid(text: str) -> bool:
    """Whether a text is a UMID or enough of its first digits."""
    return bool(re.fullmatch(rf"[0-9a-fA-F]{{{SHORTEST_UMID},32}}", text.replace("-", "")))


def _umid(text: str) -> Q:
    if not is_umid(text):
        return _NOBODY
    digits = text.replace("-", "")
    return Q(umid__gte=UUID(digits.ljust(32, "0")), umid__lte=UUID(digits.ljust(32, "f")))


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("id", flat=True)[:_MOST_NAMES])
