"""Pages of the suppression list. It covers the whole account, so people limited to subaccounts do not see it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from core.counting import count_up_to, format_count
from core.csv_lines import csv_response
from core.errors import UserError
from core.filters import query
from core.forms import show_error
from core.http import form_data
from core.paging import page
from messaging.suppression import services
from messaging.suppression.enums import ERASED, Source
from messaging.suppression.files import ListedEntry, list_csv
from messaging.suppression.forms import AddForm, ImportForm, LiftForm, ListForm, WordsForm
from messaging.suppression.models import Suppression
from messaging.suppression.selectors.entries import (
    displayed_person,
    effective_stops,
    entries,
    entry_of,
    history_of,
    last_events,
)
from messaging.suppression.selectors.words import word_lists

readers = requires(Permission.VIEW_MESSAGES, whole_account=True)
editors = requires(Permission.MANAGE_SUPPRESSION, whole_account=True)
PAGE_SIZE = 50
_EXPORT_SLICE = 2_000


@readers
def suppression_list(request: TenantRequest) -> HttpResponse:
    """The persons who get no marketing, the last stopped first."""
    form = ListForm(request.GET, masked_numbers=not request.principal.may(Permission.VIEW_NUMBERS))
    context: dict[str, Any] = {"form": form, "params": request.GET}
    if form.is_valid():
        rows = entries(request.account, form.criteria)
        shown = page(rows, request.GET.dict(), size=PAGE_SIZE, column="changed_at")
        context |= {
            "page": shown,
            "rows": _lines(request, shown.rows),
            "count": (n := count_up_to(rows)),
            "n": format_count(n),
            "csv": reverse("suppression:csv") + query(form.params),
        }
    return render(request, "suppression/list.html", context)


def _lines(request: TenantRequest, rows: list[Suppression]) -> list[dict[str, Any]]:
    events, stops = last_events(rows), effective_stops(request.account, rows)
    whole = request.principal.may(Permission.VIEW_NUMBERS)
    return [
        {"entry": row, "event": events.get(row.pk), "stop": stops.get(row.pk),
         "person": displayed_person(row, whole=whole)}
        for row in rows
    ]  # fmt: skip


@readers
def entry(request: TenantRequest, suppression_id: int) -> HttpResponse:
    """One entry: whether marketing is sent to the person, and the history."""
    row = _entry(request, suppression_id)
    return render(request, "suppression/entry.html", {**_lines(request, [row])[0], "history": history_of(row)})


@editors
def add(request: TenantRequest) -> HttpResponse:
    """Stop marketing to a person."""
    form = AddForm(form_data(request))
    if form.is_valid():
        row, is_new = services.add(
            form.cleaned_data["person"], by=request.principal, source=Source.PAGE, reason=form.cleaned_data["reason"]
        )
        added, already = _("No marketing is sent to this person any more."), _("This person was on the list already.")
        messages.success(request, added if is_new else already)
        return redirect("suppression:entry", row.pk)
    return render(request, "suppression/add.html", {"form": form})


@editors
def lift(request: TenantRequest, suppression_id: int) -> HttpResponse:
    """Lift the stops of a person, with a reason."""
    row = _entry(request, suppression_id)
    form = LiftForm(form_data(request))
    if form.is_valid():
        services.lift(row, by=request.principal, source=Source.PAGE, reason=form.cleaned_data["reason"])
        messages.success(request, _("Marketing can be sent to this person again."))
        return redirect("suppression:entry", row.pk)
    return render(request, "suppression/lift.html", {"form": form, **_lines(request, [row])[0]})


@editors
def import_file(request: TenantRequest) -> HttpResponse:
    """Import a CSV, and show what was not imported."""
    form = ImportForm(form_data(request), request.FILES or None)
    result = None
    if form.is_valid():
        try:
            result = services.import_csv(form.cleaned_data["file"], by=request.principal)
        except UserError as error:
            show_error(form, error)
    if result and not result.problems:
        notice = ngettext("%(n)s person added.", "%(n)s persons added.", result.added) % {"n": f"{result.added:,}"}
        messages.success(request, notice)
        return redirect("suppression:list")
    return render(request, "suppression/import.html", {"form": form, "result": result})


@require_GET
@requires(Permission.EXPORT_DATA, whole_account=True)
def list_file(request: TenantRequest) -> HttpResponseBase:
    """All entries that match the filters, as CSV; audited. Erased persons are left out: nothing names them."""
    whole = request.principal.may(Permission.VIEW_NUMBERS)
    form = ListForm(request.GET, masked_numbers=not whole)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain; charset=utf-8")
    rows = list(entries(request.account, form.criteria).exclude(kind=ERASED).order_by("-changed_at", "-id"))
    request.principal.record("suppression.exported", "CSV", {"entries": len(rows)})

    def parts() -> Iterator[list[ListedEntry]]:
        for start in range(0, len(rows), _EXPORT_SLICE):
            part = rows[start : start + _EXPORT_SLICE]
            events = last_events(part)
            yield [(row, events.get(row.pk), displayed_person(row, whole=whole)) for row in part]

    content = list_csv(each for part in parts() for each in part)
    return csv_response(content, "suppression")


@editors
def words(request: TenantRequest) -> HttpResponse:
    """The stop and start words of the account."""
    stop, start = word_lists(request.account.pk)
    form = WordsForm(form_data(request), initial={"stop": "\n".join(stop), "start": "\n".join(start)})
    if form.is_valid():
        try:
            services.set_words(by=request.principal, stop=form.words("stop"), start=form.words("start"))
        except UserError as error:
            show_error(form, error)
        else:
            messages.success(request, _("The words have been saved."))
            return redirect("suppression:list")
    return render(request, "suppression/words.html", {"form": form})


def _entry(request: TenantRequest, suppression_id: int) -> Suppression:
    row = entry_of(request.account, suppression_id)
    if row is None:
        raise Http404("No such entry.")
    return row
