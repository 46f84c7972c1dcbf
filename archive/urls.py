"""The archive's URLs."""

from django.urls import path

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
    path("exports/<uuid:export_id>/again/", exports.export_again, name="export_again"),
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
