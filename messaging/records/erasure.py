"""Erases persons from records."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from messaging.log.holdings import messages_of
from messaging.log.services.erasure import Person
from messaging.records.columns import JSON, Column
from messaging.records.models import Record


@transaction.atomic
def erase(model: type[Record], columns: tuple[Column, ...], account: Account, person: Person, until: datetime) -> int:
    """Empty the personal columns of a person's records that existed then. Returns their number.

    What is counted and charged remains. A later webhook brings nothing personal back.
    """
    rows = model.objects.filter(messages_of(person.holdings), account=account, recorded_at__lte=until)
    return _empty(rows, columns)


def erase_records(model: type[Record], columns: tuple[Column, ...], keys: Collection[UUID]) -> int:
    """Empty the personal columns of the records of these keys. Returns their number."""
    return _empty(model.objects.filter(record_key__in=keys), columns) if keys else 0


def _empty(rows: QuerySet[Any], columns: tuple[Column, ...]) -> int:
    empty = {column.name: None if column.sql_type == JSON else "" for column in columns if column.personal}
    return rows.update(**empty, erased_at=timezone.now())


def erased_keys(model: type[Record], keys: Collection[UUID]) -> set[UUID]:
    """Those of these keys whose records an erasure has emptied."""
    rows = model.objects.filter(record_key__in=keys, erased_at__isnull=False)
    return set(rows.values_list("record_key", flat=True))


def was_erased(model: type[Record], key: UUID) -> bool:
    """Whether an erasure has emptied the record of a key."""
    return bool(erased_keys(model, [key]))
