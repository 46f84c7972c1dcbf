"""Billing's URLs."""

from django.urls import include, path

from billing import views
from billing.price_views import unrated_messages

app_name = "billing"
urlpatterns = [
    path("prices/", include("billing.price_urls")),
    path("reports/unrated/", unrated_messages, name="unrated"),
    path("reports/costs/", views.costs, name="costs"),
]
