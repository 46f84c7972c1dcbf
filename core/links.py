"""Pages of REST lists: the URLs of the neighbouring pages."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from core.filters import PAGING
from core.paging import Cursor, Page


class PageSerializer(serializers.Serializer[Any]):
    """The URLs of a page's neighbours; a subclass adds `results`."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


def links(request: Request, result: Page[Any]) -> dict[str, str | None]:
    """`next` (older rows) and `previous` (newer ones): the request's own URL with another cursor, or None."""
    return {"next": _link(request, "older", result.older), "previous": _link(request, "newer", result.newer)}


def _link(request: Request, direction: str, cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    for name in PAGING:
        query.pop(name, None)
    query[direction] = str(cursor)
    link: str = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return link
