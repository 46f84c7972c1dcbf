"""The portal's URLs, and what `accept` and `log` compare with: a bare view and a plain admin."""

from django.urls import path

from bench.accept import bare
from bench.log import plain_site
from portal.urls import urlpatterns as portal_urls

urlpatterns = [path("bare/<str:token>", bare), path("admin/plain/", plain_site.urls), *portal_urls]
