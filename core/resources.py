"""REST responses with rows: a page of a list, or one object, with the fields requested by `fields=`."""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.request import Request

from core.filtersets import RowQuery
from core.links import links
from core.paging import page
from core.queries import reject_params
from core.sparse import PARAMETER, SparseSerializer, requested_fields

PAGE_SIZE = 100

# From rows and their requested fields (None: all) to the context that their serializer needs.
Context = Callable[[list[Any], set[str] | None], Mapping[str, Any]]


def no_context(rows: list[Any], fields: set[str] | None) -> Mapping[str, Any]:
    """The context of a serializer that needs none."""
    return {}


def page_data(
    serializer: type[SparseSerializer], query: RowQuery, request: Request, *, column: str = "created_at",
    context: Context = no_context,
) -> dict[str, Any]:  # fmt: skip
    """A page of the filtered rows, newest by `column` first. Raises ValidationError naming the parameter."""
    fields = requested_fields(serializer, request.query_params)
    result = page(query.validated_rows(), request.query_params, size=PAGE_SIZE, column=column)
    full_context = {**context(result.rows, fields), PARAMETER: fields}
    return {**links(request, result), "results": serializer(result.rows, many=True, context=full_context).data}


def detail_data(
    serializer: type[SparseSerializer], row: Any, request: Request, context: Context = no_context
) -> dict[str, Any]:
    """One row. Raises ValidationError for an unknown field and for any other parameter."""
    fields = requested_fields(serializer, request.query_params)
    reject_params(request, except_for={PARAMETER})
    return dict(serializer(row, context={**context([row], fields), PARAMETER: fields}).data)
