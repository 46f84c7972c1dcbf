"""The usual way to build the log, as a baseline of `log`: Django admin's changelist, with COUNT and OFFSET."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from bench.settings import PLAIN
from messaging.log.models import Message


class PlainMessageAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """A changelist with every filter and column of the log's page."""

    list_display = ("created_at", "direction", "status", "msisdn", "country", "template", "category", "phone_number")
    list_select_related = ("template", "phone_number")
    search_fields = ("template__name", "source__name")
    list_per_page = 50
    ordering = ("-created_at", "-id")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Use Django's own templates, not those of the portal's admin."""
        answer = super().changelist_view(request, extra_context)
        answer.using = PLAIN  # type: ignore[attr-defined] # a TemplateResponse
        return answer

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow every filter."""
        return True


plain_site = admin.AdminSite("plain")
plain_site.register(Message, PlainMessageAdmin)
