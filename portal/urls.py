"""Every URL of the portal."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("messaging.urls")),
    path("", include("billing.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
