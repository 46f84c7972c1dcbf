"""The admin of stored webhooks, and their replay."""

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Func, IntegerField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.counting import count_up_to
from core.paging import Cursor
from core.partitioned_admin import PartitionedAdmin
from messaging.inbound.models import InboxItem
from messaging.inbound.services.replay import MAX_REPLAYED, replay_webhooks

_SHOWN_BYTES = 256 * 1024
_SAMPLE = 10


@admin.register(InboxItem)
class InboxItemAdmin(PartitionedAdmin):
    """Webhooks as received. A replayed one is processed again, which is harmless."""

    list_display = ("received_at", "account", "provider", "state", "attempts", "short_reason", "size")
    list_filter = ("state", "provider", "account")
    list_select_related = ("account",)
    ordering = ("-received_at", "-id")
    actions = ("replay_selected",)
    list_before_template = "inbound/admin/replay_link.html"
    fields = readonly_fields = (
        "id", "account", "endpoint", "provider", "received_at", "state", "reason", "attempts", "due_at", "processed_at",
        "shown_headers", "shown_body",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxItem]:
        """Lists do not load the bodies."""
        rows = super().get_queryset(request).only(*_INBOX_COLUMNS)
        return rows.annotate(size=Func("body", function="octet_length", output_field=IntegerField()))  # type: ignore[no-any-return]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> InboxItem | None:
        """Load a webhook by time and id: no index of a partition has the id alone."""
        try:
            cursor = Cursor.parse(object_id)
        except ValueError:
            return None
        return InboxItem.objects.filter(received_at=cursor.moment, pk=cursor.id).select_related("account").first()

    def object_key(self, item: InboxItem) -> str:
        """The row's key in URLs."""
        return str(Cursor(item.received_at, item.pk))

    @admin.action(description=gettext_lazy("Replay selected webhooks"))
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[InboxItem]) -> None:
        """Replay them; audited."""
        ids = [int(pk) for pk in request.POST.getlist("_selected_action")]
        self._replay(request, InboxItem.objects.filter(pk__in=ids), ids=ids[:1000])

    def get_urls(self) -> list[Any]:
        """The URLs, with the page that replays all matching webhooks."""
        view = self.admin_site.admin_view(self.replay_matching)
        return [path("replay/", view, name="inbound_inboxitem_replay"), *super().get_urls()]

    def replay_matching(self, request: HttpRequest) -> HttpResponse:
        """Show how many webhooks match the list's filters, with a sample; replay all of them once confirmed."""
        back = f"{reverse('admin:inbound_inboxitem_changelist')}?{request.GET.urlencode()}"
        rows = self._matching(request)
        if rows is None:
            return redirect(back)
        n = count_up_to(rows, MAX_REPLAYED)
        if request.method == "POST" and n <= MAX_REPLAYED:
            self._replay(request, rows.order_by(), filter=request.GET.dict())
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Replay all matching webhooks"),
            "opts": self.opts,
            "back": back,
            "n": n,
            "most": MAX_REPLAYED,
            "sample": rows[:_SAMPLE],
        }
        return render(request, "inbound/admin/replay.html", context)

    def _matching(self, request: HttpRequest) -> QuerySet[InboxItem] | None:
        """The rows of the list for these filters, on all its pages; None for invalid filters."""
        try:
            rows: QuerySet[InboxItem] = self.get_changelist_instance(request).get_queryset(request)
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            return None
        return rows

    def _replay(self, request: Any, rows: QuerySet[InboxItem], **details: Any) -> None:
        n = replay_webhooks(rows, details, by=request.principal)
        notice = ngettext("%(n)s webhook will be replayed.", "%(n)s webhooks will be replayed.", n)
        self.message_user(request, notice % {"n": f"{n:,}"}, messages.SUCCESS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The list needs it for actions; no row can be edited, as every field is read-only."""
        return obj is None

    @admin.display(description=gettext_lazy("Reason"))
    def short_reason(self, item: InboxItem) -> str:
        return item.reason[:120]

    @admin.display(description=gettext_lazy("Bytes"))
    def size(self, item: InboxItem) -> str:
        return f"{item.size:,}"  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("Headers"))
    def shown_headers(self, item: InboxItem) -> str:
        return _pre(json.dumps(item.headers, indent=2))

    @admin.display(description=gettext_lazy("Body"))
    def shown_body(self, item: InboxItem) -> str:
        body = bytes(item.body)
        try:
            text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
        except ValueError:
            text = body.decode(errors="backslashreplace")
        if len(text) <= _SHOWN_BYTES:
            return _pre(text)
        cut = _("… %(n)s more characters") % {"n": f"{len(text) - _SHOWN_BYTES:,}"}
        return _pre(f"{text[:_SHOWN_BYTES]}\n{cut}")


_INBOX_COLUMNS = ("received_at", "account__name", "provider", "state", "attempts", "reason")


def _pre(text: str) -> str:
    return format_html('<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>', text)
