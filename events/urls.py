"""URLs of events: the page of what is posted to clients."""

from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("settings/receipts/", views.deliveries, name="deliveries"),
    path("settings/receipts/again/", views.post_given_up, name="post_given_up"),
]
