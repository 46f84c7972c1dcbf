"""The portal's URLs, and the baselines of `accept`, `send` and `log`: bare views and a plain admin."""

from django.urls import path

from bench.bare import SEND, StoreMessage, store_webhook
from bench.changelist import plain_site
from portal.urls import urlpatterns as portal_urls

urlpatterns = [
    path("bare/<str:token>", store_webhook),
    path(SEND[1:], StoreMessage.as_view()),
    path("admin/plain/", plain_site.urls),
    *portal_urls,
]
