"""One message's page."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.permissions import roles_with
from billing.selectors import explain
from messaging.causes import causes, questions
from messaging.enums import LOST, Direction
from messaging.models import Message
from messaging.rendering import all_known, filled
from messaging.selectors.circumstances import ALIKE, MOST_ALIKE, circumstances
from messaging.selectors.story import Story, story
from messaging.story import contradicted, diagnosed, heading, is_long_in_sent, said, timeline
from messaging.usage import message_key
from portal.core.words import either


@requires(Permission.VIEW_MESSAGES)
def message(request: TenantRequest, umid: UUID) -> HttpResponse:
    """One message's whole story."""
    may = request.membership.may
    found = story(
        request.account, umid, request.reach.ids,
        content=may(Permission.VIEW_CONTENT), numbers=may(Permission.VIEW_NUMBERS),
    )  # fmt: skip
    if found is None:
        raise Http404("No such message.")
    one = found.message
    context: dict[str, Any] = {
        "message": one,
        "heading": heading(one),
        "timeline": timeline(found),
        "subaccount": next((each for each in request.reach.visible if each.pk == one.subaccount_id), None),
        **(_charge(request, found) if may(Permission.VIEW_COSTS) else {}),
        "long_in_sent": is_long_in_sent(one, timezone.now()),
        **_content(found, may_see=may(Permission.VIEW_CONTENT)),
        **_why_not(request, one),
    }
    if one.msisdn and may(Permission.VIEW_NUMBERS):
        context["with_person"] = _log(msisdn=one.msisdn, range="any")
    return render(request, "messaging/message.html", context)


def _charge(request: TenantRequest, found: Story) -> dict[str, Any]:
    """What it costs and why, and where operators find the webhook that proves it."""
    one = found.message
    explained = explain(request.account, message_key(request.account.pk, one.provider, one.provider_message_id))
    proof = [chapter for chapter in timeline(found) if explained and chapter.webhook_id == explained.webhook_id]
    return {
        "explained": explained,
        "charge": explained.charge if explained else None,
        "proof": proof[0].place if proof else "",
    }


def _content(found: Story, *, may_see: bool) -> dict[str, Any]:
    if not may_see:
        return {"content_roles": either([role.label for role in roles_with(Permission.VIEW_CONTENT)])}
    payloads = said(found)
    told = any(payload.text for payload in payloads)
    parts = filled(found.message.template, found.payloads) if found.message.template and not told else []
    return {"payloads": payloads, "parts": parts, "parts_known": all_known(parts)}


def _why_not(request: TenantRequest, one: Message) -> dict[str, Any]:
    """Why it was not delivered; nothing of a message that came in or was delivered without trouble."""
    diagnosis = diagnosed(one)
    if one.direction == Direction.INBOUND or (diagnosis is None and one.status not in LOST):
        return {}
    then = circumstances(request.account, one, request.reach.ids)
    first, last = (timezone.localtime(moment).date().isoformat() for moment in (then.at - ALIKE, then.at))
    return {
        "lost": True,
        "diagnosis": diagnosis,
        "contradicted": contradicted(one),
        "causes": causes(one, then),
        "questions": questions(one),
        "alike": min(then.alike, MOST_ALIKE),
        "alike_more": then.alike > MOST_ALIKE,
        "alike_link": _log(error_code=str(one.error_code), **{"from": first, "to": last}),
    }


def _log(**params: str) -> str:
    return f"{reverse('messaging:log')}?{urlencode(params)}"
