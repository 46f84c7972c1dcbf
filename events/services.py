"""Changes of an account's endpoints, each audited in its transaction; the audit holds no authorization."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.principal import Principal
from events.enums import DeliveryState
from events.models import Delivery, Endpoint

MOST_AGAIN = 10_000


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """An endpoint to configure or delete; without a subaccount, that of all. `name` is what the audit calls its type.

    An `authorization` of None leaves what there is. Deleting needs neither that nor an address.
    """

    subaccount_id: int | None
    event_type: str
    name: str
    url: str = ""
    enabled: bool = True
    authorization: str | None = ""


@transaction.atomic
def configure(configurations: Sequence[EndpointSettings], *, by: Principal) -> None:
    """Create these endpoints of the account, or replace those of the same subaccount and type."""
    for configuration in configurations:
        endpoint = _named(by, configuration).select_for_update().first() or Endpoint(
            account=by.account, subaccount_id=configuration.subaccount_id, event_type=configuration.event_type
        )
        if endpoint.url != configuration.url:  # what is known of the former address says nothing of this one
            endpoint.delivered_at, endpoint.failed_at, endpoint.failure = None, None, ""
        endpoint.url, endpoint.enabled = configuration.url, configuration.enabled
        if configuration.authorization is not None:
            endpoint.authorization = configuration.authorization
        endpoint.save()
        details = {"subaccount": _code(endpoint), "url": configuration.url, "enabled": configuration.enabled}
        by.record("webhook.configured", configuration.name, details)


@transaction.atomic
def remove(unwanted: Sequence[EndpointSettings], *, by: Principal) -> None:
    """Delete these endpoints where they exist; what waits to be posted to them is dropped."""
    for one in unwanted:
        for endpoint in _named(by, one).select_related("subaccount"):
            details = {"subaccount": _code(endpoint), "url": endpoint.url}
            endpoint.delete()
            by.record("webhook.deleted", one.name, details)


@transaction.atomic
def post_again(*, by: Principal) -> int:
    """Put what was given up of the account back in line, up to `MOST_AGAIN` of them; audited. Returns how many."""
    given_up = Delivery.objects.filter(account=by.account, state=DeliveryState.FAILED).order_by("-id")
    ids = list(given_up.values_list("pk", flat=True)[:MOST_AGAIN])
    rows = Delivery.objects.filter(account=by.account, pk__in=ids, state=DeliveryState.FAILED)
    n = rows.update(state=DeliveryState.PENDING, attempts=0, due_at=timezone.now())
    if n:
        by.record("webhook.posted_again", "", {"count": n})
    return n


def _named(by: Principal, one: EndpointSettings) -> QuerySet[Endpoint]:
    """The endpoint of that subaccount and type, or none."""
    rows = Endpoint.objects.filter(account=by.account, event_type=one.event_type)
    if one.subaccount_id is None:
        return rows.filter(subaccount__isnull=True)
    return rows.filter(subaccount_id=one.subaccount_id)


def _code(endpoint: Endpoint) -> str:
    return endpoint.subaccount.code if endpoint.subaccount else "*"
