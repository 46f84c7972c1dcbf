"""The error page of a `UserError`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import UserError


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
