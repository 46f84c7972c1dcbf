"""Deletions, for those who may delete."""

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.models import Account
from archive.models import Deletion
from core.counting import count_up_to
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching

COUNT_LIMIT = 1_000_000


def deletions_of(account: Account) -> QuerySet[Deletion]:
    """Every deletion of the account, the last first."""
    rows: QuerySet[Deletion] = Deletion.objects.filter(account=account).order_by("-confirmed_at", "-id")
    return rows


def preview(account: Account, query: MessageQuery, rows: int = 5) -> tuple[int, Sequence[object]]:
    """How many messages match, counted to `COUNT_LIMIT` + 1 at the furthest, and the newest of them."""
    found = matching(account, query)
    return count_up_to(found, COUNT_LIMIT), list(found.order_by("-created_at", "-id")[:rows])
