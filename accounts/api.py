"""How the REST API knows its caller: an API key, its account's scope, and one permission a view."""

from contextlib import ExitStack
from typing import Any, ClassVar

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import Permission
from accounts.models import Account, ApiKey
from accounts.services import authenticate_api_key
from portal.core.tenancy import tenant


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


class HasPermission(BasePermission):
    """The key holds the view's `permission`. A view that names none admits nobody."""

    message = "This API key lacks the scope for this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the request may run the view."""
        key, needed = request.auth, getattr(view, "permission", None)
        if key is None or needed is None:
            return False
        self.message = f"This API key lacks the scope {needed.value}."
        return bool(key.may(needed))


class TenantView(APIView):
    """A view of one account: the key's scope is open while it runs, and `permission` guards it."""

    permission: ClassVar[Permission]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Run the view and close the account's scope behind it."""
        with ExitStack() as self._scope:
            response: Response = super().dispatch(request, *args, **kwargs)
            return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, then open the scope."""
        super().initial(request, *args, **kwargs)
        self._scope.enter_context(tenant(self.account))

    @property
    def account(self) -> Account:
        """The account of the key."""
        account: Account = self.request.auth.account
        return account

    def subaccount_ids(self) -> list[int] | None:
        """The subaccounts the key is limited to; None: all of them."""
        return list(self.request.auth.subaccounts.values_list("id", flat=True)) or None
