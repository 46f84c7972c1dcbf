"""Changes to an account's endpoints, audited in the same transaction, without the authorization header."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.principal import Principal
from core.errors import UserError
from core.networks import origin_of
from events.enums import DeliveryState
from events.models import Delivery, Endpoint

MAX_RETRIED = 10_000


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """An endpoint to configure or delete; without a subaccount, the one for all. `name` is its type in the audit.

    An `authorization` of None keeps the current one, for the same origin only. Deletion needs neither `authorization`
    nor `url`.
    """

    subaccount_id: int | None
    event_type: str
    name: str
    url: str = ""
    enabled: bool = True
    authorization: str | None = ""


@transaction.atomic
def configure_endpoints(configurations: Sequence[EndpointSettings], *, by: Principal) -> None:
    """Create these endpoints of the account, or replace those of the same subaccount and type. Raises UserError."""
    for configuration in configurations:
        endpoint = _endpoint_of(by, configuration).select_for_update().first() or Endpoint(
            account=by.account, subaccount_id=configuration.subaccount_id, event_type=configuration.event_type
        )
        _check_authorization(endpoint, configuration)
        if endpoint.url != configuration.url:  # the results of the former URL do not apply to the new one
            endpoint.delivered_at, endpoint.failed_at, endpoint.failure = None, None, ""
        endpoint.url, endpoint.enabled = configuration.url, configuration.enabled
        if configuration.authorization is not None:
            endpoint.authorization = configuration.authorization
        endpoint.save()
        details = {"subaccount": _code(endpoint), "url": configuration.url, "enabled": configuration.enabled}
        by.record("webhook.configured", configuration.name, details)


def _check_authorization(endpoint: Endpoint, configuration: EndpointSettings) -> None:
    """Keep the authorization from another host: who may change the URL could read the header there."""
    is_kept = configuration.authorization is None and endpoint.authorization_sealed
    if is_kept and origin_of(endpoint.url) != origin_of(configuration.url):
        raise UserError(
            f"The stored authorization of {configuration.name} is not for the host of {configuration.url}",
            field="httpAuthorization", remedy="give httpAuthorization again, or leave it out for none.",
        )  # fmt: skip


@transaction.atomic
def delete_endpoints(configurations: Sequence[EndpointSettings], *, by: Principal) -> None:
    """Delete these endpoints if they exist; pending deliveries to them are dropped."""
    for configuration in configurations:
        for endpoint in _endpoint_of(by, configuration).select_related("subaccount"):
            details = {"subaccount": _code(endpoint), "url": endpoint.url}
            endpoint.delete()
            by.record("webhook.deleted", configuration.name, details)


@transaction.atomic
def retry_failed(*, by: Principal) -> int:
    """Make up to `MAX_RETRIED` failed deliveries of the account pending again; audited. Return how many."""
    failed = Delivery.objects.filter(account=by.account, state=DeliveryState.FAILED).order_by("-id")
    ids = list(failed.values_list("pk", flat=True)[:MAX_RETRIED])
    rows = Delivery.objects.filter(account=by.account, pk__in=ids, state=DeliveryState.FAILED)
    n = rows.update(state=DeliveryState.PENDING, attempts=0, due_at=timezone.now())
    if n:
        by.record("webhook.posted_again", "", {"count": n})
    return n


def _endpoint_of(by: Principal, configuration: EndpointSettings) -> QuerySet[Endpoint]:
    """The endpoint of this subaccount and type, if it exists."""
    rows = Endpoint.objects.filter(account=by.account, event_type=configuration.event_type)
    if configuration.subaccount_id is None:
        return rows.filter(subaccount__isnull=True)
    return rows.filter(subaccount_id=configuration.subaccount_id)


def _code(endpoint: Endpoint) -> str:
    return endpoint.subaccount.code if endpoint.subaccount else "*"
