"""URLs of calls: pages and REST."""

from django.urls import path

from messaging.calls import views
from messaging.calls.api import CallDetailView, CallListView

app_name = "calls"
urlpatterns = [
    path("calls/", views.calls, name="calls"),
    path("calls/<uuid:call_id>/", views.call_page, name="call"),
]
rest = [
    path("calls/", CallListView.as_view(), name="api-calls"),
    path("calls/<uuid:call_id>/", CallDetailView.as_view(), name="api-call"),
]
