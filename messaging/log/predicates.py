"""Conditions on messages that need more than a column: names in small tables, texts, and counts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Account, Subaccount
from core.numbers import digits_of, is_number
from messaging.log.enums import ON_THE_WAY, Status
from messaging.log.kinds import SHORTEST_PREFIX, is_umid
from messaging.log.models import MessageAnchor, Participant, PhoneNumber, Source, Template, TrafficDelta, TrafficSlot
from providers.registry import VENDORS

STATUS_LIFE = timedelta(days=31)  # providers report on a message for 30 days
_MAX_NAMES = 500
_MAX_GROUP_MESSAGES = 5_000
_NO_MESSAGES = Q(pk__in=[])  # Django evaluates it without a query
_WRONG = {Status.UNDELIVERED: "failed_at", Status.REJECTED: "rejected_at", Status.EXPIRED: "expired_at"}

sending_sources: list[Callable[[Account, str], Iterable[UUID]]] = []
"""The UMIDs of messages whose submission has a state. messaging.sending registers here."""


# --- Names: the ids behind them, within some subaccounts (None: all) --------------------------------------------------
def subaccount_ids(account: Account, code: str, within: Sequence[int] | None = None) -> list[int]:
    """The subaccount of a code."""
    rows = Subaccount.objects.filter(account=account, code=code)
    return _ids(rows if within is None else rows.filter(pk__in=within))


def channel_ids(account: Account, number_id: str, within: Sequence[int] | None = None) -> list[int]:
    """The business numbers of an id, whichever provider's it is."""
    rows = PhoneNumber.objects.filter(account=account, provider_number_id=number_id)
    return _ids(rows if within is None else rows.filter(subaccount__in=within))


def template_ids(account: Account, name: str, within: Sequence[int] | None = None) -> list[int]:
    """The templates of a name, in any language."""
    rows = Template.objects.filter(account=account, name=name)
    if within is not None:
        numbers = PhoneNumber.objects.filter(account=account, subaccount__in=within)
        rows = rows.filter(waba__in=numbers.values("waba"))
    return _ids(rows)


# --- Conditions of a value --------------------------------------------------------------------------------------------
class QueryContext(Protocol):
    """The other filters that a condition may depend on."""

    @property
    def exact_numbers(self) -> bool:
        """Whether a number must be complete."""

    @property
    def source_category(self) -> str:
        """Empty: any."""

    @property
    def source_name(self) -> str:
        """A part of it; empty: any."""


def in_status(account: Account, statuses: Sequence[str], query: QueryContext) -> Q:
    """Messages with one of these statuses.

    For rare statuses the condition repeats the time column, so that its partial index serves it. No index covers
    messages on their way, which soon change their status: the traffic counts limit how far back to search.
    """
    condition = Q(status__in=statuses)
    if set(statuses) <= set(ON_THE_WAY):
        return condition & _since_first(account, statuses)
    if set(statuses) <= set(_WRONG):
        return condition & _any(Q(**{f"{_WRONG[Status(one)]}__isnull": False}) for one in statuses)
    return condition


def _since_first(account: Account, statuses: Sequence[str]) -> Q:
    counts = (
        model.objects.filter(account=account, status=status, n__gt=0).order_by("slot")
        for model in (TrafficSlot, TrafficDelta)
        for status in statuses
    )
    first = [slot for rows in counts for slot in rows.values_list("slot", flat=True)[:1]]
    return Q(created_at__gte=min(first)) if first else _NO_MESSAGES


def reached_since(column: str, account: Account, moment: datetime, query: QueryContext) -> Q:
    """Status times have no index. A message is created shortly before, and that time has one."""
    return Q(**{f"{column}__gte": moment, "created_at__gte": moment - STATUS_LIFE})


def reached_before(column: str, account: Account, moment: datetime, query: QueryContext) -> Q:
    """See `reached_since`."""
    return Q(**{f"{column}__lt": moment, "created_at__lt": moment})


def by_source(account: Account, value: str, query: QueryContext) -> Q:
    """Messages of sources with the category and name: one condition, because one source must have both."""
    sources = Source.objects.filter(account=account, name__icontains=query.source_name)
    if query.source_category:
        sources = sources.filter(category=query.source_category)
    return Q(source__in=_ids(sources))


def by_sending(account: Account, state: str, query: QueryContext) -> Q:
    """Messages whose submission has this state."""
    return Q(umid__in=[umid for source in sending_sources for umid in source(account, state)])


def by_provider_id(account: Account, provider_message_id: str, query: QueryContext) -> Q:
    """The message of a provider's id, through the anchor."""
    return _at_anchor(account, provider_message_id) or _NO_MESSAGES


def _at_anchor(account: Account, provider_message_id: str) -> Q | None:
    """The messages of a provider's id; None when there are none."""
    anchors = MessageAnchor.objects.filter(
        account_id=account.pk, provider__in=list(VENDORS), provider_message_id=provider_message_id
    )
    places = list(anchors.values_list("created_at", "message_id"))
    return Q(created_at__in=[at for at, _ in places], id__in=[pk for _, pk in places]) if places else None


def by_number(account: Account, text: str, query: QueryContext) -> Q:
    """A phone number, or a prefix of it for people who see complete numbers."""
    if not is_number(text):
        return _NO_MESSAGES
    condition = _has_number(digits_of(text), query)
    return condition | _in_groups(account, condition)


def _has_number(digits: str, query: QueryContext) -> Q:
    if query.exact_numbers or len(digits) < SHORTEST_PREFIX:
        return Q(msisdn=digits)
    # A range instead of LIKE: the index serves it under any collation.
    after = str(int(digits) + 1)
    return Q(msisdn__gte=digits) & (Q(msisdn__lt=after) if len(after) == len(digits) else Q())


def _in_groups(account: Account, condition: Q) -> Q:
    """The latest messages to groups with such a participant: few people have any, so this is read first."""
    rows = Participant.objects.filter(condition, account=account).order_by("-created_at")
    places = list(rows.values_list("created_at", "message_id")[:_MAX_GROUP_MESSAGES])
    return Q(created_at__in=[at for at, _ in places], id__in=[pk for _, pk in places]) if places else Q()


def by_umid(account: Account, text: str, query: QueryContext) -> Q:
    """A UMID or a prefix of it."""
    if not is_umid(text):
        return _NO_MESSAGES
    digits = text.replace("-", "")
    return Q(umid__gte=UUID(digits.ljust(32, "0")), umid__lte=UUID(digits.ljust(32, "f")))


def by_search(account: Account, text: str, query: QueryContext) -> Q:
    """A complete phone number or its first digits, a UMID, a provider's id, or a part of a template's or source's name.

    An existing provider's id matches that message alone.
    """
    if is_number(text):
        return by_number(account, text, query)
    if anchor := _at_anchor(account, text):
        return anchor
    named = (
        (name, _ids(model.objects.filter(account=account, name__icontains=text)))
        for name, model in (("template", Template), ("source", Source))
    )
    return _any([by_umid(account, text, query), *(Q(**{f"{name}__in": ids}) for name, ids in named if ids)])


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("id", flat=True)[:_MAX_NAMES])
