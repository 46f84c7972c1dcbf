"""What a request says: about its sender, as far as it can be trusted, and for a form."""

from django.conf import settings
from django.http import HttpRequest, QueryDict


def client_address(request: HttpRequest) -> str:
    """The IP address of the client.

    Of X-Forwarded-For only the entries that our own TRUSTED_PROXY_COUNT proxies added count, from the right: whatever
    stands before them, the client may have written itself.
    """
    proxies: int = settings.TRUSTED_PROXY_COUNT
    if proxies:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(hops) >= proxies and hops[-proxies]:
            return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was filled in with; None while it is only shown. A post may hold no field at all."""
    return request.POST if request.method == "POST" else None
