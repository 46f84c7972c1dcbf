"""The portal's URLs, and what `accept`, `send` and `log` compare with: bare views and a plain admin."""

from django.urls import path

from bench.accept import bare
from bench.log import plain_site
from bench.send import BARE, BareView
from portal.urls import urlpatterns as portal_urls

urlpatterns = [
    path("bare/<str:token>", bare),
    path(BARE[1:], BareView.as_view()),
    path("admin/plain/", plain_site.urls),
    *portal_urls,
]
