"""The admin pages of endpoints and deliveries, over all accounts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import BigTableAdmin, ReadOnlyAdmin
from events.models import Delivery, Endpoint


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    """The endpoints of accounts, who configure them themselves."""

    list_display = ("account", "subaccount", "event_type", "url", "enabled", "created_at")
    list_filter = ("event_type", "enabled", "account")
    list_select_related = ("account", "subaccount")
    fields = readonly_fields = (
        "account", "subaccount", "event_type", "format", "url", "enabled", "created_at", "has_authorization",
    )  # fmt: skip

    @admin.display(boolean=True, description="Authorization")
    def has_authorization(self, endpoint: Endpoint) -> bool:
        return bool(endpoint.authorization_sealed)


@admin.register(Delivery)
class DeliveryAdmin(BigTableAdmin):
    """Deliveries: posted, pending and failed."""

    list_display = ("due_at", "account", "event_type", "state", "attempts", "answer", "subject")
    list_filter = ("state", "account")
    list_select_related = ("account", "event", "subscription")
    ordering = ("-id",)
    fields = readonly_fields = (
        "account", "event_type", "subject", "url", "at", "payload", "state", "due_at", "attempts", "answer",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        """The deliveries with their event and subscription."""
        return super().get_queryset(request).select_related("event", "subscription")

    @admin.display(description="Type")
    def event_type(self, delivery: Delivery) -> str:
        return delivery.event.type

    @admin.display(description="Subject")
    def subject(self, delivery: Delivery) -> str:
        return str(delivery.subscription.public_id)

    @admin.display(description="URL")
    def url(self, delivery: Delivery) -> str:
        return delivery.subscription.url or "as configured"

    @admin.display(description="At")
    def at(self, delivery: Delivery) -> Any:
        return delivery.event.at

    @admin.display(description="Payload")
    def payload(self, delivery: Delivery) -> Any:
        return delivery.event.payload
