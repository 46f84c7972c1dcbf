"""Where an account's events go, and what waits."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from accounts.principal import Principal
from core.counting import count_up_to, format_count
from events.enums import DeliveryState
from events.models import Delivery, Endpoint

_MOST_ROWS = 20


def endpoints_within(by: Principal) -> QuerySet[Endpoint]:
    """Those within reach."""
    return by.within(Endpoint.objects.filter(account=by.account).select_related("subaccount").order_by("id"))


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is not delivered at a moment: counts up to `COUNT_LIMIT` + 1, and the newest rows of them."""

    waiting: int
    given_up: int
    rows: list[Delivery]
    at: datetime

    @property
    def waiting_words(self) -> str:
        """As people read it: 1,000+."""
        return format_count(self.waiting)

    @property
    def given_up_words(self) -> str:
        """As people read it: 1,000+."""
        return format_count(self.given_up)


def backlog(account: Account) -> Backlog:
    """The deliveries of an account that wait to be posted, or were given up."""
    deliveries = Delivery.objects.filter(account=account)
    waiting, given_up = (deliveries.filter(state=state) for state in (DeliveryState.PENDING, DeliveryState.FAILED))
    rows = deliveries.filter(state__in=(DeliveryState.PENDING, DeliveryState.FAILED))
    return Backlog(
        count_up_to(waiting),
        count_up_to(given_up),
        list(rows.select_related("event", "subscription").order_by("-id")[:_MOST_ROWS]),
        timezone.now(),
    )
