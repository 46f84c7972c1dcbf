"""Pages of REST lists: the addresses of a page's neighbours."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from core.filters import PAGING
from core.paging import Cursor, Page


class PageSerializer(serializers.Serializer[Any]):
    """A page of a list, whose class adds `results`: the addresses of its neighbours."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


def links(request: Request, found: Page[Any]) -> dict[str, str | None]:
    """`next` (older rows) and `previous` (newer ones): the request's own address with another cursor, or None."""
    return {"next": _link(request, "older", found.older), "previous": _link(request, "newer", found.newer)}


def _link(request: Request, direction: str, cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    for name in PAGING:
        query.pop(name, None)
    query[direction] = str(cursor)
    link: str = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return link
