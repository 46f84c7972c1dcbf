"""The portal's URLs, and the bare view that `accept` compares with."""

from django.urls import path

from bench.accept import bare
from portal.urls import urlpatterns as portal_urls

urlpatterns = [path("bare/<str:token>", bare), *portal_urls]
