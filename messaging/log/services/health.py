"""Which numbers a provider can be asked about, and asking for it soon."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.principal import Principal
from messaging.log.models import PhoneNumber
from providers.vocabulary import Provider

PATIENCE = timedelta(minutes=1)  # a number is asked at most so often, whoever presses the button


ASKED = (Provider.META, Provider.DIALOG_360, Provider.SANDBOX)  # 8x8 has no health status


def askable(by: Principal) -> QuerySet[PhoneNumber]:
    """The numbers within reach whose provider can be asked."""
    return by.within(PhoneNumber.objects.filter(account=by.account, provider__in=ASKED).exclude(credential_sealed=""))


def ask_soon(by: Principal) -> int:
    """Have the next run ask for the numbers within reach; how many, without those asked within the last minute."""
    now = timezone.now()
    rested = Q(health_asked_at__isnull=True) | Q(health_asked_at__lte=now - PATIENCE)
    return askable(by).filter(rested).update(health_due_at=now)
