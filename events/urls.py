"""URLs of events: the page of deliveries."""

from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("settings/receipts/", views.deliveries, name="deliveries"),
    path("settings/receipts/again/", views.retry_failed_deliveries, name="retry_failed"),
]
