"""Stores people's preferences for the log. They are personal, so they are not audited."""

from collections.abc import Sequence

from accounts.models import Account, User
from messaging.log.models import LogColumns, SavedFilter


def choose_columns(*, account: Account, user: User, columns: Sequence[str]) -> None:
    """Store the columns of the log that a person sees; without any, delete the choice."""
    if columns:
        LogColumns.objects.update_or_create(account=account, user=user, defaults={"columns": list(columns)})
    else:
        LogColumns.objects.filter(account=account, user=user).delete()


def save_filter(*, account: Account, user: User, name: str, query: str) -> SavedFilter:
    """Save a person's filters under a name, replacing earlier ones of that name."""
    saved, _ = SavedFilter.objects.update_or_create(account=account, user=user, name=name, defaults={"query": query})
    return saved


def delete_saved_filter(*, account: Account, user: User, filter_id: int) -> bool:
    """Delete a person's saved filters; False when they have none of that id."""
    deleted, _ = SavedFilter.objects.filter(account=account, user=user, pk=filter_id).delete()
    return bool(deleted)
