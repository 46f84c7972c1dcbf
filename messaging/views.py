"""The message log and one message."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.permissions import roles_with
from messaging.filters import log_filter, log_sentence
from messaging.forms import LogForm
from messaging.selectors.channels import channels, template_names
from messaging.selectors.endpoints import endpoint_addresses
from messaging.selectors.log import charges, log_page, story
from messaging.selectors.traffic import has_traffic
from messaging.story import contradicted, diagnosed, heading, said, timeline
from portal.core.filters import query
from portal.core.zones import current_zone


@requires(Permission.VIEW_MESSAGES)
def log(request: TenantRequest) -> HttpResponse:
    """The list; HTMX gets its results only."""
    account, reach = request.account, request.reach
    form = LogForm(
        request.GET,
        today=timezone.localdate(),
        subaccounts={each.code: each.name for each in reach.visible},
        channels=channels(account, reach.ids),
        templates=template_names(account, reach.ids),
        exact_numbers=not request.membership.may(Permission.VIEW_NUMBERS),
    )
    context: dict[str, object] = {"form": form, "sentence": log_sentence(account, form, reach, current_zone())}
    if form.is_valid():
        page = log_page(account, log_filter(form, reach, current_zone()), request.GET.dict())
        context["page"] = page
        if request.membership.may(Permission.VIEW_COSTS):
            context["charges"] = charges(account, page.rows)
        if not page.rows:
            context["nothing_yet"] = not has_traffic(account)
            context["addresses"] = endpoint_addresses(account, request.membership)
    elif form.unknown_object:
        raise Http404("No such channel.")
    partial = request.htmx and not request.htmx.history_restore_request
    response = render(request, "messaging/log_results.html" if partial else "messaging/log.html", context)
    if partial:
        response["HX-Push-Url"] = request.path + query(form.params, same_page=True)
    return response


@requires(Permission.VIEW_MESSAGES)
def message(request: TenantRequest, umid: UUID) -> HttpResponse:
    """One message's whole story."""
    may = request.membership.may
    found = story(request.account, umid, request.reach.ids, content=may(Permission.VIEW_CONTENT))
    if found is None:
        raise Http404("No such message.")
    charge = charges(request.account, [found.message]).get(umid) if may(Permission.VIEW_COSTS) else None
    context = {
        "message": found.message,
        "heading": heading(found.message),
        "diagnosis": diagnosed(found.message),
        "contradicted": contradicted(found.message),
        "timeline": timeline(found),
        "payloads": said(found),
        "content_roles": " or ".join(str(role.label).lower() for role in roles_with(Permission.VIEW_CONTENT)),
        "subaccount": next((one for one in request.reach.visible if one.pk == found.message.subaccount_id), None),
        "charge": charge,
    }
    return render(request, "messaging/message.html", context)
