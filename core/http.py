"""Reading a request: the address of the client, and the data of a form."""

from django.conf import settings
from django.http import HttpRequest, QueryDict


def client_address(request: HttpRequest) -> str:
    """The IP address of the client.

    X-Forwarded-For counts only from the right, as far as our own TRUSTED_PROXY_COUNT proxies added entries: the client
    may have written the entries before them itself.
    """
    proxies: int = settings.TRUSTED_PROXY_COUNT
    if proxies:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(hops) >= proxies and hops[-proxies]:
            return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def form_data(request: HttpRequest) -> QueryDict | None:
    """The data of a posted form, which can be empty; None for other methods."""
    return request.POST if request.method == "POST" else None
