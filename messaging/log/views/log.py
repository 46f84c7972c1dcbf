"""The message log: the list, its live updates, and personal settings."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from billing.selectors import Charge
from core.counting import count_up_to
from core.errors import UserError
from core.filters import PAGING, query
from core.zones import current_zone
from messaging.log.filters import log_counts, log_sentence
from messaging.log.forms.log import SEEN, LogForm, SavedFilterForm
from messaging.log.listing.cells import Cells
from messaging.log.listing.columns import KEYS, Layout, layout
from messaging.log.listing.live import fingerprint
from messaging.log.listing.selection import MOST, newest, selected_messages
from messaging.log.models import PhoneNumber, Template
from messaging.log.selectors.channels import channels, named_templates
from messaging.log.selectors.log import charges, log_page
from messaging.log.selectors.matching import matching
from messaging.log.selectors.preferences import chosen_columns, saved_filters
from messaging.log.selectors.setup import webhook_addresses
from messaging.log.selectors.traffic import has_traffic
from messaging.log.services.preferences import choose_columns, delete_saved_filter, save_filter


@requires(Permission.VIEW_MESSAGES)
@require_GET
def log(request: TenantRequest) -> HttpResponse:
    """The list. HTMX gets its results only; a live log gets rows, or 204 when nothing is new."""
    choices = FilterChoices.of(request)
    form = log_form(request, request.GET, choices)
    visible = layout(chosen_columns(request.account, request.user), request.principal)
    context: dict[str, Any] = {"form": form, "layout": visible}
    if form.is_valid():
        context |= _results(request, form, visible, choices)
    elif form.unknown_object:
        raise Http404("No such channel.")
    if SEEN in request.GET:
        return _live(request, context)
    partial = request.htmx and not request.htmx.history_restore_request
    if partial:
        response = render(request, "log/log_results.html", context)
        response["HX-Push-Url"] = request.path + query(form.params, same_page=True)
        return response
    context["saved"] = saved_filters(request.account, request.user)
    return render(request, "log/log.html", context)


def log_form(request: TenantRequest, params: QueryDict, choices: "FilterChoices | None" = None) -> LogForm:
    """The log's filters, as these parameters give them and within what the person may see."""
    choices = choices or FilterChoices.of(request)
    return LogForm(
        params,
        today=timezone.localdate(),
        subaccounts={each.code: each.name for each in request.principal.reach.visible},
        channels=choices.channels,
        templates=choices.templates,
        masked_numbers=not request.principal.may(Permission.VIEW_NUMBERS),
    )


@dataclass(frozen=True)
class FilterChoices:
    """The numbers and templates that a person may filter by; most rows refer to them."""

    channels: list[PhoneNumber]
    templates: list[Template]

    @classmethod
    def of(cls, request: TenantRequest) -> "FilterChoices":
        """Those within the person's reach."""
        account, ids = request.account, request.principal.subaccount_ids
        return cls(channels(account, ids), named_templates(account, ids))


def _results(request: TenantRequest, form: LogForm, visible: Layout, choices: FilterChoices) -> dict[str, Any]:
    account, numbers = request.account, request.principal.may(Permission.VIEW_NUMBERS)
    result = log_page(
        account,
        form.query(request.principal.reach, current_zone()),
        request.GET.dict(),
        loaded=[*choices.channels, *choices.templates],
        named=numbers and "user" in visible.keys,
    )
    context: dict[str, Any] = {"page": result, "sentence": log_sentence(form), "is_counted": form.is_counted}
    costs: dict[UUID, Charge] = {}
    if "cost" in visible.keys:
        costs = charges(account, result.rows)
    if form.cleaned_data["live"] and not any(name in request.GET for name in PAGING):
        context["seen"] = fingerprint(result.rows, costs)
    names = {each.pk: each.name for each in request.principal.reach.visible}
    cells = Cells(visible, names, costs, whole_numbers=numbers)
    context["lines"] = cells.rows(result.rows)
    if not result.rows and SEEN not in request.GET:
        context["nothing_yet"] = not has_traffic(account)
        context["addresses"] = webhook_addresses(request.principal)
    return context


def _live(request: TenantRequest, context: dict[str, Any]) -> HttpResponse:
    """The response to a live log: 286 stops its polling (invalid filters), 204 means no change."""
    if "seen" not in context:
        return HttpResponse(status=286)
    if context["seen"] == request.GET[SEEN]:
        return HttpResponse(status=204)
    return render(request, "log/log_live.html", context)


@requires(Permission.VIEW_MESSAGES)
@require_GET
def sentence(request: TenantRequest) -> HttpResponse:
    """The log's heading with counts, which the page loads afterwards: they may take longer than its rows."""
    form = log_form(request, request.GET)
    if not form.is_valid():
        return HttpResponse()
    counted = log_counts(request.account, form, request.principal.reach, current_zone())
    return HttpResponse(escape(log_sentence(form, counted)))


@requires(Permission.VIEW_MESSAGES)
@require_GET
def matching_count(request: TenantRequest) -> HttpResponse:
    """The number of matching messages, as an offer to select them all; counted up to the maximum of a selection."""
    form = log_form(request, request.GET)
    if not form.is_valid():
        return HttpResponse()
    rows = matching(request.account, form.query(request.principal.reach, current_zone()))
    context = {"form": form, "n": count_up_to(rows, MOST), "most": MOST, "upto": newest(rows)}
    return render(request, "log/log_matching.html", context)


@requires(Permission.VIEW_MESSAGES)
@require_POST
def umids(request: TenantRequest) -> HttpResponse:
    """The UMIDs of the selected messages as text, one per line."""
    form = log_form(request, QueryDict(request.POST.get("query", "").removeprefix("?")))
    selection = form.query(request.principal.reach, current_zone()) if form.is_valid() else None
    try:
        rows = selected_messages(request.account, request.POST, selection, request.principal.subaccount_ids)
    except UserError as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    text = "".join(f"{umid}\n" for umid in rows.values_list("umid", flat=True))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="umids.txt"'
    return response


@requires(Permission.VIEW_MESSAGES)
@require_POST
def columns(request: TenantRequest) -> HttpResponse:
    """Store the person's choice of columns; an empty choice restores the default ones."""
    selected = request.POST.getlist("column")
    choose_columns(account=request.account, user=request.user, columns=[key for key in KEYS if key in selected])
    return _back(request)


@requires(Permission.VIEW_MESSAGES)
@require_POST
def filters(request: TenantRequest) -> HttpResponse:
    """Save the filters under a name."""
    form = SavedFilterForm(request.POST)
    if form.is_valid():
        asked_for, name = form.cleaned_data["query"], form.cleaned_data["name"]
        save_filter(account=request.account, user=request.user, name=name, query=asked_for)
        notices.success(request, _("“%(name)s” has been saved.") % {"name": name})
    else:
        notices.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return _back(request)


@requires(Permission.VIEW_MESSAGES)
@require_POST
def delete_filter(request: TenantRequest, filter_id: int) -> HttpResponse:
    """Delete saved filters of the person; 404 for others."""
    if not delete_saved_filter(account=request.account, user=request.user, filter_id=filter_id):
        raise Http404("No such filters.")
    return _back(request)


def _back(request: TenantRequest) -> HttpResponse:
    """Redirect to the log with its former filters."""
    params = QueryDict(request.POST.get("query", "").removeprefix("?"))
    return redirect(reverse("log:log") + query(params, same_page=True))
