"""REST: exports as jobs."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import FileResponse, Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from archive.exports import jobs
from archive.exports.asking import Ask, Asker, BadAsk, NotAllowed, asker_of_key
from archive.exports.files import storage
from archive.exports.manifest import manifest_of
from archive.exports.selectors import exports_of
from archive.models import Export
from archive.serializers import (
    ExportAskSerializer,
    ExportPageSerializer,
    ExportSerializer,
    ask_of,
    narrowed,
)
from archive.views.files import file_response
from portal.core.filters import PAGING
from portal.core.links import links
from portal.core.paging import page

PAGE_SIZE = 100


class ExportView(TenantView):
    """What all views of exports share."""

    permission: ClassVar[Permission] = Permission.EXPORT_DATA

    @property
    def asker(self) -> Asker:
        """The key, as exports know it."""
        return asker_of_key(self)

    def found(self, export_id: UUID) -> Export:
        """The export of that id. Raises Http404 when it does not exist for the key."""
        export = exports_of(self.asker).filter(public_id=export_id).first()
        if export is None:
            raise Http404
        return export

    def start(self, asker: Asker, ask: Ask) -> Export:
        """Start it. Raises ValidationError naming what is wrong, PermissionDenied for what needs a scope."""
        try:
            return jobs.start(asker, ask)
        except NotAllowed as wrong:
            raise PermissionDenied(str(wrong)) from None
        except BadAsk as wrong:
            raise ValidationError({wrong.field: [str(wrong)]}) from None

    def shown(self, export: Export) -> dict[str, Any]:
        """The export as JSON."""
        return dict(ExportSerializer(export, context={"request": self.request}).data)

    def file(self, export: Export) -> FileResponse:
        """Its file, audited. Raises Http404 where there is none, or none any more."""
        if not export.ready or (export.expires_at and export.expires_at <= timezone.now()):
            raise Http404
        try:
            opened = storage().open(export.file, "rb")
        except FileNotFoundError:  # it was deleted between the two looks
            raise Http404("This export has no file any more.") from None
        jobs.audit(export, "downloaded", self.asker)
        return file_response(export, opened)


class ExportListView(ExportView):
    """Exports, the last first, 100 a page; and starting one."""

    @extend_schema(
        operation_id="list_exports",
        responses=ExportPageSerializer,
        parameters=[OpenApiParameter(name, description="A cursor, from next or previous") for name in PAGING],
    )
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older exports, `previous` for newer ones."""
        found = page(exports_of(self.asker), request.query_params.dict(), size=PAGE_SIZE)
        return Response({**links(request, found), "results": [self.shown(export) for export in found.rows]})

    @extend_schema(operation_id="start_export", request=ExportAskSerializer, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Start an export; it is made in the background. Ask for it again until its state is `succeeded`."""
        asked = ExportAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        asker = narrowed(self.asker, asked.validated_data["filters"].get("subaccount"))
        export = self.start(asker, ask_of(asked.validated_data, asker))
        return Response(self.shown(export), status=202)


class ExportDetailView(ExportView):
    """One export."""

    @extend_schema(operation_id="get_export", responses=ExportSerializer)
    def get(self, request: Request, export_id: UUID) -> Response:
        """How far it is; 404 when the account has none of that id."""
        return Response(self.shown(self.found(export_id)))

    @extend_schema(operation_id="delete_export", request=None, responses={204: None})
    def delete(self, request: Request, export_id: UUID) -> Response:
        """Stop it where it is not done, and delete it with its file."""
        jobs.delete(self.found(export_id), self.asker)
        return Response(status=204)


class ExportDownloadView(ExportView):
    """The file of an export."""

    @extend_schema(
        operation_id="download_export", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )  # fmt: skip
    def get(self, request: Request, export_id: UUID) -> FileResponse:
        """The file; 404 before it has succeeded and after its time."""
        return self.file(self.found(export_id))


class ExportManifestView(ExportView):
    """The manifest of an export."""

    @extend_schema(operation_id="get_export_manifest", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, export_id: UUID) -> Response:
        """Rows, sums, filters, time zone and SHA-256 of its file; 404 where there is none."""
        export = self.found(export_id)
        if not export.contents:
            raise Http404
        return Response(manifest_of(export))
