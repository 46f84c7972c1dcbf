"""Messaging's URLs."""

from django.urls import path

from messaging.views import assets, endpoints, health, log, message, outgoing, subaccounts

app_name = "messaging"
urlpatterns = [
    path("logs/", log.log, name="log"),
    path("logs/sentence/", log.sentence, name="log-sentence"),
    path("logs/columns/", log.columns, name="log-columns"),
    path("logs/filters/", log.filters, name="log-filters"),
    path("logs/filters/<int:filter_id>/delete/", log.delete_filter, name="log-filter-delete"),
    path("logs/matching/", log.matching_count, name="log-matching"),
    path("logs/umids/", log.umids, name="log-umids"),
    path("logs/<uuid:umid>/", message.message, name="message"),
    path("logs/<uuid:umid>/sending/", message.sending, name="message-sending"),
    path("templates/", assets.template_list, name="templates"),
    path("templates/<int:template_id>/", assets.template_page, name="template"),
    path("numbers/", assets.number_list, name="numbers"),
    path("numbers/<int:number_id>/", assets.number_page, name="number"),
    path("health/", health.health_page, name="health"),
    path("health/refresh/", health.refresh, name="health-refresh"),
    path("settings/webhooks/", endpoints.endpoint_list, name="endpoints"),
    path("settings/webhooks/new/", endpoints.new_endpoint, name="endpoint_new"),
    path("settings/webhooks/<int:endpoint_id>/", endpoints.endpoint, name="endpoint"),
    path("settings/webhooks/<int:endpoint_id>/test/", endpoints.try_endpoint, name="endpoint_test"),
    path("settings/webhooks/<int:endpoint_id>/rotate/", endpoints.rotate_endpoint, name="endpoint_rotate"),
    path("settings/webhooks/<int:endpoint_id>/switch/", endpoints.switch_endpoint, name="endpoint_switch"),
    path("settings/receipts/", outgoing.outgoing, name="outgoing"),
    path("settings/receipts/again/", outgoing.again, name="outgoing_again"),
    path("settings/subaccounts/", subaccounts.subaccounts, name="subaccounts"),
    path("settings/subaccounts/new/", subaccounts.new_subaccount, name="subaccount_new"),
    path("settings/subaccounts/<int:subaccount_id>/", subaccounts.rename, name="subaccount_rename"),
    path("settings/subaccounts/<int:subaccount_id>/close/", subaccounts.close, name="subaccount_close"),
    path("settings/subaccounts/<int:subaccount_id>/open/", subaccounts.reopen, name="subaccount_open"),
    path("settings/subaccounts/numbers/<int:number_id>/", subaccounts.move, name="number_move"),
]
