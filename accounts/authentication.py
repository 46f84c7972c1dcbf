"""Authentication and permissions of the REST API."""

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
        """The API key, as user and as credential. Raises AuthenticationFailed for an invalid key."""
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            return None
        key = authenticate_api_key(text.strip())
        if key is None:
            raise AuthenticationFailed("This API key is unknown, revoked or expired.")
        return key, key

    def authenticate_header(self, request: Request) -> str:
        """The scheme in the `WWW-Authenticate` header."""
        return "Bearer"


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The security scheme of the OpenAPI schema; drf-spectacular registers it when the class is defined."""

    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme."""
        return {"type": "http", "scheme": "bearer", "description": "An API key of the account."}


class HasPermission(BasePermission):
    """Whether the API key has the permissions that the view's method requires. A view without any admits nobody."""

    message = "This API key does not have the required scope."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the request may run the view."""
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        required = view.required_permissions(request.method)
        missing = [permission for permission in required if not key.may(permission)]
        if missing:
            self.message = f"This API key does not have the scope {missing[0].value}."
        return bool(required) and not missing
