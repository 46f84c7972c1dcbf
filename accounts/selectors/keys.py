"""Reads of API keys, as far as a member sees them."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import ApiKey, Membership
from accounts.principal import Principal
from core.paging import Page, page

PAGE_SIZE = 50


def keys_created_by(membership: Membership) -> list[ApiKey]:
    """The valid keys of the account that a member created: they outlive the membership."""
    keys = live_keys(ApiKey.objects.filter(account=membership.account, created_by=membership.user))
    return list(keys.order_by("name", "id"))


def api_keys(by: Principal, params: Mapping[str, str], *, ended: bool) -> Page[ApiKey]:
    """A page of the keys that a member sees, newest first: the valid ones or the ended ones. Two queries."""
    keys = ApiKey.objects.filter(account=by.account)
    if by.reach.limited:
        beyond = ApiKey.subaccounts.through.objects.exclude(subaccount__in=by.reach.visible).values("apikey")
        keys = keys.filter(limited=True).exclude(pk__in=beyond)
    live = live_keys(keys)
    selected = keys.exclude(pk__in=live.values("pk")) if ended else live
    return page(selected.select_related("created_by").prefetch_related("subaccounts"), params, size=PAGE_SIZE)


def api_key_of(by: Principal, key_id: int) -> ApiKey | None:
    """A key whose reach the member's own covers; None for any other."""
    key = ApiKey.objects.filter(account=by.account, pk=key_id).prefetch_related("subaccounts").first()
    return key if key and by.reach.covers(key) else None


def live_keys(keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    """The keys that are neither revoked nor expired."""
    return keys.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)
