"""The circumstances of a failure: the state of template, number and WABA, the person, and similar failures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import Account
from core.counting import count_up_to
from messaging.log.holdings import messages_of
from messaging.log.models import Change, Message
from messaging.log.selectors.matching import within
from messaging.persons.resolution import Identity, Person
from messaging.persons.selectors.identities import identities, identity_in
from messaging.suppression.selectors.stops import stop_at
from providers.vocabulary import Category, Direction, Subject

SIMILAR_SPAN = timedelta(hours=24)
WEEK = timedelta(days=7)
MAX_SIMILAR = 1_000
_MAX_CHANGES = 500  # of one template, number and WABA: years
WINDOW_LOOK_BACK = timedelta(days=30)  # how far back what opened a window is searched

window_openers: list[Callable[[Message, Person, datetime], datetime | None]] = []
"""What else than a message opens the customer service window of a person: its last time before a moment.
messaging.calls registers here.
"""


@dataclass(frozen=True)
class Circumstances:
    """The circumstances at a moment. `changes` holds the last change of each field by subject and field."""

    at: datetime
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    next_template_status: Change | None = None
    last_inbound_at: datetime | None = None
    stopped_at: datetime | None = None
    in_the_minute_before: int = 0
    marketing_in_the_week_before: int = 0
    similar_failures: int = 0  # counted to MAX_SIMILAR + 1

    def value_of(self, subject: Subject, name: str) -> str:
        """Return a field's value then, in the provider's words; empty without an announcement."""
        change = self.changes.get((subject, name))
        return change.new if change else ""


def circumstances(account: Account, message: Message, subaccount_ids: Sequence[int] | None) -> Circumstances:
    """The circumstances when the message failed, was refused or expired; else at its creation.

    At most six queries, and those that find the person.
    """
    at = message.failed_at or message.rejected_at or message.expired_at or message.created_at
    changes = _changes(account, message)
    before = [change for change in changes if change.at <= at]
    statuses = [change for change in changes if (change.subject, change.field) == (Subject.TEMPLATE, "status")]
    identity = identity_in(message.msisdn, message.user_id)
    person = identities(account.pk, identity, at) if identity else frozenset()
    rows = Message.objects.filter(messages_of(person), account=account).exclude(pk=message.pk)
    person_messages = within(rows, subaccount_ids)
    return Circumstances(
        at=at,
        changes={(change.subject, change.field): change for change in before},
        next_template_status=next((change for change in statuses if change.at > at), None),
        last_inbound_at=_last_inbound_at(message, person, person_messages, at),
        stopped_at=_stopped_at(account, identity, at),
        in_the_minute_before=_count_sent(person_messages, at - timedelta(minutes=1), at),
        marketing_in_the_week_before=_count_sent(person_messages, at - WEEK, at, category=Category.MARKETING),
        similar_failures=_count_similar(account, message, subaccount_ids, at),
    )


def _changes(account: Account, message: Message) -> list[Change]:
    """The announcements about the message's template, number and WABA, oldest first."""
    waba_id = message.phone_number.waba_id if message.phone_number else None
    waba_id = waba_id or (message.template.waba_id if message.template else None)
    subjects = {
        Subject.TEMPLATE: message.template_id,
        Subject.PHONE_NUMBER: message.phone_number_id,
        Subject.WABA: waba_id,
    }
    condition = Q(pk__in=[])
    for subject, pk in subjects.items():
        condition |= Q(subject=subject, subject_id=pk) if pk else Q(pk__in=[])
    newest = Change.objects.filter(condition, account=account).order_by("-at", "-id")[:_MAX_CHANGES]
    return list(newest)[::-1]


def _last_inbound_at(
    message: Message, person: Person, person_messages: QuerySet[Message], at: datetime
) -> datetime | None:
    """When the person last wrote or called, or accepted a call."""
    rows = person_messages.filter(direction=Direction.INBOUND, created_at__range=(at - WINDOW_LOOK_BACK, at))
    moments = list(rows.order_by("-created_at", "-id").values_list("created_at", flat=True)[:1])
    moments += [moment for opener in window_openers if (moment := opener(message, person, at))]
    return max(moments, default=None)


def _count_sent(person_messages: QuerySet[Message], start: datetime, end: datetime, **lookups: str) -> int:
    rows = person_messages.filter(direction=Direction.OUTBOUND, created_at__gte=start, created_at__lt=end, **lookups)
    return count_up_to(rows, MAX_SIMILAR)


def _stopped_at(account: Account, identity: Identity | None, at: datetime) -> datetime | None:
    """When marketing to the person was stopped, unless it was lifted before the moment."""
    stop = stop_at(account.pk, identity, at) if identity else None
    return stop.at if stop else None


def _count_similar(account: Account, message: Message, subaccount_ids: Sequence[int] | None, at: datetime) -> int:
    """The number of other messages that failed with the same code in the hours before."""
    if message.error_code is None:
        return 0
    rows = within(Message.objects.filter(account=account), subaccount_ids).exclude(pk=message.pk)
    same = rows.filter(error_code=message.error_code, error_source=message.error_source)
    return count_up_to(same.filter(created_at__gt=at - SIMILAR_SPAN, created_at__lte=at), MAX_SIMILAR)
