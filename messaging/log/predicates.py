"""Conditions on messages that need more than a column: names in small tables, texts, and counts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Right
from django.db.models.lookups import Exact

from accounts.models import Account, Subaccount
from core.calling_codes import country_of
from core.numbers import digits_of, is_number
from core.spellings import first_digits, read_numbers, standard
from messaging.log.enums import ON_THE_WAY, Status
from messaging.log.holdings import NO_MESSAGES, messages_of
from messaging.log.kinds import SHORTEST_END, SHORTEST_NUMBER, SHORTEST_PREFIX, is_full_umid, is_umid
from messaging.log.models import (
    Message,
    MessageAnchor,
    Participant,
    PhoneNumber,
    Source,
    Template,
    TrafficDelta,
    TrafficSlot,
)
from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Holding, Identity
from messaging.persons.selectors.identities import identities, identity_in, identity_of, persons_of
from messaging.persons.selectors.names import identities_named
from providers.reading import user_id
from providers.registry import VENDORS

STATUS_LIFE = timedelta(days=31)  # providers report on a message for 30 days
_MAX_NAMES = 500
_MAX_GROUP_MESSAGES = 5_000
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
    def masked_numbers(self) -> bool:
        """Whether numbers are masked for the reader, who then cannot search by them."""

    @property
    def subaccount_ids(self) -> Sequence[int] | None:
        """The subaccounts within reach; None: the whole account."""

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
    return Q(created_at__gte=min(first)) if first else NO_MESSAGES


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
    return _at_anchor(account, provider_message_id) or NO_MESSAGES


def _at_anchor(account: Account, provider_message_id: str) -> Q | None:
    """The messages of a provider's id; None when there are none."""
    anchors = MessageAnchor.objects.filter(
        account_id=account.pk, provider__in=list(VENDORS), provider_message_id=provider_message_id
    )
    places = list(anchors.values_list("created_at", "message_id"))
    return Q(created_at__in=[at for at, _ in places], id__in=[pk for _, pk in places]) if places else None


def by_number(account: Account, text: str, query: QueryContext) -> Q:
    """The messages of a phone number's owner, of the number itself in every spelling, and of numbers that begin so.

    None for people who see masked numbers.
    """
    return _with_groups(account, of_number(account, text, query))


def of_number(account: Account, text: str, query: QueryContext) -> Q:
    """`by_number` for any table with `msisdn`, `user_id` and `created_at`."""
    if query.masked_numbers or not is_number(text):
        return NO_MESSAGES
    digits = digits_of(text)
    numbers = read_numbers(text, own_countries(account))
    ranges: list[Q] = []
    if len(digits) >= SHORTEST_PREFIX:
        starts = first_digits(digits)
        ranges = [_beginning(each) for each in starts]
        numbers = [each for each in numbers if not each.startswith(starts)]
    owners = _owners(account, [digits, *numbers])
    return _any([*ranges, *([_in(numbers)] if numbers else []), *([messages_of(owners)] if owners else [])])


def _in(numbers: Sequence[str]) -> Q:
    return Q(msisdn=numbers[0]) if len(numbers) == 1 else Q(msisdn__in=numbers)


def _beginning(digits: str) -> Q:
    """A range instead of LIKE: the index serves it under any collation."""
    after = str(int(digits) + 1)
    return Q(msisdn__gte=digits) & (Q(msisdn__lt=after) if len(after) == len(digits) else Q())


def _with_groups(account: Account, condition: Q) -> Q:
    """Also the latest messages to groups with such a participant: few people have any, so this is read first."""
    rows = Participant.objects.filter(condition, account=account).order_by("-created_at")
    places = list(rows.values_list("created_at", "message_id")[:_MAX_GROUP_MESSAGES])
    return (
        condition | Q(created_at__in=[at for at, _ in places], id__in=[pk for _, pk in places]) if places else condition
    )


def own_countries(account: Account) -> list[str]:
    """The countries of the account's own numbers, in which people write numbers without country codes."""
    numbers = PhoneNumber.objects.filter(account=account).values_list("msisdn", flat=True)
    return sorted({country_of(number) for number in numbers} - {""})


def _owners(account: Account, numbers: Iterable[str]) -> set[Holding]:
    """What else the owners of complete numbers have."""
    wanted = {Identity(IdentityKind.NUMBER, standard(each)) for each in numbers if len(each) >= SHORTEST_NUMBER}
    known = persons_of(account.pk, wanted) if wanted else None
    persons = [known.of(each) for each in wanted] if known else []
    return {holding for person in persons for holding in person if holding.identity not in wanted}


def by_ends(account: Account, digits: str, query: QueryContext) -> Q:
    """Numbers that end with these digits, also of participants. Indexes have the last four, in the log's order."""
    if query.masked_numbers or not is_number(digits):
        return NO_MESSAGES
    last_four = Exact(Right("msisdn", SHORTEST_END), Value(digits[-SHORTEST_END:]))
    rest = Q(msisdn__endswith=digits) if len(digits) > SHORTEST_END else Q()
    return _with_groups(account, Q(last_four) & ~Q(msisdn="") & rest)


def by_person(account: Account, text: str, query: QueryContext) -> Q:
    """The messages with a person, by a number, user id, parent id or username, or by the UMID of a message.

    For people who see masked numbers only by a UMID.
    """
    return _with_groups(account, of_person(account, text, query))


def of_person(account: Account, text: str, query: QueryContext) -> Q:
    """`by_person` for any table with `msisdn`, `user_id` and `created_at`."""
    if is_full_umid(text):
        return _with_person_of(account, UUID(text), query)
    if query.masked_numbers:
        return NO_MESSAGES
    if is_number(text):
        numbers = read_numbers(text, own_countries(account))
        wanted = [Identity(IdentityKind.NUMBER, standard(each)) for each in numbers if len(each) >= SHORTEST_NUMBER]
    else:
        identity = identity_of(text) or identity_of(f"@{text}")
        wanted = [identity] if identity else []
    known = persons_of(account.pk, wanted)
    return _any(messages_of(known.of(each)) for each in wanted) if wanted else NO_MESSAGES


def _with_person_of(account: Account, umid: UUID, query: QueryContext) -> Q:
    """The messages with the person of a message that is within reach."""
    rows = Message.objects.filter(account=account, umid=umid)
    if query.subaccount_ids is not None:
        rows = rows.filter(subaccount__in=query.subaccount_ids)
    for msisdn, person_id, at in rows.values_list("msisdn", "user_id", "created_at"):
        if identity := identity_in(msisdn, person_id):
            return messages_of(identities(account.pk, identity, at))
    return NO_MESSAGES


def by_umid(account: Account, text: str, query: QueryContext) -> Q:
    """A UMID or a prefix of it."""
    if not is_umid(text):
        return NO_MESSAGES
    digits = text.replace("-", "")
    return Q(umid__gte=UUID(digits.ljust(32, "0")), umid__lte=UUID(digits.ljust(32, "f")))


def by_search(account: Account, text: str, query: QueryContext) -> Q:
    """A UMID, a provider's id, a part of a template's or source's name, or, for people who see complete numbers, a
    number or its first digits, a user id, a username or the beginnings of the words of a person's name.

    An existing provider's id matches that message alone.
    """
    if is_number(text):
        return by_number(account, text, query)
    if text.startswith("@") or user_id(text):
        return by_person(account, text, query)
    if anchor := _at_anchor(account, text):
        return anchor
    named = (
        (name, _ids(model.objects.filter(account=account, name__icontains=text)))
        for name, model in (("template", Template), ("source", Source))
    )
    persons = [] if query.masked_numbers else _of_named(account, text)
    return _any([by_umid(account, text, query), *persons, *(Q(**{f"{name}__in": ids}) for name, ids in named if ids)])


def _of_named(account: Account, text: str) -> list[Q]:
    """The messages with the persons of a name; empty without any."""
    owners = identities_named(account.pk, text)
    if not owners:
        return []
    known = persons_of(account.pk, {identity for identity, _ in owners})
    return [_with_groups(account, messages_of({each for owner in owners for each in known.of(*owner)}))]


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("id", flat=True)[:_MAX_NAMES])
