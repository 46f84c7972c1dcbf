"""The operator's pages: webhooks in, numbers, templates, messages."""

import json
import secrets
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Func, IntegerField, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from accounts.services import record
from messaging.inbox import replay
from messaging.models import Change, InboxItem, Message, PhoneNumber, Template, WebhookEndpoint
from portal.core.admin import BigTableAdmin
from portal.core.numbers import masked
from portal.core.paging import Cursor

_SHOWN_BYTES = 256 * 1024


@admin.register(PhoneNumber)
class PhoneNumberAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("display_name", "msisdn", "provider", "provider_number_id", "account", "subaccount", "quality")
    list_filter = ("account", "provider")
    list_select_related = ("account", "subaccount")
    search_fields = ("display_name", "msisdn", "provider_number_id")


@admin.register(Template)
class TemplateAdmin(ModelAdmin):  # type: ignore[misc]
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


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """Secrets are given once; afterwards only the address can be read."""

    header_value = forms.CharField(
        required=False, help_text="What the provider sends in that header.", widget=UnfoldAdminPasswordWidget()
    )
    app_secret = forms.CharField(
        required=False,
        help_text="Meta: the app's secret, the key of its signatures.",
        widget=UnfoldAdminPasswordWidget(),
    )
    verify_token = forms.CharField(
        required=False, help_text="Meta: a word of your choice, repeated at Meta.", widget=UnfoldAdminTextInputWidget()
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("account", "provider", "name", "header_name", "is_active")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "provider", "account", "is_active", "created_at")
    list_filter = ("account", "provider", "is_active")
    list_select_related = ("account",)
    form = EndpointForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Secrets on creation, the address afterwards."""
        own = ("account", "provider", "name", "header_name")
        return (*own, "is_active", "address") if obj else (*own, "header_value", "app_secret", "verify_token")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An endpoint stays with its account: its secrets are sealed for it."""
        return ("account", "provider", "address") if obj else ()

    @admin.display(description="Address for the provider")
    def address(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.path

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Give a new endpoint its token and secrets."""
        if not change:
            given = form.cleaned_data
            obj.set_secrets(
                token=secrets.token_urlsafe(24),
                header=given["header_value"],
                app_secret=given["app_secret"],
                verify_token=given["verify_token"],
            )
        super().save_model(request, obj, form, change)


class PlacedChangeList(ChangeList):  # type: ignore[misc]
    """Rows whose address says where in the partitions they are."""

    def url_for_result(self, result: Any) -> str:
        """The row's page."""
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[self.model_admin.place(result)]
        )


class PlacedAdmin(BigTableAdmin):
    """A partitioned table: a row is found by what its index knows, not by id alone."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PlacedChangeList


@admin.register(InboxItem)
class InboxItemAdmin(PlacedAdmin):
    """Webhooks as they came. A replayed one is worked off again; that is harmless for what it said before."""

    list_display = ("received_at", "account", "provider", "state", "attempts", "short_reason", "size")
    list_filter = ("state", "provider", "account")
    list_select_related = ("account",)
    ordering = ("-received_at", "-id")
    actions = ("replay_chosen",)
    fields = readonly_fields = (
        "id", "account", "endpoint", "provider", "received_at", "state", "reason", "attempts", "due_at", "processed_at",
        "shown_headers", "shown_body",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxItem]:
        """Lists leave the bodies where they are."""
        rows = super().get_queryset(request).only(*_INBOX_COLUMNS)
        return rows.annotate(size=Func("body", function="octet_length", output_field=IntegerField()))  # type: ignore[no-any-return]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> InboxItem | None:
        """By place, as a partition's index knows no id alone."""
        try:
            cursor = Cursor.parse(object_id)
        except ValueError:
            return None
        return InboxItem.objects.filter(received_at=cursor.moment, pk=cursor.id).select_related("account").first()

    def place(self, item: InboxItem) -> str:
        """Its address."""
        return str(Cursor(item.received_at, item.pk))

    @admin.action(description="Replay the chosen webhooks")
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[InboxItem]) -> None:
        """Put them back in line; audited."""
        ids = [int(pk) for pk in request.POST.getlist("_selected_action")]
        n = replay(ids)
        record(
            account=None,
            actor=request.user.email,  # type: ignore[union-attr]
            action="inbox.replayed",
            target=f"{n} webhooks",
            details={"ids": ids[:1000]},
        )
        self.message_user(request, f"{n} {'webhook is' if n == 1 else 'webhooks are'} back in line.", messages.SUCCESS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Actions need it on the list; no row can be edited, as every field is read-only."""
        return obj is None

    @admin.display(description="Reason")
    def short_reason(self, item: InboxItem) -> str:
        return item.reason[:120]

    @admin.display(description="Bytes")
    def size(self, item: InboxItem) -> str:
        return f"{item.size:,}"  # type: ignore[attr-defined]

    @admin.display(description="Headers")
    def shown_headers(self, item: InboxItem) -> str:
        return _pre(json.dumps(item.headers, indent=2))

    @admin.display(description="Body")
    def shown_body(self, item: InboxItem) -> str:
        body = bytes(item.body)
        try:
            text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
        except ValueError:
            text = body.decode(errors="backslashreplace")
        cut = f"\n… {len(text) - _SHOWN_BYTES:,} more characters" if len(text) > _SHOWN_BYTES else ""
        return _pre(text[:_SHOWN_BYTES] + cut)


_INBOX_COLUMNS = ("received_at", "account__name", "provider", "state", "attempts", "reason")


@admin.register(Message)
class MessageAdmin(PlacedAdmin):
    """The log over all accounts; numbers stay masked, as an operator needs none."""

    list_display = ("created_at", "account", "umid", "provider", "direction", "masked_number", "status", "error_code")
    list_filter = ("account", "direction")
    list_select_related = ("account",)
    ordering = ("-created_at", "-id")
    search_fields = ("umid",)
    search_help_text = "A whole UMID"
    exclude = ("msisdn", "user_id")
    readonly_fields = ("masked_number",)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Message | None:
        """By UMID, which has an index."""
        return _by_umid(Message.objects.select_related("account"), object_id).first()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A whole UMID, or nothing."""
        return (_by_umid(queryset, search_term) if search_term else queryset), False

    def place(self, message: Message) -> str:
        """Its address."""
        return str(message.umid)

    @admin.display(description="Number")
    def masked_number(self, message: Message) -> str:
        return masked(message.msisdn or message.user_id)


def _by_umid(rows: QuerySet[Message], text: str) -> QuerySet[Message]:
    try:
        return rows.filter(umid=UUID(text))
    except ValueError:
        return rows.none()


def _pre(text: str) -> str:
    return format_html('<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>', text)
