"""REST: exports as jobs."""

from typing import Any, ClassVar
from uuid import UUID

import django_filters as filters
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from archive.enums import Dataset, ExportState
from archive.exports import jobs
from archive.exports.files import open_file
from archive.exports.manifest import manifest_of
from archive.exports.selectors import exports_of
from archive.models import Export
from archive.serializers import ExportPageSerializer, ExportRequestSerializer, ExportSerializer, spec_of
from archive.views.files import file_response
from core.bodies import validate_body
from core.filtersets import StrictFilterSet, parameters
from core.queries import reject_params
from core.resources import detail_data, page_data


class ExportView(TenantView):
    """The common part of the views of exports."""

    permission: ClassVar[Permission] = Permission.EXPORT_DATA

    def get_export(self, export_id: UUID) -> Export:
        """The export with this id. Raises Http404 if the key may not see one."""
        return get_object_or_404(exports_of(self.principal), public_id=export_id)

    def serializer_context(self, rows: list[Export], fields: set[str] | None) -> dict[str, Any]:
        """The context of `ExportSerializer`, which needs the request to build URLs."""
        return {"request": self.request}

    def download(self, export: Export) -> FileResponse:
        """The file, audited. Raises Http404 if there is none, or it has expired."""
        file = open_file(export)
        if file is None:
            raise Http404
        jobs.audit(export, "downloaded", self.principal)
        return file_response(export, file)


class ExportFilterSet(StrictFilterSet):
    """Filters of the exports that the key may see, all combined with AND."""

    dataset = filters.ChoiceFilter(choices=Dataset.choices)
    state = filters.ChoiceFilter(choices=ExportState.choices)

    class Meta:
        model = Export
        fields: tuple[str, ...] = ()


class ExportListView(ExportView):
    """Exports, newest first, 100 per page."""

    @extend_schema(operation_id="list_exports", responses=ExportPageSerializer, parameters=parameters(ExportFilterSet))
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older exports, `previous` for newer ones."""
        filterset = ExportFilterSet(request.query_params, queryset=exports_of(self.principal))
        return Response(page_data(ExportSerializer, filterset, request, context=self.serializer_context))

    @extend_schema(operation_id="start_export", request=ExportRequestSerializer, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Start an export in the background. Poll it until its state is `succeeded`.

        Also needs the scope of the data: `messages:read`, `costs:read` (charges, costs) or `dashboard:read` (usage).
        """
        reject_params(request)
        body = validate_body(ExportRequestSerializer, request)
        by = self.principal.only(body["filters"].get("subaccount", ""))
        export = jobs.start(by, spec_of(body, self.principal))
        return Response(ExportSerializer(export, context={"request": request}).data, status=202)


class ExportDetailView(ExportView):
    """One export."""

    @extend_schema(operation_id="get_export", responses=ExportSerializer)
    def get(self, request: Request, export_id: UUID) -> Response:
        """The export and its progress. 404 if the account has none with that id."""
        return Response(detail_data(ExportSerializer, self.get_export(export_id), request, self.serializer_context))

    @extend_schema(operation_id="delete_export", request=None, responses={204: None})
    def delete(self, request: Request, export_id: UUID) -> Response:
        """Cancel the export if it is not done, and delete it with its file."""
        reject_params(request)
        jobs.delete(self.get_export(export_id), self.principal)
        return Response(status=204)


class ExportDownloadView(ExportView):
    """The file of an export."""

    @extend_schema(
        operation_id="download_export", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )  # fmt: skip
    def get(self, request: Request, export_id: UUID) -> FileResponse:
        """The file. 404 until the export has succeeded and after it has expired."""
        reject_params(request)
        return self.download(self.get_export(export_id))


class ExportManifestView(ExportView):
    """The manifest of an export."""

    @extend_schema(operation_id="get_export_manifest", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, export_id: UUID) -> Response:
        """Rows, sums, filters, time zone and SHA-256 of the file. 404 if there is no file."""
        reject_params(request)
        export = self.get_export(export_id)
        if not export.contents:
            raise Http404
        return Response(manifest_of(export))
