"""Which rows a principal sees."""

import pytest

from accounts.models import ApiKey, Membership, Subaccount
from accounts.reach import Reach
from core.tenancy import every_tenant
from tests.people import member

pytestmark = pytest.mark.django_db
CODES = ["acme_care", "acme_shop", "acme_wa"]


def codes(subaccounts):
    return [each.code for each in subaccounts]


def reach_of(account, *limits):
    with every_tenant():
        return Reach.of(Membership.objects.select_related("account").get(user=member(account, "viewer", *limits)))


def visible_codes(reach):
    """The codes of the account's subaccounts whose rows are seen."""
    return codes(reach.within(Subaccount.objects.filter(account=reach.account).order_by("code"), "id"))


def test_a_whole_account_is_not_narrowed(acme, other, django_assert_num_queries):
    reach = reach_of(acme)
    assert (reach.limited, reach.ids, visible_codes(reach)) == (False, None, CODES)
    with django_assert_num_queries(1):
        assert (codes(reach.visible), codes(reach.visible)) == (CODES, CODES)


def test_limits_narrow(acme):
    reach = reach_of(acme, "acme_wa", "acme_shop")
    assert (reach.limited, codes(reach.visible), visible_codes(reach)) == (
        True,
        ["acme_shop", "acme_wa"],
        ["acme_shop", "acme_wa"],
    )


@pytest.mark.parametrize(
    ("code", "codes"),
    [("acme_shop", ["acme_shop"]), ("acme_care", ["acme_shop", "acme_wa"]), ("", ["acme_shop", "acme_wa"])],
)
def test_one_that_is_not_visible_chooses_nothing(acme, code, codes):
    assert visible_codes(reach_of(acme, "acme_shop", "acme_wa").select(code)) == codes


def test_what_is_visible_stays_so_when_one_is_chosen(acme):
    assert codes(reach_of(acme, "acme_shop", "acme_wa").select("acme_shop").visible) == ["acme_shop", "acme_wa"]


@pytest.mark.parametrize(
    ("code", "codes"), [("acme_shop", ["acme_shop"]), ("acme_care", []), ("", ["acme_shop", "acme_wa"])]
)
def test_only_one_that_is_not_visible_is_no_rows(acme, code, codes):
    assert visible_codes(reach_of(acme, "acme_shop", "acme_wa").only(code)) == codes


def test_among_some_ids_those_that_are_visible_count(acme, other):
    every = [each.pk for each in Subaccount.objects.all()]
    assert visible_codes(reach_of(acme, "acme_shop").among(every)) == ["acme_shop"]
    assert visible_codes(reach_of(acme).select("acme_shop").among(None)) == CODES


def test_whoever_is_limited_covers_no_more_than_they_see(acme):
    shop, wide = reach_of(acme, "acme_shop"), reach_of(acme)
    key = ApiKey.objects.create(account=acme, name="x", prefix="tg_1", digest=b"")
    assert (shop.covers(key), wide.covers(key)) == (False, True)
    key.subaccounts.set(Subaccount.objects.filter(code="acme_shop"))
    assert shop.covers(key)
    key.subaccounts.set(Subaccount.objects.filter(code__in=["acme_shop", "acme_wa"]))
    assert not shop.covers(key)
