"""What REST answers of rows, a page of them or one: the fields that `fields=` asks for, and no parameter unknown."""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.request import Request

from core.filtersets import Listed
from core.links import links
from core.paging import page
from core.queries import nothing_asked
from core.sparse import PARAMETER, SparseSerializer, wanted_fields

PAGE_SIZE = 100

# Of some rows and the fields that are wanted of them (None: all), the context that their serializer needs.
Context = Callable[[list[Any], set[str] | None], Mapping[str, Any]]


def no_context(rows: list[Any], fields: set[str] | None) -> Mapping[str, Any]:
    """For a serializer that needs none."""
    return {}


def listed(
    serializer: type[SparseSerializer], rows: Listed, request: Request, *, column: str = "created_at",
    context: Context = no_context,
) -> dict[str, Any]:  # fmt: skip
    """A page of what the filters let through, newest by `column` first. Raises ValidationError naming the parameter."""
    fields = wanted_fields(serializer, request.query_params)
    found = page(rows.checked(), request.query_params, size=PAGE_SIZE, column=column)
    about = {**context(found.rows, fields), PARAMETER: fields}
    return {**links(request, found), "results": serializer(found.rows, many=True, context=about).data}


def shown(
    serializer: type[SparseSerializer], row: Any, request: Request, context: Context = no_context
) -> dict[str, Any]:
    """One row. Raises ValidationError for a field nobody knows and for any other parameter."""
    fields = wanted_fields(serializer, request.query_params)
    nothing_asked(request, but={PARAMETER})
    return dict(serializer(row, context={**context([row], fields), PARAMETER: fields}).data)
