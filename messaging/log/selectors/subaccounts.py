"""An account's subaccounts and the numbers that belong to them."""

from django.db.models import QuerySet

from accounts.models import Account, Subaccount
from messaging.log.models import PhoneNumber


def subaccounts(account: Account) -> list[Subaccount]:
    """Every subaccount by name, open ones first, each with its numbers loaded. Two queries."""
    return list(_with_numbers(account).order_by("-is_active", "name", "id"))


def subaccount_of(account: Account, subaccount_id: int) -> Subaccount | None:
    """One subaccount of the account, with its numbers loaded."""
    return _with_numbers(account).filter(pk=subaccount_id).first()


def number_of(account: Account, number_id: int) -> PhoneNumber | None:
    """One number of the account, with its subaccount."""
    return PhoneNumber.objects.filter(account=account, pk=number_id).select_related("subaccount").first()


def _with_numbers(account: Account) -> QuerySet[Subaccount]:
    rows: QuerySet[Subaccount] = Subaccount.objects.filter(account=account).prefetch_related("phone_numbers")
    return rows
