"""What was the case when a message failed: its template, number and WABA then, the person, and others like it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import Account
from core.counting import count_up_to
from messaging.log.models import Change, ContactEvent, Message
from messaging.log.selectors.matching import within
from providers.vocabulary import Category, Direction, Subject

ALIKE = timedelta(hours=24)
WEEK = timedelta(days=7)
MOST_ALIKE = 1_000
_MOST_CHANGES = 500  # of one template, number and WABA: years
_WINDOW_LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Circumstances:
    """What was the case at a moment. Changes are the latest of each field until then, by subject and field."""

    at: datetime
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    next_template_status: Change | None = None
    last_inbound_at: datetime | None = None
    stopped_at: datetime | None = None
    in_the_minute_before: int = 0
    marketing_in_the_week_before: int = 0
    alike: int = 0  # counted to MOST_ALIKE + 1

    def value_of(self, subject: Subject, name: str) -> str:
        """Return what a field was then, in the provider's words; empty where no announcement is on record."""
        change = self.changes.get((subject, name))
        return change.new if change else ""


def circumstances(account: Account, message: Message, subaccount_ids: Sequence[int] | None) -> Circumstances:
    """What was the case when the message failed, was refused or expired; else when it was made. Six queries at most."""
    at = message.failed_at or message.rejected_at or message.expired_at or message.created_at
    changes = _changes(account, message)
    before = [change for change in changes if change.at <= at]
    statuses = [change for change in changes if (change.subject, change.field) == (Subject.TEMPLATE, "status")]
    of_person = _of_person(account, message, subaccount_ids)
    return Circumstances(
        at=at,
        changes={(change.subject, change.field): change for change in before},
        next_template_status=next((change for change in statuses if change.at > at), None),
        last_inbound_at=_last_inbound(of_person, at),
        stopped_at=_stopped(account, message, at),
        in_the_minute_before=_sent(of_person, at - timedelta(minutes=1), at),
        marketing_in_the_week_before=_sent(of_person, at - WEEK, at, category=Category.MARKETING),
        alike=_alike(account, message, subaccount_ids, at),
    )


def _changes(account: Account, message: Message) -> list[Change]:
    """All that was announced of the message's template, number and WABA, oldest first."""
    waba_id = message.phone_number.waba_id if message.phone_number else None
    waba_id = waba_id or (message.template.waba_id if message.template else None)
    subjects = {
        Subject.TEMPLATE: message.template_id,
        Subject.PHONE_NUMBER: message.phone_number_id,
        Subject.WABA: waba_id,
    }
    about = Q(pk__in=[])
    for subject, pk in subjects.items():
        about |= Q(subject=subject, subject_id=pk) if pk else Q(pk__in=[])
    newest = Change.objects.filter(about, account=account).order_by("-at", "-id")[:_MOST_CHANGES]
    return list(newest)[::-1]


def _of_person(account: Account, message: Message, subaccount_ids: Sequence[int] | None) -> QuerySet[Message]:
    """The messages with the same person, where a number is known."""
    rows = Message.objects.filter(account=account, msisdn=message.msisdn) if message.msisdn else Message.objects.none()
    return within(rows.exclude(pk=message.pk), subaccount_ids)


def _last_inbound(of_person: QuerySet[Message], at: datetime) -> datetime | None:
    rows = of_person.filter(direction=Direction.INBOUND, created_at__range=(at - _WINDOW_LOOK_BACK, at))
    last_at: datetime | None = rows.order_by("-created_at", "-id").values_list("created_at", flat=True).first()
    return last_at


def _sent(of_person: QuerySet[Message], start: datetime, end: datetime, **more: str) -> int:
    rows = of_person.filter(direction=Direction.OUTBOUND, created_at__gte=start, created_at__lt=end, **more)
    return count_up_to(rows, MOST_ALIKE)


def _stopped(account: Account, message: Message, at: datetime) -> datetime | None:
    """When the person stopped marketing messages, unless they resumed them before the moment."""
    if not message.msisdn:
        return None
    wishes = ContactEvent.objects.filter(account=account, msisdn=message.msisdn, field="marketing_messages", at__lte=at)
    last = wishes.first()
    return last.at if last and last.new == "stop" else None


def _alike(account: Account, message: Message, subaccount_ids: Sequence[int] | None, at: datetime) -> int:
    """How many others failed with the same code in the time before."""
    if message.error_code is None:
        return 0
    rows = within(Message.objects.filter(account=account), subaccount_ids).exclude(pk=message.pk)
    same = rows.filter(error_code=message.error_code, error_source=message.error_source)
    return count_up_to(same.filter(created_at__gt=at - ALIKE, created_at__lte=at), MOST_ALIKE)
