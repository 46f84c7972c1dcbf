"""Read-only admin of submissions, over all accounts."""

from django.contrib import admin

from core.admin import BigTableAdmin
from messaging.sending.models import Submission


@admin.register(Submission)
class SubmissionAdmin(BigTableAdmin):
    """Unsettled submissions, without phone numbers and contents, which an operator does not need."""

    list_display = ("created_at", "account", "umid", "provider", "shape", "state", "attempts", "due_at")
    list_filter = ("state", "provider", "account")
    list_select_related = ("account",)
    ordering = ("-id",)
    fields = readonly_fields = (
        "account", "umid", "created_at", "shape", "provider", "subaccount", "phone_number", "state", "is_logged",
        "due_at", "expires_at", "attempts", "provider_message_id", "batch_id",
    )  # fmt: skip
