"""The deletions of an account, and the preview of one."""

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.models import Account
from accounts.principal import Principal
from archive.models import Deletion
from core.counting import count_up_to
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching

COUNT_LIMIT = 1_000_000


def deletions_of(by: Principal) -> QuerySet[Deletion]:
    """The deletions that affect nothing beyond the principal's subaccounts, newest first."""
    rows: QuerySet[Deletion] = Deletion.objects.filter(account=by.account).order_by("-confirmed_at", "-id")
    return rows if by.subaccount_ids is None else rows.filter(subaccount_ids__contained_by=list(by.subaccount_ids))


def preview(account: Account, query: MessageQuery, rows: int = 5) -> tuple[int, Sequence[object]]:
    """The number of matching messages, counted up to `COUNT_LIMIT` + 1, and the newest of them."""
    messages = matching(account, query)
    return count_up_to(messages, COUNT_LIMIT), list(messages.order_by("-created_at", "-id")[:rows])
