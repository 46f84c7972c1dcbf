"""Access to prices: a member's to one account's prices, an operator's to general prices."""

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
    """The prices of a price page and the permitted actions. Without an account: an operator and general prices."""

    principal: Principal
    operator: bool

    @property
    def account(self) -> Account | None:
        """The account whose prices are visible besides the general ones."""
        return self.principal.reach.account

    @property
    def limited(self) -> bool:
        """Whether access is limited to some subaccounts."""
        return self.principal.reach.limited

    @property
    def may_manage(self) -> bool:
        """Whether the principal may set the prices of the whole account."""
        return self.principal.may(Permission.MANAGE_PRICES) and not self.limited

    @property
    def may_propose(self) -> bool:
        """Whether the principal may import prices and run what-ifs."""
        return self.may_manage or self.operator

    def cards(self) -> QuerySet[RateCard]:
        """The visible rate cards: general and own ones. Drafts are visible only to those who may approve them."""
        cards = RateCard.objects.select_related("account")
        if self.operator and self.account is None:
            return cards
        own = Q(account=self.account) & (Q() if self.may_manage else _not_draft())
        return cards.filter(own | (Q(account=None) & (Q() if self.operator else _not_draft())))

    def tables(self, model: type[MarketTable] | type[RuleSet]) -> QuerySet[Any]:
        """The visible market tables or rule sets; drafts are visible to operators only."""
        return model.objects.all() if self.operator else model.objects.filter(_not_draft())

    def drafts(self, model: type[MarketTable] | type[RuleSet]) -> QuerySet[Any]:
        """The drafts of market tables or rule sets that the principal may approve."""
        return model.objects.exclude(_not_draft()) if self.operator else model.objects.none()

    def dry_runs(self) -> QuerySet[DryRun]:
        """The dry runs, newest first: operators run them on all usage, members on their account's."""
        runs = DryRun.objects.select_related("account", "markets", "rules").order_by("-id")
        if not self.operator:
            return runs.filter(account=self.account)
        return runs.filter(Q(account=None) | Q(account=self.account)) if self.account else runs

    def may_approve(self, revision: Revision) -> bool:
        """Whether the principal may put a revision in force: operators general ones, price managers their account's."""
        if isinstance(revision, RateCard) and revision.account_id:
            own = self.account is not None and revision.account_id == self.account.pk
            return (own and self.may_manage) or (self.operator and self.account is None)
        return self.operator


def _not_draft() -> Q:
    return Q(is_active=True) | Q(approved_at__isnull=False)


def price_page(*, may_manage: bool = False) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Give a view a `PriceAccess` as its second argument.

    The view is open to members who see costs and to operators, who get every tenant's scope. With `may_manage` it is
    open only to operators and members who manage the account's prices.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapper(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                login = redirect_to_login(request.get_full_path())
                return HttpResponse(status=204, headers={"HX-Redirect": login.url}) if request.htmx else login
            access = _access_of(request)
            if access is None:
                return no_membership(request)
            if may_manage and not access.may_propose:
                if access.limited:
                    raise LimitedReach(_("This page covers the whole account."))
                raise MissingPermission(Permission.MANAGE_PRICES)
            with every_tenant() if access.operator else nullcontext():
                return view(request, access, *args, **kwargs)

        return wrapper

    return decorate


def _access_of(request: Any) -> PriceAccess | None:
    """None for a user without an account. Raises MissingPermission for a role that may not see costs."""
    operator, principal = request.user.is_staff, request.principal
    if principal is not None and principal.may(Permission.VIEW_COSTS):
        return PriceAccess(principal, operator)
    if operator:
        return PriceAccess(Principal.of_operator(request.user, address=client_address(request)), operator=True)
    if principal is None:
        return None
    raise MissingPermission(Permission.VIEW_COSTS)
