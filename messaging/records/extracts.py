"""Exports of records, as statements whose rows PostgreSQL writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import Expression, F, QuerySet, TextField, Value
from django.db.models.functions import Coalesce

from core.extracts import MaskedNumber, select_as
from messaging.records.models import Record

Span = tuple[datetime, datetime]  # the end is not included
Row = TypeVar("Row", bound=Record)
PERSONAL = ("msisdn", "user_id")
_RELATED = MappingProxyType({"id": "record_key", "subaccount_id": "subaccount__code"})


def record_span(rows: QuerySet[Any], before: datetime) -> Span | None:
    """The span in which these records, as far as they are older than `before`, were created; None without any."""
    try:
        first = rows.filter(created_at__lt=before).order_by("created_at", "pk").values_list("created_at", flat=True)[:1]
        return next(((at, before) for at in first), None)
    except EmptyResultSet:
        return None


def within_span(rows: QuerySet[Row], span: Span) -> QuerySet[Row]:
    """The records created in the span, oldest first."""
    return rows.filter(created_at__gte=span[0], created_at__lt=span[1]).order_by("created_at", "pk")


def record_extract(
    rows: QuerySet[Any], names: Sequence[str], *, whole_numbers: bool, limit: int | None,
    hidden: Mapping[str, bool] = MappingProxyType({}), paths: Mapping[str, str] = MappingProxyType({}),
) -> str:  # fmt: skip
    """The statement that selects these fields of ordered records. `hidden` ones are empty; `paths` are joins."""
    paths = {**_RELATED, **paths}
    expressions = {
        name: Value("")
        if hidden.get(name)
        else _expression(name, paths.get(name, name), masked=name in PERSONAL and not whole_numbers)
        for name in names
    }
    return select_as(rows, expressions, limit)


def _expression(name: str, path: str, *, masked: bool) -> Expression | F:
    if masked:
        return MaskedNumber(F(name), output_field=TextField())
    return Coalesce(F(path), Value("")) if "__" in path else F(path)
