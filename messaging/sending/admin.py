"""What is being sent for clients, and what they are told of it: to look at, over all accounts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import BigTableAdmin, ReadOnlyAdmin
from events.models import OutgoingWebhook, Receipt
from messaging.sending.models import Submission


@admin.register(Submission)
class SubmissionAdmin(BigTableAdmin):
    """Requests that are not over. What they say is not shown, as an operator needs neither numbers nor texts."""

    list_display = ("created_at", "account", "umid", "provider", "shape", "state", "attempts", "due_at")
    list_filter = ("state", "provider", "account")
    list_select_related = ("account",)
    ordering = ("-id",)
    fields = readonly_fields = (
        "account", "umid", "created_at", "shape", "provider", "subaccount", "phone_number", "state", "is_logged",
        "due_at", "expires_at", "attempts", "provider_message_id", "batch_id",
    )  # fmt: skip


@admin.register(OutgoingWebhook)
class OutgoingWebhookAdmin(ReadOnlyAdmin):
    """Where accounts are told of their messages. They configure that themselves."""

    list_display = ("account", "subaccount", "kind", "url", "enabled", "created_at")
    list_filter = ("kind", "enabled", "account")
    list_select_related = ("account", "subaccount")
    fields = readonly_fields = ("account", "subaccount", "kind", "url", "enabled", "created_at", "has_authorization")

    @admin.display(boolean=True, description="Authorization")
    def has_authorization(self, webhook: OutgoingWebhook) -> bool:
        return bool(webhook.authorization_sealed)


@admin.register(Receipt)
class ReceiptAdmin(BigTableAdmin):
    """What was posted, what waits, and what was given up."""

    list_display = ("due_at", "account", "word", "state", "attempts", "answer", "umid")
    list_filter = ("state", "account")
    list_select_related = ("account", "callback")
    ordering = ("-id",)
    fields = readonly_fields = (
        "account", "umid", "url", "at", "word", "detail", "error_code", "error_title", "state", "due_at", "attempts",
        "answer",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        """With where each is posted."""
        return super().get_queryset(request).select_related("callback")

    @admin.display(description="UMID")
    def umid(self, receipt: Receipt) -> str:
        return str(receipt.callback.umid)

    @admin.display(description="URL")
    def url(self, receipt: Receipt) -> str:
        return receipt.callback.url or "as configured"
