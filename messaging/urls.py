"""Messaging's URLs."""

from django.urls import path

from messaging.views import log, message

app_name = "messaging"
urlpatterns = [
    path("logs/", log.log, name="log"),
    path("logs/columns/", log.columns, name="log-columns"),
    path("logs/filters/", log.filters, name="log-filters"),
    path("logs/filters/<int:filter_id>/delete/", log.delete_filter, name="log-filter-delete"),
    path("logs/matching/", log.matching_count, name="log-matching"),
    path("logs/umids/", log.umids, name="log-umids"),
    path("logs/<uuid:umid>/", message.message, name="message"),
]
