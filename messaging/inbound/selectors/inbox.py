"""Stored webhooks: without their bodies in lists, and counted no further than a person can use."""

from datetime import datetime

from django.db.models import Func, IntegerField, QuerySet

from accounts.models import Account
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem


def webhooks(account: Account) -> QuerySet[InboxItem]:
    """The webhooks of an account's own endpoints, each with its `size` instead of headers and body.

    A webhook of an endpoint that other accounts share belongs to the endpoint's account alone.
    """
    return without_bodies(InboxItem.objects.filter(account=account))


def settled_before(account: Account, moment: datetime) -> QuerySet[InboxItem]:
    """Those that came before a moment and were understood: what retention may take."""
    return InboxItem.objects.filter(account=account, received_at__lt=moment, state=InboxState.DONE)


def without_bodies(rows: QuerySet[InboxItem]) -> QuerySet[InboxItem]:
    """The same rows; bodies, which reach megabytes, stay where they are."""
    size = Func("body", function="octet_length", output_field=IntegerField())
    return rows.defer("body", "headers").annotate(size=size)
