"""An account's endpoints and its undelivered events."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from accounts.principal import Principal
from core.counting import count_up_to, format_count
from events.enums import DeliveryState
from events.models import Delivery, Endpoint

_MAX_ROWS = 20


def visible_endpoints(by: Principal) -> QuerySet[Endpoint]:
    """The endpoints that the principal has access to."""
    return by.within(Endpoint.objects.filter(account=by.account).select_related("subaccount").order_by("id"))


@dataclass(frozen=True, slots=True)
class Backlog:
    """The undelivered events at a time: counts up to `COUNT_LIMIT` + 1, and the newest deliveries."""

    waiting: int
    failed: int
    rows: list[Delivery]
    at: datetime

    @property
    def waiting_text(self) -> str:
        """The count as a page shows it: 1,000+."""
        return format_count(self.waiting)

    @property
    def failed_text(self) -> str:
        """The count as a page shows it: 1,000+."""
        return format_count(self.failed)


def backlog(account: Account) -> Backlog:
    """The pending and failed deliveries of an account."""
    deliveries = Delivery.objects.filter(account=account)
    waiting, failed = (deliveries.filter(state=state) for state in (DeliveryState.PENDING, DeliveryState.FAILED))
    rows = deliveries.filter(state__in=(DeliveryState.PENDING, DeliveryState.FAILED))
    return Backlog(
        count_up_to(waiting),
        count_up_to(failed),
        list(rows.select_related("event", "subscription").order_by("-id")[:_MAX_ROWS]),
        timezone.now(),
    )
