"""The query engine of the log: the messages that match a query, each filter by an index in the log's own order."""

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.models import Account
from messaging.log.models import Message
from messaging.log.query import MessageQuery, conditions


def matching(account: Account, query: MessageQuery) -> QuerySet[Message]:
    """Return the messages of a query, unordered."""
    return within(Message.objects.filter(account=account), query.subaccount_ids).filter(*conditions(account, query))


def within(rows: QuerySet[Message], subaccount_ids: Sequence[int] | None) -> QuerySet[Message]:
    """The rows of these subaccounts; None: of all."""
    return rows if subaccount_ids is None else rows.filter(subaccount__in=subaccount_ids)
