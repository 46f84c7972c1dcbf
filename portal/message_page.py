"""One message's page."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.permissions import roles_with
from accounts.principal import Principal
from billing.selectors import explain
from core.errors import UserError
from core.words import either
from messaging.inbound.selectors.reports import reports_on
from messaging.log.enums import LOST
from messaging.log.models import Message
from messaging.log.selectors.circumstances import ALIKE, MOST_ALIKE, circumstances
from messaging.log.selectors.story import Story, story
from messaging.log.story.causes import causes, questions
from messaging.log.story.rendering import all_parameters_filled, render_template_text
from messaging.log.story.timeline import (
    diagnosis_of,
    expired_words,
    heading,
    is_contradicted,
    is_long_in_sent,
    stored_contents,
    timeline,
)
from messaging.log.time_to_live import time_to_live_words
from messaging.sending.attempts import attempts, resolutions
from messaging.sending.resolution import cancel_message, resolve, send_again
from messaging.sending.selectors.uncertain import submission_of
from providers.vocabulary import Direction


@requires(Permission.VIEW_MESSAGES)
def message(request: TenantRequest, umid: UUID) -> HttpResponse:
    """One message's whole story."""
    may = request.principal.may
    content, numbers = may(Permission.VIEW_CONTENT), may(Permission.VIEW_NUMBERS)
    found = story(request.account, umid, request.principal.subaccount_ids, content=content, numbers=numbers)
    if found is None:
        raise Http404("No such message.")
    one = found.message
    if content and numbers:
        found = replace(found, webhooks=reports_on(request.account, one, found.events))
    context: dict[str, Any] = {
        "message": one,
        "heading": heading(one),
        "timeline": timeline(found),
        "subaccount": next((each for each in request.principal.reach.visible if each.pk == one.subaccount_id), None),
        **(_charge(request, found) if may(Permission.VIEW_COSTS) else {}),
        "long_in_sent": is_long_in_sent(one, timezone.now()),
        "time_to_live": time_to_live_words(one.category),
        **_content(found, may_see=may(Permission.VIEW_CONTENT)),
        **_why_not(request, one),
        **_sending(request, found),
    }
    if one.msisdn and may(Permission.VIEW_NUMBERS):
        context["with_person"] = _log(msisdn=one.msisdn, range="any")
    return render(request, "message/message.html", context)


def _sending(request: TenantRequest, found: Story) -> dict[str, Any]:
    """How it was sent through us, and what may be done about it."""
    may = request.principal.may
    return {
        "attempts": attempts(
            found.message, found.answers,
            with_bodies=may(Permission.VIEW_CONTENT) and may(Permission.VIEW_NUMBERS),
        ),
        "choices": resolutions(
            found.message, submission_of(request.account, found.message.umid), has_request=found.has_request
        ),
        "may_send": may(Permission.SEND_MESSAGES),
    }  # fmt: skip


@require_POST
@requires(Permission.SEND_MESSAGES)
def sending(request: TenantRequest, umid: UUID) -> HttpResponse:
    """Do what a person chose: resolve an uncertain message, take one back, or send one again."""
    found = story(request.account, umid, request.principal.subaccount_ids, content=False)
    act = _ACTS.get(request.POST.get("action", ""))
    if found is None or act is None:
        raise Http404("No such message or action.")
    try:
        messages.success(request, act(request.principal, found.message))
    except UserError as error:
        messages.error(request, str(error))
    return redirect("message", umid)


def _resolve(by: Principal, one: Message, *, was_sent: bool) -> str:
    resolve(by=by, message=one, was_sent=was_sent)
    return _("Saved. The log updates in a moment.")


def _cancel(by: Principal, one: Message) -> str:
    cancel_message(by=by, message=one)
    return _("The message will not be sent.")


def _again(by: Principal, one: Message) -> str:
    return _("Resent as %(umid)s.") % {"umid": send_again(by=by, message=one).umid}


_ACTS: dict[str, Callable[[Principal, Message], str]] = {
    "sent": partial(_resolve, was_sent=True),
    "not_sent": partial(_resolve, was_sent=False),
    "cancel": _cancel,
    "again": _again,
}


def _charge(request: TenantRequest, found: Story) -> dict[str, Any]:
    """What it costs and why, and where operators find the webhook that proves it."""
    one = found.message
    explained = explain(request.account, one.message_key)
    proof = [chapter for chapter in timeline(found) if explained and chapter.webhook_id == explained.webhook_id]
    return {
        "explained": explained,
        "charge": explained.charge if explained else None,
        "proof": proof[0].place if proof else "",
    }


def _content(found: Story, *, may_see: bool) -> dict[str, Any]:
    if not may_see:
        return {"content_roles": either([role.label for role in roles_with(Permission.VIEW_CONTENT)])}
    payloads = stored_contents(found)
    told = any(payload.text for payload in payloads)
    parts = render_template_text(found.message.template, found.payloads) if found.message.template and not told else []
    return {"payloads": payloads, "parts": parts, "parts_known": all_parameters_filled(parts)}


def _why_not(request: TenantRequest, one: Message) -> dict[str, Any]:
    """Why it was not delivered; nothing of a message that came in or was delivered without trouble."""
    diagnosis = diagnosis_of(one)
    if one.direction == Direction.INBOUND or (diagnosis is None and one.status not in LOST):
        return {}
    then = circumstances(request.account, one, request.principal.subaccount_ids)
    first, last = (timezone.localtime(moment).date().isoformat() for moment in (then.at - ALIKE, then.at))
    return {
        "lost": True,
        "diagnosis": diagnosis,
        "contradicted": is_contradicted(one),
        "expired": expired_words(one),
        "causes": causes(one, then),
        "questions": questions(one),
        "alike": min(then.alike, MOST_ALIKE),
        "alike_more": then.alike > MOST_ALIKE,
        "alike_link": _log(error_code=str(one.error_code), **{"from": first, "to": last}),
    }


def _log(**params: str) -> str:
    return f"{reverse('log:log')}?{urlencode(params)}"
