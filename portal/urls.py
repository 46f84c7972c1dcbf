"""Every URL of the portal."""

from django.contrib import admin
from django.urls import include, path

from accounts.audit_api import AuditListView
from archive.api import ExportDetailView, ExportDownloadView, ExportListView, ExportManifestView
from archive.api_8x8 import JobDetailView, JobDownloadView, JobListView
from archive.deletion.api import CertificateView, DeletionDetailView, DeletionListView, DeletionStopView
from archive.retention.api import RetentionView
from billing.api.prices import RateCardDetailView, RateCardListView, UnratedView
from billing.api.report import CostReportView, ForecastView, TierView, UsageView
from messaging.api.assets import (
    ChannelTemplatesView,
    NumberDetailView,
    NumberListView,
    TemplateDetailView,
    TemplateListView,
)
from messaging.api.cloud import D360SendView, GraphSendView
from messaging.api.health import D360HealthView, GraphNodeView, HealthStatusView
from messaging.api.messages import ChargeView, MessageListView
from messaging.api.outgoing import WebhooksView
from messaging.api.sending import BatchView8x8, MessageView8x8, SendBatchView, SendView
from messaging.api.usage import UsageReportView
from messaging.api.webhook_events import (
    WebhookEventDetailView,
    WebhookEventListView,
    WebhookEventReplayView,
    WebhookEventsReplayView,
)
from messaging.ingest.webhooks import receive
from portal import api, views
from portal.health import healthz
from portal.message_resource import MessageView
from portal.metrics import metrics

rest = [
    path("deletions/", DeletionListView.as_view(), name="api-deletions"),
    path("deletions/<uuid:deletion_id>/", DeletionDetailView.as_view(), name="api-deletion"),
    path("deletions/<uuid:deletion_id>/stop/", DeletionStopView.as_view(), name="api-deletion-stop"),
    path("deletions/<uuid:deletion_id>/certificate/", CertificateView.as_view(), name="api-certificate"),
    path("retention/", RetentionView.as_view(), name="api-retention"),
    path("audit/", AuditListView.as_view(), name="api-audit"),
    path("messages/", MessageListView.as_view(), name="api-messages"),
    path("messages/<uuid:umid>/", MessageView.as_view(), name="api-message"),
    path("templates/", TemplateListView.as_view(), name="api-templates"),
    path("templates/<int:template_id>/", TemplateDetailView.as_view(), name="api-template"),
    path("phone-numbers/", NumberListView.as_view(), name="api-phone-numbers"),
    path("phone-numbers/<int:number_id>/", NumberDetailView.as_view(), name="api-phone-number"),
    path("charges/<uuid:umid>/", ChargeView.as_view(), name="api-charge"),
    path("reports/usage/", UsageReportView.as_view(), name="api-reports-usage"),
    path("reports/costs/", CostReportView.as_view(), name="api-costs"),
    path("reports/forecast/", ForecastView.as_view(), name="api-forecast"),
    path("reports/tiers/", TierView.as_view(), name="api-tiers"),
    path("accounts/<str:account_id>/usage/messages", UsageView.as_view(), name="api-usage"),
    path("accounts/<str:account_id>/webhooks", WebhooksView.as_view(), name="api-webhooks"),
    path(
        "accounts/<str:account_id>/channels/<str:channel_id>/templates",
        ChannelTemplatesView.as_view(),
        name="api-channel-templates",
    ),
    path("reports/unrated/", UnratedView.as_view(), name="api-unrated"),
    path("rate-cards/", RateCardListView.as_view(), name="api-rate-cards"),
    path("rate-cards/<int:card_id>/", RateCardDetailView.as_view(), name="api-rate-card"),
    path("subaccounts/<str:subaccount_id>/messages", SendView.as_view(), name="api-send"),
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
    path("subaccounts/<str:subaccount_id>/messages/batch", SendBatchView.as_view(), name="api-send-batch"),
    path(
        "subaccounts/<str:subaccount_id>/messages/batch/<str:batch_id>", BatchView8x8.as_view(), name="api-sent-batch"
    ),
    path("subaccounts/<str:subaccount_id>/messages/<str:umid>", MessageView8x8.as_view(), name="api-sent"),
    path("health_status", HealthStatusView.as_view(), name="api-health"),
    path("webhook-events/", WebhookEventListView.as_view(), name="api-webhook-events"),
    path("webhook-events/replay/", WebhookEventsReplayView.as_view(), name="api-webhook-events-replay"),
    path("webhook-events/<int:event_id>/", WebhookEventDetailView.as_view(), name="api-webhook-event"),
    path("webhook-events/<int:event_id>/replay/", WebhookEventReplayView.as_view(), name="api-webhook-event-replay"),
]

handler403 = "portal.views.forbidden"
handler404 = "portal.api.not_found"
handler500 = "portal.api.server_error"
urlpatterns = [
    path("webhooks/<str:provider>/<str:token>", receive, name="webhook"),
    path("api/v1/", include(rest)),
    path("graph/<str:version>/<str:node_id>", GraphNodeView.as_view(), name="graph-node"),
    path("graph/<str:version>/<str:phone_number_id>/messages", GraphSendView.as_view(), name="graph-send"),
    path("360dialog/messages", D360SendView.as_view(), name="d360-send"),
    path("360dialog/health_status", D360HealthView.as_view(), name="d360-health"),
    path("api/schema/", api.schema, name="schema"),
    path("api/docs/", api.docs, name="api-docs"),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("", views.dashboard, name="dashboard"),
    path("reports/usage/", views.usage, name="usage"),
    path("operations/", views.operations, name="operations"),
    path("", include("accounts.urls")),
    path("", include("messaging.urls")),
    path("", include("archive.urls")),
    path("", include("billing.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
