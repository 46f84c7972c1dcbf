"""The page of one message."""

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
from billing.selectors import charges_of, explain, sum_charges
from core.errors import UserError
from core.words import join_or
from messaging.inbound.selectors.reports import reports_on
from messaging.legs.selectors import legs_of
from messaging.log.enums import LOST
from messaging.log.models import Message
from messaging.log.selectors.circumstances import MAX_SIMILAR, SIMILAR_SPAN, circumstances
from messaging.log.selectors.participants import is_to_group, keys_of, reach_words
from messaging.log.selectors.story import Story, story
from messaging.log.story.categories import pricing_conflict
from messaging.log.story.causes import causes, questions
from messaging.log.story.rendering import all_parameters_filled, render_template_text
from messaging.log.story.timeline import (
    diagnosis_of,
    expiry_sentence,
    heading,
    is_contradicted,
    is_long_in_sent,
    last_change,
    stored_contents,
    timeline,
)
from messaging.log.time_to_live import time_to_live_words
from messaging.persons.selectors.names import names_of
from messaging.sending.attempts import attempts, resolutions
from messaging.sending.resolution import cancel_message, resolve, send_again
from messaging.sending.selectors.uncertain import submission_of
from providers.events import EDITED, REVOKED
from providers.vocabulary import Direction


@requires(Permission.VIEW_MESSAGES)
def message(request: TenantRequest, umid: UUID) -> HttpResponse:
    """The page of one message."""
    may = request.principal.may
    content, numbers = may(Permission.VIEW_CONTENT), may(Permission.VIEW_NUMBERS)
    message_story = story(request.account, umid, request.principal.subaccount_ids, content=content, numbers=numbers)
    if message_story is None:
        raise Http404("No such message.")
    row = message_story.message
    if content and numbers:
        message_story = replace(message_story, webhooks=reports_on(request.account, row, message_story.events))
    context: dict[str, Any] = {
        "message": row,
        "heading": heading(row),
        "to_group": is_to_group(row),
        "reach": reach_words(row.participants) if is_to_group(row) else "",
        "timeline": timeline(message_story),
        "pricing_conflict": pricing_conflict(message_story),
        "subaccount": next((each for each in request.principal.reach.visible if each.pk == row.subaccount_id), None),
        **(_charge(request, message_story) if may(Permission.VIEW_COSTS) else {}),
        "long_in_sent": is_long_in_sent(row, timezone.now()),
        "time_to_live": time_to_live_words(row.category),
        "edited_at": last_change(message_story, EDITED),
        "deleted_at": last_change(message_story, REVOKED),
        **_content(message_story, may_see=may(Permission.VIEW_CONTENT)),
        **_diagnosis(request, row),
        **_sending(request, message_story),
        "legs": legs_of(row, request.principal),
    }
    if numbers:
        context["names"] = names_of(row)
    if row.msisdn or row.user_id:
        # By the message's id, which tells nobody a number, and at the message's time: numbers change hands.
        context["with_person"] = _log(person=str(row.umid), range="any")
    return render(request, "message/message.html", context)


def _sending(request: TenantRequest, message_story: Story) -> dict[str, Any]:
    """The attempts to send the message, and the possible actions."""
    may = request.principal.may
    return {
        "attempts": attempts(
            message_story.message, message_story.answers,
            with_bodies=may(Permission.VIEW_CONTENT) and may(Permission.VIEW_NUMBERS),
        ),
        "choices": resolutions(
            message_story.message, submission_of(request.account, message_story.message.umid),
            has_request=message_story.has_request,
        ),
        "may_send": may(Permission.SEND_MESSAGES),
    }  # fmt: skip


@require_POST
@requires(Permission.SEND_MESSAGES)
def sending(request: TenantRequest, umid: UUID) -> HttpResponse:
    """Perform an action: resolve an uncertain message, cancel a message, or send it again."""
    message_story = story(request.account, umid, request.principal.subaccount_ids, content=False)
    action = _ACTIONS.get(request.POST.get("action", ""))
    if message_story is None or action is None:
        raise Http404("No such message or action.")
    try:
        messages.success(request, action(request.principal, message_story.message))
    except UserError as error:
        messages.error(request, str(error))
    return redirect("message", umid)


def _resolve(by: Principal, row: Message, *, was_sent: bool) -> str:
    resolve(by=by, message=row, was_sent=was_sent)
    return _("Saved. The log updates in a moment.")


def _cancel(by: Principal, one: Message) -> str:
    cancel_message(by=by, message=one)
    return _("The message will not be sent.")


def _send_again(by: Principal, row: Message) -> str:
    return _("Resent as %(umid)s.") % {"umid": send_again(by=by, message=row).umid}


_ACTIONS: dict[str, Callable[[Principal, Message], str]] = {
    "sent": partial(_resolve, was_sent=True),
    "not_sent": partial(_resolve, was_sent=False),
    "cancel": _cancel,
    "again": _send_again,
}


def _charge(request: TenantRequest, message_story: Story) -> dict[str, Any]:
    """The charge, its explanation, and for operators the webhook that proves it."""
    row = message_story.message
    if is_to_group(row):
        charges = charges_of(request.account, keys_of(row))
        for one in row.participants:
            one.charge = charges.get(one.participant_key)
        return {"group_charge": sum_charges(list(charges.values())) if charges else None, "charges": len(charges)}
    explained = explain(request.account, row.message_key)
    proof = [chapter for chapter in timeline(message_story) if explained and chapter.webhook_id == explained.webhook_id]
    return {
        "explained": explained,
        "charge": explained.charge if explained else None,
        "proof": proof[0].webhook_key if proof else "",
    }


def _content(message_story: Story, *, may_see: bool) -> dict[str, Any]:
    if not may_see:
        return {"content_roles": join_or([role.label for role in roles_with(Permission.VIEW_CONTENT)])}
    payloads = stored_contents(message_story)
    has_text = any(payload.text for payload in payloads)
    parts = (
        render_template_text(message_story.message.template, message_story.payloads)
        if message_story.message.template and not has_text
        else []
    )
    return {"payloads": payloads, "parts": parts, "parts_known": all_parameters_filled(parts)}


def _diagnosis(request: TenantRequest, row: Message) -> dict[str, Any]:
    """Why the message was not delivered; empty for an inbound or a delivered message."""
    diagnosis = diagnosis_of(row)
    if row.direction == Direction.INBOUND or (diagnosis is None and row.status not in LOST):
        return {}
    if is_to_group(row) and row.status not in LOST:  # each participant has a status and an error of their own
        return {}
    conditions = circumstances(request.account, row, request.principal.subaccount_ids)
    first, last = (
        timezone.localtime(moment).date().isoformat() for moment in (conditions.at - SIMILAR_SPAN, conditions.at)
    )
    return {
        "lost": True,
        "diagnosis": diagnosis,
        "contradicted": is_contradicted(row),
        "expired": expiry_sentence(row),
        "causes": causes(row, conditions),
        "questions": questions(row),
        "alike": min(conditions.similar_failures, MAX_SIMILAR),
        "alike_more": conditions.similar_failures > MAX_SIMILAR,
        "alike_link": _log(error_code=str(row.error_code), **{"from": first, "to": last}),
    }


def _log(**params: str) -> str:
    return f"{reverse('log:log')}?{urlencode(params)}"
