"""Reads of records."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import QuerySet

from accounts.models import Account
from accounts.principal import Principal
from messaging.records.models import Record

Row = TypeVar("Row", bound=Record)
PAGE_SIZE = 50


def visible(model: type[Row], by: Principal) -> QuerySet[Row]:
    """The records that the principal sees, without erased ones."""
    return visible_rows(model, by.account, by.subaccount_ids).select_related("subaccount")


def visible_rows(model: type[Row], account: Account, subaccount_ids: Sequence[int] | None) -> QuerySet[Row]:
    """The records of these subaccounts (None: of all), without erased ones."""
    rows: QuerySet[Row] = model.objects.filter(account=account, erased_at__isnull=True)
    return rows if subaccount_ids is None else rows.filter(subaccount__in=subaccount_ids)
