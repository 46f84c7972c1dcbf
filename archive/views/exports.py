"""Exports: the list with its progress, starting one, its page, the file."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages as notices
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.principal import Principal
from archive.enums import Dataset
from archive.exports import jobs, schedules, work
from archive.exports.columns import NEEDS
from archive.exports.files import opened
from archive.exports.manifest import manifest_of as written
from archive.exports.page_query import PageQuery, question
from archive.exports.requests import ExportSpec
from archive.exports.selectors import exports_of, schedules_of
from archive.forms import ExportForm
from archive.models import Export
from archive.views.files import file_response
from core.errors import UserError
from core.filters import query as url_query
from core.forms import show_error
from core.paging import page
from core.zones import current_zone

PAGE_SIZE = 25
MOST_SELECTED = 10_000


@requires(Permission.EXPORT_DATA)
@require_GET
def export_list(request: TenantRequest) -> HttpResponse:
    """The exports, the last first. HTMX asks for the list alone, while one of them is worked on."""
    by = _whole(request)
    found = page(exports_of(by), request.GET.dict(), size=PAGE_SIZE)
    context = {
        "page": found,
        "params": request.GET,
        "schedules": list(schedules_of(by)),
        "working": any(export.active for export in found.rows),
    }
    return render(request, "archive/_exports.html" if request.htmx else "archive/exports.html", context)


@requires(Permission.EXPORT_DATA)
def new_export(request: TenantRequest) -> HttpResponseBase:
    """Choose format, columns and repetition for the filters that the URL has; small ones download at once."""
    given = request.POST if request.method == "POST" else request.GET
    params = _params(given["query"]) if "query" in given else request.GET  # another page's filters, or this one's
    dataset = _dataset(request, params.get("dataset", ""))
    sent = request.method == "POST" and "format" in request.POST  # else rows were selected in the log
    form = ExportForm(
        request.POST if sent else None, dataset=dataset, by=request.principal,
        initial={"query": _query(params), "format": params.get("format") or "csv"},
    )  # fmt: skip
    asked = _question(request, dataset, params)
    if sent and asked.valid and form.is_valid():
        try:
            return _start(request, asked, form)
        except UserError as error:
            show_error(form, error)
    context = {
        "form": form, "asked": asked, "label": Dataset(dataset).label, "dataset": dataset, "valid": asked.valid,
        "umids": _selected(request),
        "datasets": [
            (each.label, url_query(QueryDict(), {"dataset": each.value} | asked.form.period_params()), each == dataset)
            for each in Dataset if request.principal.may(NEEDS[each])
        ],
        "others": [pair for pair in _pairs(params) if pair[0] not in {"range", "from", "to"}],
    }  # fmt: skip
    status = 400 if form.errors or not asked.valid else 200
    return render(request, "archive/export_new.html", context, status=status)


def _dataset(request: TenantRequest, name: str) -> str:
    offered = [each.value for each in Dataset if request.principal.may(NEEDS[each])]
    if not name and offered:
        return offered[0]
    if name not in offered:
        raise Http404("No such data.")
    return name


def _params(query: str) -> QueryDict:
    return QueryDict(query.removeprefix("?"))


def _pairs(params: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in params.lists() for value in values]


def _query(params: QueryDict) -> str:
    return f"?{params.urlencode()}"


def _question(request: TenantRequest, dataset: str, params: QueryDict) -> PageQuery:
    return question(request.principal.choosing(params.get("subaccount", "")), dataset, params, zone=current_zone())


def _selected(request: TenantRequest) -> list[str]:
    """The messages that were selected in the log, at most as many as the log lets one select."""
    found = []
    for text in request.POST.getlist("umid")[:MOST_SELECTED]:
        try:
            found.append(str(UUID(text)))
        except ValueError:
            continue
    return found


def _start(request: TenantRequest, asked: PageQuery, form: ExportForm) -> HttpResponseBase:
    chosen = form.cleaned_data
    spec = ExportSpec(
        asked.dataset, asked.filters, asked.zone.key, chosen["format"], chosen["compression"],
        chosen.get("columns", ()), chosen.get("preset", ""), words=asked.words, mail=chosen["mail"],
        first_at=asked.span[0], last_at=asked.span[1],
    )  # fmt: skip
    selected = _selected(request)
    if selected:
        words = [(_("Selected messages"), str(len(selected)))]
        spec = replace(spec, filters={"umids": selected}, words=words, first_at=None, last_at=None)
    if chosen["every"]:
        if selected:
            raise UserError(
                _("Selected messages can be exported only once. To repeat an export, use filters."), field="every"
            )
        schedules.start(asked.by, spec, every=chosen["every"], query=chosen["query"])
        notices.success(request, _("The schedule has been saved. The first export runs at its scheduled time."))
        return redirect("archive:exports")
    export = jobs.start(asked.by, spec)
    if selected or asked.few():
        work.run_slice(export)
        export.refresh_from_db()
        if export.ready:
            return redirect("archive:export_file", export.public_id)
    return redirect("archive:export", export.public_id)


@requires(Permission.EXPORT_DATA)
@require_GET
def export_page(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """One export. HTMX asks for its state alone, until it is done."""
    export = _own(request, export_id)
    template = "archive/_export.html" if request.htmx else "archive/export.html"
    return render(request, template, {"export": export})


@requires(Permission.EXPORT_DATA)
@require_GET
def download(request: TenantRequest, export_id: UUID) -> HttpResponseBase:
    """The file, while there is one; each download is audited."""
    export = _own(request, export_id)
    file = opened(export)
    if file is None:
        raise Http404("This export has no file.")
    jobs.audit(export, "downloaded", request.principal)
    return file_response(export, file)


@requires(Permission.EXPORT_DATA)
@require_GET
def manifest_of(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """What the file is, and the digests to check it by."""
    export = _own(request, export_id)
    if not export.contents:
        raise Http404("This export has no file.")
    return JsonResponse(written(export), json_dumps_params={"indent": 2, "ensure_ascii": False})


@requires(Permission.EXPORT_DATA)
@require_POST
def cancel_export(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """Stop an export."""
    if jobs.cancel(_own(request, export_id), request.principal):
        notices.success(request, _("The export has been cancelled. No data was kept."))
    return redirect("archive:exports")


@requires(Permission.EXPORT_DATA)
@require_POST
def export_again(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """Start an export that has no file once more."""
    try:
        made = jobs.again(_own(request, export_id), request.principal)
    except UserError as error:
        notices.error(request, str(error))
        return redirect("archive:export", export_id)
    return redirect("archive:export", made.public_id)


@requires(Permission.EXPORT_DATA)
def delete_export(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """Ask, then delete an export and its file."""
    export = _own(request, export_id)
    if request.method != "POST":
        return render(request, "archive/export_delete.html", {"export": export})
    jobs.delete(export, request.principal)
    notices.success(request, _("The export and its file have been deleted."))
    return redirect("archive:exports")


@requires(Permission.EXPORT_DATA)
def delete_schedule(request: TenantRequest, schedule_id: int) -> HttpResponse:
    """Ask, then end a schedule; what it exported stays as long as any export."""
    schedule = get_object_or_404(schedules_of(request.principal), pk=schedule_id)
    if request.method != "POST":
        return render(request, "archive/schedule_delete.html", {"schedule": schedule})
    schedules.end(schedule, request.principal)
    notices.success(request, _("The schedule has ended."))
    return redirect("archive:exports")


def _whole(request: TenantRequest) -> Principal:
    """The person, in all they may see: the subaccount they look at decides what is exported, not what there is."""
    return request.principal.choosing("")


def _own(request: TenantRequest, export_id: UUID) -> Export:
    """The export, if it exists for the person. Raises Http404."""
    rows: QuerySet[Export] = exports_of(_whole(request))
    return get_object_or_404(rows, public_id=export_id)
