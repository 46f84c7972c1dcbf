"""Pages of webhooks on hold: those of which a part is not applied, and those with a note. Replay of one or many.

A body can concern any subaccount, so people limited to subaccounts do not see these pages.
"""

import json
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from core.counting import COUNT_LIMIT, count_up_to, format_count
from core.filters import query
from core.paging import Cursor, page
from core.words import Text
from messaging.inbound.enums import InboxState
from messaging.inbound.forms import HeldForm
from messaging.inbound.models import InboxItem
from messaging.inbound.remedies import ExplainedReason, explain, kinds_of, parts_of
from messaging.inbound.selectors.endpoints import endpoints
from messaging.inbound.selectors.inbox import held_webhooks, latest_replay, webhook_at, without_bodies
from messaging.inbound.services.replay import replay_counts, replay_webhooks, start_replay
from messaging.inbound.visibility import Sight, displayed_body

allowed = requires(Permission.MANAGE_WEBHOOKS, whole_account=True)
PAGE_SIZE = 50
_RESULT_FOR = timedelta(days=1)


@allowed
def held(request: TenantRequest) -> HttpResponse:
    """The webhooks on hold, newest first."""
    form = _form(request)
    context: dict[str, Any] = {"form": form, "params": request.GET, "replay": _last_replay(request)}
    if form.is_valid():
        rows = held_webhooks(request.account, form.criteria)
        shown = page(without_bodies(rows), request.GET.dict(), size=PAGE_SIZE, column="received_at")
        context |= {
            "page": shown,
            "rows": _lines(request, shown.rows),
            "count": (n := count_up_to(rows)),
            "n": format_count(n),
            "replay_all": reverse("inbound:held_replay") + query(form.params),
        }
    return render(request, "inbound/held.html", context)


def _lines(request: TenantRequest, items: list[InboxItem]) -> list[dict[str, Any]]:
    names = {endpoint.pk: endpoint.name for endpoint in endpoints(request.account)} if items else {}
    sight = Sight.of(request.principal)
    return [
        {
            "item": item,
            "key": _key(item),
            "endpoint": names.get(item.endpoint_id, ""),
            "reason": next(iter(explain(item, sight)), None),
            "more": len(kinds_of(item)) - 1,
            "parts": parts_of(item),
        }
        for item in items
    ]


def _last_replay(request: TenantRequest) -> dict[str, Any] | None:
    """The last replay of many, with its result, for a day."""
    replay = latest_replay(request.account)
    if replay is None or replay.at < timezone.now() - _RESULT_FOR:
        return None
    return {"replay": replay, **replay_counts(replay)}


@allowed
def held_webhook(request: TenantRequest, webhook: str) -> HttpResponse:
    """One webhook: its reasons with remedies, the applied parts, and the body as the role may see it."""
    item = _webhook(request, webhook)
    sight = Sight.of(request.principal)
    context = {
        "item": item,
        "key": webhook,
        "endpoint": next((each for each in endpoints(request.account) if each.pk == item.endpoint_id), None),
        "reasons": [(reason, _links(request, reason)) for reason in explain(item, sight)],
        "parts": parts_of(item),
        "body": displayed_body(bytes(item.body), sight),
        "headers": json.dumps(item.headers, indent=2),
        "is_waiting": item.state == InboxState.PENDING,
    }
    return render(request, "inbound/held_webhook.html", context)


def _links(request: TenantRequest, reason: ExplainedReason) -> list[tuple[Text, str]]:
    """The label and URL of each page that helps and that the person may open."""
    return [(label, reverse(view)) for label, view, permission in reason.links if request.principal.may(permission)]


@require_POST
@allowed
def replay_one(request: TenantRequest, webhook: str) -> HttpResponse:
    """Requeue one webhook and show its page."""
    item = _webhook(request, webhook)
    rows = InboxItem.objects.filter(account=request.account, pk=item.pk, received_at=item.received_at)
    replay_webhooks(rows, {"ids": [item.pk]}, by=request.principal)
    messages.success(request, _("The webhook is being processed again. Reload the page for the result."))
    return redirect("inbound:held_webhook", webhook)


@allowed
def replay_matching(request: TenantRequest) -> HttpResponse:
    """Show how many webhooks match, then requeue them."""
    form = _form(request)
    back = reverse("inbound:held") + query(form.params)
    if not form.is_valid():
        return redirect(back)
    n = count_up_to(held_webhooks(request.account, form.criteria))
    if request.method != "POST":
        context = {"form": form, "n": n, "count": format_count(n), "back": back}
        return render(request, "inbound/held_replay.html", context)
    replay = start_replay(form.criteria, by=request.principal)
    text = ngettext("%(n)s webhook is being replayed.", "%(n)s webhooks are being replayed.", n)
    words = text % {"n": format_count(n) if n > COUNT_LIMIT else f"{replay.requeued:,}"}
    messages.success(request, f"{words} {_('Reload this page for the result.')}")
    return redirect(back)


def _webhook(request: TenantRequest, key: str) -> InboxItem:
    item = webhook_at(request.account, key)
    if item is None:
        raise Http404("No such webhook.")
    return item


def _key(item: InboxItem) -> str:
    return str(Cursor(item.received_at, item.pk))


def _form(request: TenantRequest) -> HeldForm:
    return HeldForm(request.GET, endpoints=endpoints(request.account))
