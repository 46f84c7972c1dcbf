"""The log over all accounts."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.numbers import mask_number
from core.partitioned_admin import PartitionedAdmin
from messaging.log.models import Message


@admin.register(Message)
class MessageAdmin(PartitionedAdmin):
    """The log of all accounts. Numbers are masked: operators do not need them."""

    list_display = ("created_at", "account", "umid", "provider", "direction", "masked_number", "status", "error_code")
    list_filter = ("account", "direction")
    list_select_related = ("account",)
    ordering = ("-created_at", "-id")
    search_fields = ("umid",)
    search_help_text = "A full UMID"
    exclude = ("msisdn", "user_id")
    readonly_fields = ("masked_number",)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Message | None:
        """Load a message by UMID, which has an index."""
        return _by_umid(Message.objects.select_related("account"), object_id).first()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search for a complete UMID only."""
        return (_by_umid(queryset, search_term) if search_term else queryset), False

    def object_key(self, message: Message) -> str:
        """The row's key in URLs."""
        return str(message.umid)

    @admin.display(description="Number")
    def masked_number(self, message: Message) -> str:
        return mask_number(message.msisdn or message.user_id)


def _by_umid(rows: QuerySet[Message], text: str) -> QuerySet[Message]:
    try:
        return rows.filter(umid=UUID(text))
    except ValueError:
        return rows.none()
