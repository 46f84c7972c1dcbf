"""URLs of the archive: pages and REST."""

from django.urls import path

from archive.api import ExportDetailView, ExportDownloadView, ExportListView, ExportManifestView
from archive.api_8x8 import JobDetailView, JobDownloadView, JobListView
from archive.deletion.api import CertificateView, DeletionDetailView, DeletionListView, DeletionStopView
from archive.message_resource import MessageView
from archive.retention.api import RetentionView
from archive.views import deletions, exports, reports, retention

app_name = "archive"
urlpatterns = [
    path("reports/costs.csv", reports.costs_csv, name="costs_csv"),
    path("reports/costs.xlsx", reports.costs_xlsx, name="costs_xlsx"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/", exports.new_export, name="export_new"),
    path("exports/<uuid:export_id>/", exports.export_page, name="export"),
    path("exports/<uuid:export_id>/file/", exports.download, name="export_file"),
    path("exports/<uuid:export_id>/manifest.json", exports.manifest_of, name="export_manifest"),
    path("exports/<uuid:export_id>/cancel/", exports.cancel_export, name="export_cancel"),
    path("exports/<uuid:export_id>/again/", exports.repeat_export, name="export_again"),
    path("exports/<uuid:export_id>/delete/", exports.delete_export, name="export_delete"),
    path("exports/schedules/<int:schedule_id>/delete/", exports.delete_schedule, name="schedule_delete"),
    path("logs/<uuid:umid>/delete/", deletions.delete_message, name="message_delete"),
    path("settings/deletions/", deletions.deletion_list, name="deletions"),
    path("settings/deletions/new/", deletions.new_deletion, name="deletion_new"),
    path("settings/deletions/person/", deletions.erase, name="erase"),
    path("settings/deletions/<uuid:deletion_id>/", deletions.deletion_page, name="deletion"),
    path("settings/deletions/<uuid:deletion_id>/stop/", deletions.stop, name="deletion_stop"),
    path("settings/deletions/<uuid:deletion_id>/certificate.json", deletions.certificate, name="certificate"),
    path("settings/retention/", retention.retention, name="retention"),
    path("settings/retention/hold/", retention.hold, name="hold"),
]
rest = [
    path("deletions/", DeletionListView.as_view(), name="api-deletions"),
    path("deletions/<uuid:deletion_id>/", DeletionDetailView.as_view(), name="api-deletion"),
    path("deletions/<uuid:deletion_id>/stop/", DeletionStopView.as_view(), name="api-deletion-stop"),
    path("deletions/<uuid:deletion_id>/certificate/", CertificateView.as_view(), name="api-certificate"),
    path("retention/", RetentionView.as_view(), name="api-retention"),
    path("messages/<uuid:umid>/", MessageView.as_view(), name="api-message"),
    path("exports/", ExportListView.as_view(), name="api-exports"),
    path("exports/<uuid:export_id>/", ExportDetailView.as_view(), name="api-export"),
    path("exports/<uuid:export_id>/download/", ExportDownloadView.as_view(), name="api-export-download"),
    path("exports/<uuid:export_id>/manifest/", ExportManifestView.as_view(), name="api-export-manifest"),
    path("subaccounts/<str:subaccount_id>/messages/exports", JobListView.as_view(), name="api-log-exports"),
    path(
        "subaccounts/<str:subaccount_id>/messages/exports/<str:job_id>", JobDetailView.as_view(), name="api-log-export"
    ),
    path(
        "subaccounts/<str:subaccount_id>/messages/download/<str:token>",
        JobDownloadView.as_view(),
        name="api-log-export-download",
    ),
]
