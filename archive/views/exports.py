"""Pages of exports: the list with its progress, a new export, one export and its file."""

from collections.abc import Sequence
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
from archive.exports.files import open_file
from archive.exports.manifest import manifest_of as export_manifest
from archive.exports.page_query import PageQuery, page_query
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
from messaging.log.listing.selection import posted_umids

PAGE_SIZE = 25


@requires(Permission.EXPORT_DATA)
@require_GET
def export_list(request: TenantRequest) -> HttpResponse:
    """The exports, newest first. HTMX polls the list alone while an export is active."""
    by = _in_all_subaccounts(request)
    rows = page(exports_of(by), request.GET.dict(), size=PAGE_SIZE)
    context = {
        "page": rows,
        "params": request.GET,
        "schedules": list(schedules_of(by)),
        "working": any(export.active for export in rows.rows),
    }
    return render(request, "archive/_exports.html" if request.htmx else "archive/exports.html", context)


@requires(Permission.EXPORT_DATA)
def new_export(request: TenantRequest) -> HttpResponseBase:
    """Choose format, columns and repetition for the filters of the URL. Small exports download immediately."""
    data = request.POST if request.method == "POST" else request.GET
    params = _params(data["query"]) if "query" in data else request.GET  # another page's filters, or this page's
    dataset = _dataset(request, params.get("dataset", ""))
    try:
        umids = posted_umids(request.POST)
    except UserError as error:
        notices.error(request, str(error))
        return redirect("log:log")
    submitted = request.method == "POST" and "format" in request.POST  # else the log posted a selection
    form = ExportForm(
        request.POST if submitted else None, dataset=dataset, by=request.principal,
        initial={"query": _query(params), "format": params.get("format") or "csv"},
    )  # fmt: skip
    query = _page_query(request, dataset, params)
    if submitted and query.valid and form.is_valid():
        try:
            return _start(request, query, form, umids)
        except UserError as error:
            show_error(form, error)
    context = {
        "form": form, "page_query": query, "label": Dataset(dataset).label, "dataset": dataset, "valid": query.valid,
        "umids": umids,
        "datasets": [
            (name.label, url_query(QueryDict(), {"dataset": name.value} | query.form.period_params()), name == dataset)
            for name in Dataset if request.principal.may(NEEDS[name])
        ],
        "others": [pair for pair in _pairs(params) if pair[0] not in {"range", "from", "to"}],
    }  # fmt: skip
    status = 400 if form.errors or not query.valid else 200
    return render(request, "archive/export_new.html", context, status=status)


def _dataset(request: TenantRequest, name: str) -> str:
    offered = [choice.value for choice in Dataset if request.principal.may(NEEDS[choice])]
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


def _page_query(request: TenantRequest, dataset: str, params: QueryDict) -> PageQuery:
    return page_query(
        request.principal.in_subaccount(params.get("subaccount", "")), dataset, params, zone=current_zone()
    )


def _start(request: TenantRequest, query: PageQuery, form: ExportForm, umids: Sequence[UUID]) -> HttpResponseBase:
    options = form.cleaned_data
    spec = ExportSpec(
        query.dataset, query.filters, query.zone.key, options["format"], options["compression"],
        options.get("columns", ()), options.get("preset", ""), words=query.words, mail=options["mail"],
        first_at=query.span[0], last_at=query.span[1],
    )  # fmt: skip
    if umids:
        words = [(_("Selected messages"), str(len(umids)))]
        spec = replace(spec, filters={"umids": [str(umid) for umid in umids]}, words=words, first_at=None, last_at=None)
    if options["every"]:
        if umids:
            raise UserError(
                _("Selected messages can be exported only once. To repeat an export, use filters."), field="every"
            )
        schedules.start(query.by, spec, every=options["every"], query=options["query"])
        notices.success(request, _("The schedule has been saved. The first export runs at its scheduled time."))
        return redirect("archive:exports")
    export = jobs.start(query.by, spec)
    if umids or query.is_small():
        work.run_slice(export)
        export.refresh_from_db()
        if export.ready:
            return redirect("archive:export_file", export.public_id)
    return redirect("archive:export", export.public_id)


@requires(Permission.EXPORT_DATA)
@require_GET
def export_page(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """One export. HTMX polls its state alone until it is done."""
    export = _get_export(request, export_id)
    template = "archive/_export.html" if request.htmx else "archive/export.html"
    return render(request, template, {"export": export})


@requires(Permission.EXPORT_DATA)
@require_GET
def download(request: TenantRequest, export_id: UUID) -> HttpResponseBase:
    """The file, while there is one; choice download is audited."""
    export = _get_export(request, export_id)
    file = open_file(export)
    if file is None:
        raise Http404("This export has no file.")
    jobs.audit(export, "downloaded", request.principal)
    return file_response(export, file)


@requires(Permission.EXPORT_DATA)
@require_GET
def manifest_of(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """The description of the file, with the digests to verify it."""
    export = _get_export(request, export_id)
    if not export.contents:
        raise Http404("This export has no file.")
    return JsonResponse(export_manifest(export), json_dumps_params={"indent": 2, "ensure_ascii": False})


@requires(Permission.EXPORT_DATA)
@require_POST
def cancel_export(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """Cancel an export."""
    if jobs.cancel(_get_export(request, export_id), request.principal):
        notices.success(request, _("The export has been cancelled. No data was kept."))
    return redirect("archive:exports")


@requires(Permission.EXPORT_DATA)
@require_POST
def repeat_export(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """Start an export without a file again."""
    try:
        export = jobs.repeat(_get_export(request, export_id), request.principal)
    except UserError as error:
        notices.error(request, str(error))
        return redirect("archive:export", export_id)
    return redirect("archive:export", export.public_id)


@requires(Permission.EXPORT_DATA)
def delete_export(request: TenantRequest, export_id: UUID) -> HttpResponse:
    """Confirm, then delete an export and its file."""
    export = _get_export(request, export_id)
    if request.method != "POST":
        return render(request, "archive/export_delete.html", {"export": export})
    jobs.delete(export, request.principal)
    notices.success(request, _("The export and its file have been deleted."))
    return redirect("archive:exports")


@requires(Permission.EXPORT_DATA)
def delete_schedule(request: TenantRequest, schedule_id: int) -> HttpResponse:
    """Confirm, then end a schedule. Its exports stay until they expire."""
    schedule = get_object_or_404(schedules_of(request.principal), pk=schedule_id)
    if request.method != "POST":
        return render(request, "archive/schedule_delete.html", {"schedule": schedule})
    schedules.end(schedule, request.principal)
    notices.success(request, _("The schedule has ended."))
    return redirect("archive:exports")


def _in_all_subaccounts(request: TenantRequest) -> Principal:
    """The person, not limited to the subaccount chosen on the page: the list shows the exports of all of them."""
    return request.principal.in_subaccount("")


def _get_export(request: TenantRequest, export_id: UUID) -> Export:
    """The export, if the person may see it. Raises Http404."""
    rows: QuerySet[Export] = exports_of(_in_all_subaccounts(request))
    return get_object_or_404(rows, public_id=export_id)
