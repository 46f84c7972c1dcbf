"""An account's templates and phone numbers, and what providers announced about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Account
from messaging.log.assets.changes import SUMMARY_FIELDS
from messaging.log.models import Change, PhoneNumber, Template
from providers.vocabulary import Subject

MOST = 500  # in one list
MAX_CHANGES = 200  # in one timeline


@dataclass(frozen=True)
class TemplateFilter:
    """Which templates; empty means all. `search` is a part of the name."""

    search: str = ""
    status: str = ""
    category: str = ""
    quality: str = ""
    language: str = ""


def templates(account: Account, subaccount_ids: Sequence[int] | None, criteria: TemplateFilter) -> list[Template]:
    """The templates of the WABAs that these subaccounts (None: all) send with, by name, at most `MOST`."""
    lookups = {
        "name__icontains": criteria.search, "status": criteria.status, "category__iexact": criteria.category,
        "quality": criteria.quality, "language": criteria.language,
    }  # fmt: skip
    rows = all_templates(account, subaccount_ids).filter(**{name: value for name, value in lookups.items() if value})
    return list(rows[:MOST])


def languages(account: Account) -> list[str]:
    """The languages of the account's templates."""
    rows = Template.objects.filter(account=account).order_by("language")
    return list(rows.values_list("language", flat=True).distinct())


def numbers(account: Account, subaccount_ids: Sequence[int] | None) -> QuerySet[PhoneNumber]:
    """The phone numbers of these subaccounts (None: all), by name."""
    rows = PhoneNumber.objects.filter(account=account).select_related("waba__portfolio", "subaccount")
    return rows if subaccount_ids is None else rows.filter(subaccount__in=subaccount_ids)


def all_templates(account: Account, subaccount_ids: Sequence[int] | None) -> QuerySet[Template]:
    """The templates of the WABAs that these subaccounts (None: all) send with, by name."""
    rows = Template.objects.filter(account=account).select_related("waba__portfolio")
    if subaccount_ids is None:
        return rows
    return rows.filter(waba__in=numbers(account, subaccount_ids).values("waba"))


def last_changes(account: Account, subject: Subject, ids: Iterable[int]) -> dict[int, Change]:
    """The last announcement about each, in one query."""
    rows = Change.objects.filter(account=account, subject=subject, subject_id__in=list(ids)).exclude(
        field__in=SUMMARY_FIELDS
    )
    latest = rows.order_by("subject_id", "-at", "-id").distinct("subject_id")
    return {change.subject_id: change for change in latest}


def timeline(account: Account, subjects: Iterable[tuple[Subject, int, Any]]) -> list[Change]:
    """The announcements about these, newest first; each subject with its relevant fields (None: all)."""
    condition = Q(pk__in=[])
    for subject, pk, fields in subjects:
        own = Q(subject=subject, subject_id=pk)
        condition |= own if fields is None else own & Q(field__in=fields)
    return list(Change.objects.filter(condition, account=account).exclude(field__in=SUMMARY_FIELDS)[:MAX_CHANGES])


def category_moved(changes: Iterable[Change], since: datetime) -> Change | None:
    """The latest move to another category since then, of changes newest first."""
    moves = (change for change in changes if change.field == "category" and change.at >= since and change.old)
    return next((change for change in moves if change.old != change.new), None)
