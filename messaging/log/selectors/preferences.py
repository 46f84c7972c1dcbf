"""A person's preferences for the log."""

from accounts.models import Account, User
from messaging.log.models import LogColumns, SavedFilter


def chosen_columns(account: Account, user: User) -> list[str]:
    """The keys of the columns a person chose; empty when they chose none."""
    return LogColumns.objects.filter(account=account, user=user).values_list("columns", flat=True).first() or []


def saved_filters(account: Account, user: User) -> list[SavedFilter]:
    """The filters a person saved, by name."""
    return list(SavedFilter.objects.filter(account=account, user=user))
