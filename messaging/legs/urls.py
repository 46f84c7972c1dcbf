"""URLs of other channels: pages and REST."""

from django.urls import path

from messaging.legs import views
from messaging.legs.api import LegDetailView, LegListView

app_name = "legs"
urlpatterns = [
    path("logs/other-channels/", views.legs, name="legs"),
    path("logs/other-channels/<uuid:leg_id>/", views.leg_page, name="leg"),
]
rest = [
    path("other-channels/", LegListView.as_view(), name="api-other-channels"),
    path("other-channels/<uuid:leg_id>/", LegDetailView.as_view(), name="api-other-channel"),
]
