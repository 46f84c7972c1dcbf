"""The pages of other channels."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.permissions import roles_with
from core.words import join_or
from messaging.legs.filters import LegForm
from messaging.legs.models import Leg
from messaging.legs.selectors import whatsapp_messages
from messaging.records.selectors import visible
from messaging.records.views import known_times, list_context


@requires(Permission.VIEW_MESSAGES)
@require_GET
def legs(request: TenantRequest) -> HttpResponse:
    """The messages on other channels, newest first."""
    form = LegForm.of(request.GET, request.principal, timezone.localdate())
    return render(request, "legs/legs.html", list_context(request, form))


@requires(Permission.VIEW_MESSAGES)
@require_GET
def leg_page(request: TenantRequest, leg_id: UUID) -> HttpResponse:
    """One message on another channel, with the WhatsApp message of the same UMID."""
    by = request.principal
    leg = get_object_or_404(visible(Leg, by), record_key=leg_id)
    message = whatsapp_messages([leg], by.subaccount_ids).get(leg.pk)
    context: dict[str, Any] = {"row": leg, "times": known_times(leg, _time_labels()), "message": message}
    if by.may(Permission.VIEW_CONTENT):
        context["text"] = _text(leg)
    else:
        context["content_roles"] = join_or([role.label for role in roles_with(Permission.VIEW_CONTENT)])
    return render(request, "legs/leg.html", context)


def _time_labels() -> dict[str, str]:
    return {
        "queued_at": _("Queued"), "sent_at": _("Sent"), "delivered_at": _("Delivered"), "read_at": _("Read"),
        "failed_at": _("Failed"), "rejected_at": _("Rejected"), "received_at": _("Received"),
    }  # fmt: skip


def _text(leg: Leg) -> str:
    """The text of the content; empty without one."""
    content = leg.content or {}
    body = content.get("body")
    return str(content.get("text") or (body.get("text") if isinstance(body, dict) else "") or "")
