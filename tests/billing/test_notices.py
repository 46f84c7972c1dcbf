"""Notices about an account's prices."""

import pytest

from accounts.models import BusinessPortfolio
from billing.notices import portfolios_in_several_accounts, price_notices, shared_portfolios
from core.tenancy import every_tenant
from tests.people import visitor
from tests.visible import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(acme, other):
    own = BusinessPortfolio.objects.filter(account=acme).first()
    return BusinessPortfolio.objects.create(account=other, business_id=own.business_id, name="Theirs")


def test_a_portfolio_of_one_account_is_no_notice(acme):
    assert price_notices(acme) == []
    with every_tenant():
        assert portfolios_in_several_accounts() == {}


def test_a_portfolio_in_two_accounts_is_told_to_both_without_a_name(acme, other, shared):
    (notice,) = shared_portfolios(acme)
    assert "also sends through another account" in notice
    assert other.name not in notice
    assert "The portfolio Theirs also" in shared_portfolios(other)[0]
    assert "also sends through another account" in text(visitor(acme, "finance").get("/prices/"))


def test_operators_see_both(acme, other, shared):
    with every_tenant():
        assert portfolios_in_several_accounts() == {shared.business_id: sorted([acme.name, other.name])}
    page = text(visitor(acme, is_staff=True).get("/operations/"))
    assert f"<code>{shared.business_id}</code>: {acme.name}, {other.name}" in page
