"""URLs of inbound webhooks: settings pages, REST, and the endpoints that providers post to."""

from django.urls import path

from messaging.inbound import views
from messaging.inbound.api import (
    WebhookEventDetailView,
    WebhookEventListView,
    WebhookEventReplayView,
    WebhookEventsReplayView,
)
from messaging.inbound.webhooks import receive

app_name = "inbound"
urlpatterns = [
    path("settings/webhooks/", views.endpoint_list, name="endpoints"),
    path("settings/webhooks/new/", views.new_endpoint, name="endpoint_new"),
    path("settings/webhooks/<int:endpoint_id>/", views.endpoint, name="endpoint"),
    path("settings/webhooks/<int:endpoint_id>/test/", views.run_endpoint_check, name="endpoint_test"),
    path("settings/webhooks/<int:endpoint_id>/rotate/", views.rotate_endpoint, name="endpoint_rotate"),
    path("settings/webhooks/<int:endpoint_id>/switch/", views.switch_endpoint, name="endpoint_switch"),
]
rest = [
    path("webhook-events/", WebhookEventListView.as_view(), name="api-webhook-events"),
    path("webhook-events/replay/", WebhookEventsReplayView.as_view(), name="api-webhook-events-replay"),
    path("webhook-events/<int:event_id>/", WebhookEventDetailView.as_view(), name="api-webhook-event"),
    path("webhook-events/<int:event_id>/replay/", WebhookEventReplayView.as_view(), name="api-webhook-event-replay"),
]
provider_paths = [path("webhooks/<str:provider>/<str:token>", receive, name="webhook")]
