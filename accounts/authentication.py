"""How the REST API knows its caller and what the caller may do."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey
from accounts.services import authenticate_api_key


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`."""

    def authenticate(self, request: Request) -> tuple[ApiKey, ApiKey] | None:
        """The key, as user and as credential. Raises AuthenticationFailed for a key that is not valid."""
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            return None
        key = authenticate_api_key(text.strip())
        if key is None:
            raise AuthenticationFailed("This API key is unknown, revoked or expired.")
        return key, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI schema describes the key; drf-spectacular finds it by being defined."""

    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme."""
        return {"type": "http", "scheme": "bearer", "description": "An API key of the account."}


class HasPermission(BasePermission):
    """The key holds what the view's method needs. A view that names nothing admits nobody."""

    message = "This API key does not have the required scope."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the request may run the view."""
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        needed = view.required_permissions(request.method)
        missing = [each for each in needed if not key.may(each)]
        if missing:
            self.message = f"This API key does not have the scope {missing[0].value}."
        return bool(needed) and not missing
