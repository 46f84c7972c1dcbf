"""Queries of stored webhooks."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Func, IntegerField, QuerySet

from accounts.models import Account
from core.paging import Cursor
from messaging.inbound.enums import HELD_STATES, InboxState
from messaging.inbound.models import InboxItem, Replay

NOTED = "noted"  # as a state: done, with a note


@dataclass(frozen=True, slots=True)
class HeldFilter:
    """The filters of the page of webhooks on hold; an empty one does not filter.

    `state` is a state on hold or `NOTED`; without one, all on hold. `reason` is a `ReasonKind`.
    """

    state: str = ""
    provider: str = ""
    endpoint: str = ""  # the id
    reason: str = ""

    @property
    def as_json(self) -> dict[str, str]:
        """The filters in use, by name."""
        return {name: value for name, value in asdict(self).items() if value}


def webhooks(account: Account) -> QuerySet[InboxItem]:
    """The webhooks of an account's own endpoints, each with its `size` instead of headers and body.

    A webhook of a shared endpoint belongs only to the endpoint's account.
    """
    return without_bodies(InboxItem.objects.filter(account=account))


def held_webhooks(account: Account, criteria: HeldFilter) -> QuerySet[InboxItem]:
    """The webhooks on hold, or those with a note, that match; unordered. A partial index serves each of the two."""
    rows = InboxItem.objects.filter(account=account)
    if criteria.state == NOTED:
        rows = rows.filter(state=InboxState.DONE).exclude(reason="")
    else:
        rows = rows.filter(state__in=[criteria.state] if criteria.state else HELD_STATES)
    if criteria.provider:
        rows = rows.filter(provider=criteria.provider)
    if criteria.endpoint:
        rows = rows.filter(endpoint=int(criteria.endpoint))
    if criteria.reason:
        rows = rows.filter(outcome__kinds__contains=[criteria.reason])
    return rows


def webhook_at(account: Account, key: str) -> InboxItem | None:
    """One webhook by its key in URLs, which is a cursor: no index of a partition has the id alone."""
    try:
        cursor = Cursor.parse(key)
    except ValueError:
        return None
    return InboxItem.objects.filter(account=account, received_at=cursor.moment, pk=cursor.id).first()


def latest_replay(account: Account) -> Replay | None:
    """The last replay of many webhooks."""
    return Replay.objects.filter(account=account).first()


def settled_before(account: Account, moment: datetime) -> QuerySet[InboxItem]:
    """The processed webhooks received before a moment, which retention may delete."""
    return InboxItem.objects.filter(account=account, received_at__lt=moment, state=InboxState.DONE)


def without_bodies(rows: QuerySet[InboxItem]) -> QuerySet[InboxItem]:
    """The rows without loading bodies, which reach megabytes."""
    size = Func("body", function="octet_length", output_field=IntegerField())
    return rows.defer("body", "headers").annotate(size=size)
