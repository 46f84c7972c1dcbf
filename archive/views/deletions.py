"""Pages of deletions: the list, the confirmation, the progress and the certificate."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from archive.deletion import jobs, work
from archive.deletion.certificates import canonical
from archive.deletion.selectors import COUNT_LIMIT, deletions_of, preview
from archive.deletion.words import removed_words
from archive.enums import Dataset
from archive.exports.page_query import PageQuery, page_query
from archive.forms import ErasureForm
from archive.holds import keeping_of
from archive.models import Deletion
from core.errors import UserError
from core.forms import show_error
from core.http import form_data
from core.paging import page
from core.zones import current_zone
from messaging.log.listing.selection import posted_umids
from messaging.log.services.erasure import visible_umids

PAGE_SIZE = 25
AT_ONCE = 500  # messages that are deleted within the request

allowed = requires(Permission.DELETE_MESSAGES)


@allowed
@require_GET
def deletion_list(request: TenantRequest) -> HttpResponse:
    """The deletions, newest first. HTMX polls the list alone while a deletion is active."""
    rows = page(
        deletions_of(request.principal.in_subaccount("")), request.GET.dict(), size=PAGE_SIZE, column="confirmed_at"
    )
    context = {
        "page": rows,
        "params": request.GET,
        "working": any(deletion.is_active for deletion in rows.rows),
        "keeping": keeping_of(request.account),
    }
    return render(request, "archive/_deletions.html" if request.htmx else "archive/deletions.html", context)


@allowed
def delete_message(request: TenantRequest, umid: UUID) -> HttpResponseBase:
    """Confirm, then delete one message."""
    if not visible_umids(request.account, [umid], request.principal.subaccount_ids):
        raise Http404("No such message.")
    problem = ""
    if request.method == "POST":
        try:
            deletion = jobs.delete_selected(request.principal, [umid], reason=request.POST.get("reason", ""))
        except UserError as error:
            problem = str(error)
        else:
            return _redirect_to_progress(request, deletion)
    context = {"umid": umid, "problem": problem, "keeping": keeping_of(request.account)}
    return render(request, "archive/message_delete.html", context)


@allowed
def new_deletion(request: TenantRequest) -> HttpResponseBase:
    """Confirm the deletion of the messages selected in the log, or of all that match its filters.

    The log posts its selection here. A button confirms selected messages; typing their number confirms all that match.
    """
    try:
        umids = posted_umids(request.POST)
    except UserError as error:
        notices.error(request, str(error))
        return redirect("log:log")
    if request.method == "POST" and "confirmed" not in request.POST and not umids:
        return redirect(reverse("archive:deletion_new") + "?" + request.POST.get("query", "").removeprefix("?"))
    context: dict[str, Any] = {"umids": umids, "keeping": keeping_of(request.account), "most": COUNT_LIMIT}
    query = None if umids else _page_query(request)
    if query is not None:
        context |= {"page_query": query, "query": f"?{_params(request).urlencode()}"}
        if query.valid:
            context["n"], context["sample"] = preview(request.account, query.message_query)
    if "confirmed" in request.POST:
        try:
            return _redirect_to_progress(request, _start(request, query, umids))
        except UserError as error:
            context["problem"] = str(error)
    return render(request, "archive/deletion_new.html", context)


def _start(request: TenantRequest, query: PageQuery | None, umids: Sequence[UUID]) -> Deletion:
    by, reason = request.principal, request.POST.get("reason", "")
    if query is None:
        return jobs.delete_selected(by, umids, reason=reason)
    if not query.valid:
        raise UserError(_("Correct the filters first."))
    expected = request.POST.get("expected", "")
    typed = "".join(letter for letter in request.POST.get("typed", "") if letter.isdecimal())
    if not expected.isdecimal() or typed != expected:
        raise UserError(_("To confirm, type the number of messages as shown."))
    counted = int(expected) if int(expected) <= COUNT_LIMIT else None
    return jobs.delete_matching(by, query.message_query, expected=counted, reason=reason)


@requires(Permission.DELETE_MESSAGES, whole_account=True)
def erase(request: TenantRequest) -> HttpResponseBase:
    """Erase everything about a phone number."""
    form = ErasureForm(form_data(request))
    if form.is_valid():
        try:
            deletion = jobs.erase_person(
                request.principal, form.cleaned_data["msisdn"], reason=form.cleaned_data["reason"]
            )
        except UserError as error:
            show_error(form, error)
        else:
            return redirect("archive:deletion", deletion.public_id)
    return render(request, "archive/erase.html", {"form": form, "keeping": keeping_of(request.account)})


@allowed
@require_GET
def deletion_page(request: TenantRequest, deletion_id: UUID) -> HttpResponse:
    """One deletion: its progress, the deleted rows and its certificate."""
    deletion = _deletion(request, deletion_id)
    context = {"deletion": deletion, "removed": removed_words(deletion)}
    return render(request, "archive/_deletion.html" if request.htmx else "archive/deletion.html", context)


@allowed
@require_GET
def certificate(request: TenantRequest, deletion_id: UUID) -> HttpResponse:
    """The certificate, as the bytes of its hash."""
    deletion = _deletion(request, deletion_id)
    if not deletion.certificate:
        raise Http404("This deletion is still in progress.")
    name = f"deletion-{deletion.public_id}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(canonical(deletion.certificate), content_type="application/json", headers=headers)


@allowed
@require_POST
def stop(request: TenantRequest, deletion_id: UUID) -> HttpResponse:
    """Stop a deletion; deleted messages stay deleted."""
    deletion = _deletion(request, deletion_id)
    jobs.stop(deletion, request.principal)
    return redirect("archive:deletion", deletion.public_id)


def _visible(request: TenantRequest) -> QuerySet[Deletion]:
    """The deletions that the person may see, whichever subaccount the page has selected."""
    return deletions_of(request.principal.in_subaccount(""))


def _deletion(request: TenantRequest, deletion_id: UUID) -> Deletion:
    return get_object_or_404(_visible(request), public_id=deletion_id)


def _redirect_to_progress(request: TenantRequest, deletion: Deletion) -> HttpResponseBase:
    """Delete few messages within the request; of many, show the progress."""
    if deletion.expected is None or deletion.expected > AT_ONCE:
        return redirect("archive:deletion", deletion.public_id)
    work.work(deletion.pk)
    deletion.refresh_from_db()
    if deletion.is_active or deletion.problem or deletion.messages != deletion.expected:
        return redirect("archive:deletion", deletion.public_id)
    text = ngettext("%(n)s message has been deleted.", "%(n)s messages have been deleted.", deletion.messages)
    notices.success(request, text % {"n": f"{deletion.messages:,}"})
    return redirect("log:log")


def _params(request: TenantRequest) -> QueryDict:
    return QueryDict(request.POST.get("query", "").removeprefix("?")) if request.method == "POST" else request.GET


def _page_query(request: TenantRequest) -> PageQuery:
    params = _params(request)
    by = request.principal.in_subaccount(params.get("subaccount", ""))
    return page_query(by, Dataset.MESSAGES, params, zone=current_zone())
