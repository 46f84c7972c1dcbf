"""Notices about an account's prices: what will change them, or makes counts incomplete.

Packages that know of more add to `notice_sources` when they start.
"""

from collections.abc import Callable

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Account, BusinessPortfolio
from core.tenancy import every_tenant

NoticeSource = Callable[[Account], list[str]]


def shared_portfolios(account: Account) -> list[str]:
    """The account's portfolios that another account of this installation has too, without naming it."""
    with every_tenant():
        others = BusinessPortfolio.objects.filter(business_id=OuterRef("business_id")).exclude(account=account)
        own = BusinessPortfolio.objects.filter(Exists(others), account=account).exclude(business_id="")
        names = list(own.order_by("name").values_list("name", "business_id"))
    text = _(
        "The portfolio %(name)s also sends through another account. Meta counts its volume in all of them together, "
        "while each account counts its own: volume tiers that Meta announces include the rest."
    )
    return [text % {"name": name or business_id} for name, business_id in names]


def portfolios_in_several_accounts() -> dict[str, list[str]]:
    """The names of the accounts of each portfolio that stands in several, by business id: for operators only."""
    names: dict[str, list[str]] = {}
    rows = BusinessPortfolio.objects.exclude(business_id="").order_by("business_id", "account__name")
    for business_id, name in rows.values_list("business_id", "account__name"):
        names.setdefault(business_id, []).append(name)
    return {business_id: accounts for business_id, accounts in names.items() if len(accounts) > 1}


notice_sources: list[NoticeSource] = [shared_portfolios]


def price_notices(account: Account) -> list[str]:
    """All notices about the account's prices, as sentences."""
    return [notice for source in notice_sources for notice in source(account)]
