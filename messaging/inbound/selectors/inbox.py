"""Queries of stored webhooks."""

from datetime import datetime

from django.db.models import Func, IntegerField, QuerySet

from accounts.models import Account
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem


def webhooks(account: Account) -> QuerySet[InboxItem]:
    """The webhooks of an account's own endpoints, each with its `size` instead of headers and body.

    A webhook of a shared endpoint belongs only to the endpoint's account.
    """
    return without_bodies(InboxItem.objects.filter(account=account))


def settled_before(account: Account, moment: datetime) -> QuerySet[InboxItem]:
    """The processed webhooks received before a moment, which retention may delete."""
    return InboxItem.objects.filter(account=account, received_at__lt=moment, state=InboxState.DONE)


def without_bodies(rows: QuerySet[InboxItem]) -> QuerySet[InboxItem]:
    """The rows without loading bodies, which reach megabytes."""
    size = Func("body", function="octet_length", output_field=IntegerField())
    return rows.defer("body", "headers").annotate(size=size)
