"""All URLs, collected from the packages."""

from django.contrib import admin
from django.urls import include, path

import accounts.urls
import archive.urls
import billing.urls
import events.urls
import messaging.calls.urls
import messaging.inbound.urls
import messaging.legs.urls
import messaging.log.urls
import messaging.sending.urls
import messaging.suppression.urls
from portal import api, message_page, views
from portal.health import healthz
from portal.metrics import metrics

# The order matters: 8x8's `messages/exports` comes before its `messages/<umid>`.
_WITH_REST = (
    accounts.urls, archive.urls, billing.urls, messaging.log.urls, messaging.calls.urls, messaging.legs.urls,
    messaging.inbound.urls, messaging.sending.urls, messaging.suppression.urls,
)  # fmt: skip
_WITH_PAGES = (
    accounts.urls, archive.urls, billing.urls, events.urls, messaging.log.urls, messaging.calls.urls,
    messaging.legs.urls, messaging.inbound.urls, messaging.suppression.urls,
)  # fmt: skip
rest = [route for package in _WITH_REST for route in package.rest]

handler403 = "portal.views.forbidden"
handler404 = "portal.api.not_found"
handler500 = "portal.api.server_error"
urlpatterns = [
    *messaging.inbound.urls.provider_paths,
    path("api/v1/", include(rest)),
    *messaging.log.urls.provider_paths,
    *messaging.sending.urls.provider_paths,
    path("api/schema/", api.schema, name="schema"),
    path("api/docs/", api.docs, name="api-docs"),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("", views.dashboard, name="dashboard"),
    path("reports/usage/", views.usage, name="usage"),
    path("operations/", views.operations, name="operations"),
    path("logs/<uuid:umid>/", message_page.message, name="message"),
    path("logs/<uuid:umid>/sending/", message_page.sending, name="message-sending"),
    *(path("", include(package)) for package in _WITH_PAGES),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
