"""Base classes of the admin pages."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Rows that only Tollgate itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class BigTableAdmin(ReadOnlyAdmin):
    """A table with millions of rows: they are never counted, and only retention deletes them."""

    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether a URL may filter by this: Django would also answer `?msisdn__startswith=`, which guesses numbers."""
        name = lookup.split("__", maxsplit=1)[0]
        offered = {each for each in self.list_filter if isinstance(each, str)}
        is_hidden = name not in offered and name in {field.name for field in self.opts.get_fields()}
        return not is_hidden and bool(super().lookup_allowed(lookup, value, request))
