"""What somebody may do with prices: a member with one account's, an operator with everyone's."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.access import LimitedReach, MissingPermission, no_membership
from accounts.enums import Permission
from accounts.models import Account
from accounts.principal import Principal
from billing.models import DryRun, MarketTable, RateCard, RuleSet
from core.http import client_address
from core.tenancy import every_tenant

Revision = RateCard | MarketTable | RuleSet


@dataclass(frozen=True)
class PriceAccess:
    """Whose prices a page is about, and what may be done there. Without an account: everyone's, by an operator."""

    principal: Principal
    operator: bool

    @property
    def account(self) -> Account | None:
        """Whose prices, besides everyone's."""
        return self.principal.reach.account

    @property
    def limited(self) -> bool:
        """Whether it sees some subaccounts alone."""
        return self.principal.reach.limited

    @property
    def manages(self) -> bool:
        """Whether it sets the prices of the whole account."""
        return self.principal.may(Permission.MANAGE_PRICES) and not self.limited

    @property
    def tries_out(self) -> bool:
        """Whether it may import and ask what if."""
        return self.manages or self.operator

    def cards(self) -> QuerySet[RateCard]:
        """The rate cards it sees: everyone's and its own, of those that still wait only the ones it decides on."""
        every = RateCard.objects.select_related("account")
        if self.operator and self.account is None:
            return every
        own = Q(account=self.account) & (Q() if self.manages else _decided())
        return every.filter(own | (Q(account=None) & (Q() if self.operator else _decided())))

    def tables(self, model: type[MarketTable] | type[RuleSet]) -> QuerySet[Any]:
        """The market tables or rule sets it sees: those that still wait are the operators' business."""
        return model.objects.all() if self.operator else model.objects.filter(_decided())

    def drafts(self, model: type[MarketTable] | type[RuleSet]) -> QuerySet[Any]:
        """Market tables or rule sets that it decides on."""
        return model.objects.exclude(_decided()) if self.operator else model.objects.none()

    def dry_runs(self) -> QuerySet[DryRun]:
        """What was tried out here, the newest first: by operators on everyone's usage, by others on their account's."""
        runs = DryRun.objects.select_related("account", "markets", "rules").order_by("-id")
        if not self.operator:
            return runs.filter(account=self.account)
        return runs.filter(Q(account=None) | Q(account=self.account)) if self.account else runs

    def decides_on(self, revision: Revision) -> bool:
        """Whether it may put it in force: everyone's only an operator, an account's own who sets its prices."""
        if isinstance(revision, RateCard) and revision.account_id:
            own = self.account is not None and revision.account_id == self.account.pk
            return (own and self.manages) or (self.operator and self.account is None)
        return self.operator


def _decided() -> Q:
    return Q(is_active=True) | Q(approved_at__isnull=False)


def price_page(*, manages: bool = False) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Give a view a `PriceAccess` as its second argument.

    Open to members who see costs, and to operators, with every tenant's scope. `manages`: only to those who set prices
    for the whole account, and operators.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                login = redirect_to_login(request.get_full_path())
                return HttpResponse(status=204, headers={"HX-Redirect": login.url}) if request.htmx else login
            access = _access_of(request)
            if access is None:
                return no_membership(request)
            if manages and not access.tries_out:
                if access.limited:
                    raise LimitedReach(_("This page covers the whole account."))
                raise MissingPermission(Permission.MANAGE_PRICES)
            with every_tenant() if access.operator else nullcontext():
                return view(request, access, *args, **kwargs)

        return guarded

    return decorate


def _access_of(request: Any) -> PriceAccess | None:
    """None for somebody who belongs nowhere. Raises MissingPermission for a role that sees no costs."""
    operator, principal = request.user.is_staff, request.principal
    if principal is not None and principal.may(Permission.VIEW_COSTS):
        return PriceAccess(principal, operator)
    if operator:
        return PriceAccess(Principal.of_operator(request.user, address=client_address(request)), operator=True)
    if principal is None:
        return None
    raise MissingPermission(Permission.VIEW_COSTS)
