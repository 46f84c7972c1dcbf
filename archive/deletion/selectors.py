"""The deletions of an account, and the preview of one."""

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.models import Account
from archive.models import Deletion
from core.counting import count_up_to
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching

COUNT_LIMIT = 1_000_000


def deletions_of(account: Account) -> QuerySet[Deletion]:
    """The deletions of the account, newest first."""
    rows: QuerySet[Deletion] = Deletion.objects.filter(account=account).order_by("-confirmed_at", "-id")
    return rows


def preview(account: Account, query: MessageQuery, rows: int = 5) -> tuple[int, Sequence[object]]:
    """The number of matching messages, counted up to `COUNT_LIMIT` + 1, and the newest of them."""
    messages = matching(account, query)
    return count_up_to(messages, COUNT_LIMIT), list(messages.order_by("-created_at", "-id")[:rows])
