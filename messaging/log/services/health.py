"""Health checks of numbers: which have one, and requesting one."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.principal import Principal
from messaging.log.models import PhoneNumber
from providers.registry import names_with

MIN_INTERVAL = timedelta(minutes=1)  # between two checks of a number


def providers_with_health() -> list[str]:
    """The providers with a health status."""
    return names_with(lambda vendor: vendor.health)


def checkable_numbers(by: Principal) -> QuerySet[PhoneNumber]:
    """The numbers within reach whose provider has a health check."""
    numbers = PhoneNumber.objects.filter(account=by.account, provider__in=providers_with_health())
    return by.within(numbers.exclude(credential_sealed=""))


def request_health_check(by: Principal) -> int:
    """Make the numbers within reach due for a check; return how many, without those checked within the last minute."""
    now = timezone.now()
    is_ready = Q(health_asked_at__isnull=True) | Q(health_asked_at__lte=now - MIN_INTERVAL)
    return checkable_numbers(by).filter(is_ready).update(health_due_at=now)
