"""URLs of the log: pages, REST, and the providers' own paths for health."""

from django.urls import path

from messaging.log.api.assets import (
    NumberDetailView,
    NumberListView,
    TemplateDetailView,
    TemplateListView,
)
from messaging.log.api.health import D360HealthView, GraphNodeView, HealthStatusView
from messaging.log.api.messages import ChargeView, MessageListView
from messaging.log.api.usage import UsageReportView
from messaging.log.views import assets, health, log, subaccounts

app_name = "log"
urlpatterns = [
    path("logs/", log.log, name="log"),
    path("logs/sentence/", log.sentence, name="log-sentence"),
    path("logs/columns/", log.columns, name="log-columns"),
    path("logs/filters/", log.filters, name="log-filters"),
    path("logs/filters/<int:filter_id>/delete/", log.delete_filter, name="log-filter-delete"),
    path("logs/matching/", log.matching_count, name="log-matching"),
    path("logs/umids/", log.umids, name="log-umids"),
    path("templates/", assets.template_list, name="templates"),
    path("templates/<int:template_id>/", assets.template_page, name="template"),
    path("numbers/", assets.number_list, name="numbers"),
    path("numbers/<int:number_id>/", assets.number_page, name="number"),
    path("health/", health.health_page, name="health"),
    path("health/refresh/", health.refresh, name="health-refresh"),
    path("settings/subaccounts/", subaccounts.subaccounts, name="subaccounts"),
    path("settings/subaccounts/new/", subaccounts.new_subaccount, name="subaccount_new"),
    path("settings/subaccounts/<int:subaccount_id>/", subaccounts.rename, name="subaccount_rename"),
    path("settings/subaccounts/<int:subaccount_id>/close/", subaccounts.close, name="subaccount_close"),
    path("settings/subaccounts/<int:subaccount_id>/open/", subaccounts.reopen, name="subaccount_open"),
    path("settings/subaccounts/numbers/<int:number_id>/", subaccounts.move, name="number_move"),
]
rest = [
    path("messages/", MessageListView.as_view(), name="api-messages"),
    path("templates/", TemplateListView.as_view(), name="api-templates"),
    path("templates/<int:template_id>/", TemplateDetailView.as_view(), name="api-template"),
    path("phone-numbers/", NumberListView.as_view(), name="api-phone-numbers"),
    path("phone-numbers/<int:number_id>/", NumberDetailView.as_view(), name="api-phone-number"),
    path("charges/<uuid:umid>/", ChargeView.as_view(), name="api-charge"),
    path("reports/usage/", UsageReportView.as_view(), name="api-reports-usage"),
    path("health_status", HealthStatusView.as_view(), name="api-health"),
]
provider_paths = [
    path("graph/<str:version>/<str:node_id>", GraphNodeView.as_view(), name="graph-node"),
    path("360dialog/health_status", D360HealthView.as_view(), name="d360-health"),
]
