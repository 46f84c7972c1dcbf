"""The guard of every page: membership, role, subaccount. tests/access/ tries it on each of them."""

import pytest

from accounts.models import User
from tests.people import browser_of, visitor
from tests.visible import text

pytestmark = pytest.mark.django_db


def test_403_says_which_roles_may(acme):
    page = visitor(acme, "support").get("/reports/costs/")
    assert "“See costs” is for owner, admin and finance. You are support in Acme Retail." in text(page)


def test_stranger_gets_a_friendly_page(acme):
    page = browser_of(User.objects.create_user("nobody@people.example")).get("/")
    assert page.status_code == 403
    assert "You are not a member of any account yet" in page.content.decode()


def test_operator_without_membership_goes_to_the_admin():
    operator = User.objects.create_superuser("operator@people.example", is_demo=True)
    assert browser_of(operator).get("/").url == "/admin/"


def test_unknown_and_foreign_subaccounts_are_404(acme, other):
    client = visitor(acme)
    assert client.get("/?subaccount=nothing").status_code == 404
    assert client.get("/?subaccount=harbour").status_code == 404


def test_subaccount_stays_from_page_to_page(acme):
    client = visitor(acme)
    assert client.get("/?subaccount=acme_shop").status_code == 200
    assert client.get("/logs/?status=sent&status=read").url == "/logs/?subaccount=acme_shop&status=sent&status=read"
    assert client.get("/?subaccount=").status_code == 200
    assert client.get("/logs/").status_code == 200


def test_limited_member_sees_only_their_subaccounts(acme):
    client = visitor(acme, "viewer", "acme_shop", "acme_wa")
    assert client.get("/?subaccount=acme_care").status_code == 404
    reach = client.get("/").context["request"].principal.reach
    assert [subaccount.code for subaccount in reach.visible] == ["acme_shop", "acme_wa"]
    assert reach.ids == tuple(subaccount.pk for subaccount in reach.visible)


def test_unlimited_member_sees_the_whole_account(acme):
    assert visitor(acme).get("/").context["request"].principal.reach.ids is None
