"""The constraints of the tables of accounts, and the names of their rows."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.enums import Permission
from accounts.models import Account, ApiKey, AuditEntry, BusinessPortfolio, Membership, Subaccount, User, Waba
from accounts.principal import Principal
from accounts.reach import Reach
from accounts.services import create_api_key
from tests.people import principal


@pytest.fixture
def user(db):
    return User.objects.create_user(" Ada@Example.COM ", "correct horse battery")


def test_an_address_is_stored_in_lower_case(user):
    assert user.email == "ada@example.com"
    assert user.check_password("correct horse battery")


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@example.com"])
def test_an_address_is_one_persons_in_any_case(user, email):
    with pytest.raises(IntegrityError):
        User.objects.create(email=email)


def test_a_person_without_a_password_cannot_log_in(db):
    assert User.objects.create_user("ada@example.com").has_usable_password() is False


def test_an_operator_is_staff(db):
    operator = User.objects.create_superuser("root@example.com", "correct horse battery")
    assert (operator.is_staff, operator.is_superuser) == (True, True)


@pytest.mark.parametrize(
    ("model", "same"),
    [
        (Subaccount, {"code": "acme_wa"}),
        (BusinessPortfolio, {"business_id": "506914307656634"}),
        (Waba, {"waba_id": "102290129340398"}),
        (ApiKey, {"name": "Demo api key"}),
    ],
)
def test_an_outside_id_is_once_in_an_account(acme, model, same):
    twin = model.objects.get(account=acme, **same)
    twin.pk = None
    with pytest.raises(IntegrityError):
        twin.save(force_insert=True)


def test_two_accounts_may_use_the_same_subaccount_code(acme, other):
    assert Subaccount.objects.create(account=other, code="acme_wa", name="Theirs").pk


def test_a_person_is_once_in_an_account(acme):
    member = Membership.objects.get(user__email="owner@acme.example")
    with pytest.raises(IntegrityError):
        Membership.objects.create(account=acme, user=member.user, role="viewer")


def test_a_membership_may_what_its_role_may(acme):
    finance = Principal.of_member(Membership.objects.get(user__email="finance@acme.example"))
    assert [finance.may(each) for each in (Permission.VIEW_COSTS, Permission.SEND_MESSAGES)] == [True, False]


def test_a_key_has_its_scopes():
    key = ApiKey(scopes=["costs:read"])
    assert [key.may(each) for each in (Permission.VIEW_COSTS, Permission.SEND_MESSAGES)] == [True, False]


@pytest.mark.parametrize("account", [Account(name="A", time_zone="Mars/Base"), Account(name="", time_zone="UTC")])
def test_an_account_has_a_name_and_a_real_time_zone(account):
    with pytest.raises(ValidationError):
        account.clean_fields()


def test_names(acme, user):
    member = Membership.objects.get(user__email="owner@acme.example")
    assert str(member) == "Owner of Acme Retail in Acme Retail"
    assert str(user) == "ada@example.com"
    assert [str(row) for row in (Subaccount(name="Shop"), BusinessPortfolio(name="P"), Waba(name="W"))] == [
        "Shop",
        "P",
        "W",
    ]
    assert str(AuditEntry(action="team.changed", target="Ada")) == "team.changed Ada"
    assert str(ApiKey(name="Shop", prefix="tg_12345678")) == "Shop (tg_12345678…)"


def test_a_limited_member_reaches_nothing_without_the_subaccount(acme):
    subaccount = Subaccount.objects.create(account=acme, code="pop_up", name="Pop-up")
    key, _ = create_api_key(by=principal(acme), name="till", scopes=[])
    key.subaccounts.add(subaccount)
    membership = Membership.objects.filter(account=acme).first()
    membership.subaccounts.set([subaccount])
    subaccount.delete()
    for limited in (key, membership):
        limited.refresh_from_db()
        assert (limited.limited, list(limited.subaccounts.all())) == (True, [])
    assert Reach.of(membership).ids == ()


def test_choosing_no_subaccounts_any_more_is_all_of_them_again(acme):
    membership = Membership.objects.filter(account=acme).first()
    membership.subaccounts.set(Subaccount.objects.filter(account=acme)[:1])
    assert membership.limited
    membership.subaccounts.clear()
    assert Reach.of(membership).ids is None
