"""Which numbers a provider can be asked about, and asking for it soon."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Account
from messaging.log.models import PhoneNumber
from providers.registry import names_with

PATIENCE = timedelta(minutes=1)  # a number is asked at most so often, whoever presses the button


def providers_with_health() -> list[str]:
    """Those that answer whether a number can send."""
    return names_with(lambda vendor: vendor.health)


def askable(account: Account, subaccount_ids: Sequence[int] | None) -> QuerySet[PhoneNumber]:
    """The numbers within reach whose provider can be asked."""
    numbers = PhoneNumber.objects.filter(account=account, provider__in=providers_with_health())
    numbers = numbers.exclude(credential_sealed="")
    return numbers if subaccount_ids is None else numbers.filter(subaccount__in=subaccount_ids)


def ask_soon(account: Account, subaccount_ids: Sequence[int] | None) -> int:
    """Have the next run ask for the numbers within reach; how many, without those asked within the last minute."""
    now = timezone.now()
    rested = Q(health_asked_at__isnull=True) | Q(health_asked_at__lte=now - PATIENCE)
    return askable(account, subaccount_ids).filter(rested).update(health_due_at=now)
