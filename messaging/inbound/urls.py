"""URLs of inbound webhooks: settings pages, REST, and the endpoints that providers post to."""

from django.urls import path

from messaging.inbound.api import (
    WebhookEventDetailView,
    WebhookEventListView,
    WebhookEventReplayView,
    WebhookEventsReplayView,
)
from messaging.inbound.views import endpoints, held
from messaging.inbound.webhooks import receive

app_name = "inbound"
urlpatterns = [
    path("settings/webhooks/", endpoints.endpoint_list, name="endpoints"),
    path("settings/webhooks/new/", endpoints.new_endpoint, name="endpoint_new"),
    path("settings/webhooks/<int:endpoint_id>/", endpoints.endpoint, name="endpoint"),
    path("settings/webhooks/<int:endpoint_id>/test/", endpoints.run_endpoint_check, name="endpoint_test"),
    path("settings/webhooks/<int:endpoint_id>/rotate/", endpoints.rotate_endpoint, name="endpoint_rotate"),
    path("settings/webhooks/<int:endpoint_id>/switch/", endpoints.switch_endpoint, name="endpoint_switch"),
]
urlpatterns += [
    path("settings/held-webhooks/", held.held, name="held"),
    path("settings/held-webhooks/replay/", held.replay_matching, name="held_replay"),
    path("settings/held-webhooks/<str:webhook>/", held.held_webhook, name="held_webhook"),
    path("settings/held-webhooks/<str:webhook>/replay/", held.replay_one, name="held_webhook_replay"),
]
rest = [
    path("webhook-events/", WebhookEventListView.as_view(), name="api-webhook-events"),
    path("webhook-events/replay/", WebhookEventsReplayView.as_view(), name="api-webhook-events-replay"),
    path("webhook-events/<int:event_id>/", WebhookEventDetailView.as_view(), name="api-webhook-event"),
    path("webhook-events/<int:event_id>/replay/", WebhookEventReplayView.as_view(), name="api-webhook-event-replay"),
]
provider_paths = [path("webhooks/<str:provider>/<str:token>", receive, name="webhook")]
