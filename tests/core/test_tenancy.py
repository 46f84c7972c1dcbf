"""Without a scope a tenant table returns no rows; in a scope it returns those of one account."""

import pytest
from django.apps import apps
from django_scopes.exceptions import ScopeError

from accounts.models import Subaccount
from billing.models import RateCard
from core.tenancy import TenantModel, every_tenant, tenant

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]


@pytest.mark.parametrize("model", TENANT_MODELS)
def test_without_a_scope_every_tenant_table_refuses(db, model):
    with pytest.raises(ScopeError):
        model.objects.count()


def test_every_table_with_an_account_is_a_tenant_table():
    with_account = {
        model for model in apps.get_models() if any(field.name == "account" for field in model._meta.local_fields)
    }
    # A rate card is everyone's unless it names an account, so the engine reads both kinds.
    assert with_account - {RateCard} == set(TENANT_MODELS)


@pytest.mark.parametrize("own", ["acme", "other"])
def test_a_scope_holds_one_account(acme, other, own):
    account = {"acme": acme, "other": other}[own]
    with tenant(account):
        assert set(Subaccount.objects.values_list("account", flat=True)) == {account.pk}


def test_asking_for_another_account_inside_a_scope_finds_nothing(acme, other):
    with tenant(acme):
        assert Subaccount.objects.filter(account=other).count() == 0


def test_every_tenant_holds_all(acme, other):
    with every_tenant():
        assert Subaccount.objects.count() == 4


def test_an_error_closes_the_scope(acme):
    with pytest.raises(KeyError), tenant(acme):
        raise KeyError
    assert Subaccount.objects.count() == 3  # the scope of the fixture is restored
