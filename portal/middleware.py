"""The headers of every response, and the error page of a `UserError`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import UserError

HEADERS = {
    "Cache-Control": "no-store",  # personal data stays in no cache; static files have a value of their own
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# The portal's policy, with what unfold and Alpine.js need: inline scripts and styles, and eval.
ADMIN_POLICY = "; ".join(  # noqa: FLY002 - a directive a part
    ("default-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval'", "style-src 'self' 'unsafe-inline'",
     "img-src 'self' data:", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")
)  # fmt: skip


class HeadersMiddleware:
    """Sets headers that a response does not have yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", ADMIN_POLICY)
        return response


class UserErrorMiddleware:
    """Shows a page for a `UserError` that no view handled: what is wrong, and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page; None for any other exception, which Django handles."""
        if not isinstance(exception, UserError):
            return None
        return render(request, "user_error.html", {"error": exception}, status=exception.status)
