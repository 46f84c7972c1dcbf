"""One message's page."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.permissions import roles_with
from messaging.selectors.log import charges
from messaging.selectors.story import story
from messaging.story import contradicted, diagnosed, heading, said, timeline


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
