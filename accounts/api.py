"""The base of every REST view: the key's account is its scope."""

from contextlib import ExitStack
from typing import Any, ClassVar, cast

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.enums import Permission
from accounts.models import Account, ApiKey
from portal.core.tenancy import tenant


class TenantView(APIView):
    """A view of one account: the key's scope is open while it runs, and `permission` guards it."""

    permission: ClassVar[Permission]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run the view and close the account's scope behind it."""
        with ExitStack() as self._scope:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, then open the scope."""
        super().initial(request, *args, **kwargs)
        self._scope.enter_context(tenant(self.account))

    @property
    def key(self) -> ApiKey:
        """The caller's key."""
        return cast("ApiKey", self.request.auth)

    @property
    def account(self) -> Account:
        """The account of the key."""
        return self.key.account

    def subaccount_ids(self) -> list[int] | None:
        """The subaccounts the key is limited to; None: all of them."""
        return list(self.key.subaccounts.values_list("id", flat=True)) if self.key.limited else None
