"""Rows selected in the log: one by one, or all that match its filters, up to a number and a moment."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Account
from core.errors import UserError
from core.paging import Cursor
from messaging.log.models import Message
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching, within

MOST = 10_000  # messages in one selection


def newest(rows: QuerySet[Message]) -> Cursor | None:
    """The newest row, up to which "all that match" selects."""
    position = rows.order_by("-created_at", "-id").values_list("created_at", "id").first()
    return Cursor(*position) if position else None


def selected_messages(
    account: Account, posted: QueryDict, query: MessageQuery | None, subaccount_ids: tuple[int, ...] | None
) -> QuerySet[Message]:
    """The messages that a form selects, newest first, at most `MOST`, within the person's reach.

    The form posts `umid` for each row, or `all` with `upto`, the cursor of the newest row there was; `query` holds
    its filters (None: they are not valid). Raises UserError.
    """
    if posted.get("all"):
        rows = _all_matching(account, query, posted.get("upto", ""))
    else:
        rows = within(Message.objects.filter(account=account, umid__in=_some(posted_umids(posted))), subaccount_ids)
    return rows.order_by("-created_at", "-id")[:MOST]


def _all_matching(account: Account, query: MessageQuery | None, upto: str) -> QuerySet[Message]:
    if query is None:
        raise UserError(_("Correct the filters of the log first."))
    try:
        last = Cursor.parse(upto)
    except ValueError:
        raise UserError(_("To select all matching messages, use the Logs page.")) from None
    return matching(account, query).filter(
        Q(created_at__lte=last.moment) & (Q(created_at__lt=last.moment) | Q(id__lte=last.id))
    )


def posted_umids(posted: QueryDict) -> list[UUID]:
    """The messages selected one by one, at most `MOST`; empty if all that match are selected, or none is.

    Raises UserError for an invalid UMID: without it, the form would select all that match.
    """
    if posted.get("all"):
        return []
    try:
        return [UUID(text) for text in posted.getlist("umid")[:MOST]]
    except ValueError:
        raise UserError(_("A selected message has no valid UMID.")) from None


def _some(umids: list[UUID]) -> list[UUID]:
    if not umids:
        raise UserError(_("Select at least one message."))
    return umids
