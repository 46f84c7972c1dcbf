"""Numbers, templates, and what providers announced of them."""

from django.contrib import admin

from accounts.admin import AuditedAdmin
from messaging.models import Change, PhoneNumber, Template
from portal.core.admin import BigTableAdmin


@admin.register(PhoneNumber)
class PhoneNumberAdmin(AuditedAdmin):
    list_display = ("display_name", "msisdn", "provider", "provider_number_id", "account", "subaccount", "quality")
    list_filter = ("account", "provider")
    list_select_related = ("account", "subaccount")
    search_fields = ("display_name", "msisdn", "provider_number_id")


@admin.register(Template)
class TemplateAdmin(AuditedAdmin):
    list_display = ("name", "language", "category", "status", "quality", "waba", "account")
    list_filter = ("account", "status", "category")
    list_select_related = ("account", "waba")
    search_fields = ("name",)


@admin.register(Change)
class ChangeAdmin(BigTableAdmin):
    """What providers announced of templates, numbers and WABAs."""

    list_display = ("at", "account", "subject", "subject_id", "field", "old", "new", "reason")
    list_filter = ("subject", "account")
    list_select_related = ("account",)
    fields = readonly_fields = (
        "account", "subject", "subject_id", "at", "field", "old", "new", "reason", "details", "webhook_id",
    )  # fmt: skip
