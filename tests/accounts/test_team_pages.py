"""The team's pages, and the page behind an invitation's link."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Account, Invitation, Membership, User
from accounts.services import create_api_key
from tests.people import browser_of, member, principal_of, visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
TEAM = "/settings/team/"
NEW = "new@people.example"


def membership(account, role):
    return Membership.objects.get(account=account, user__email__startswith=f"{role}@")


def invite(client, **fields):
    return client.post(f"{TEAM}invite/", {"email": NEW, "role": "viewer", **fields})


def link():
    return re.search(r"http://127.0.0.1:8000(/invitations/\S+)", mail.outbox[-1].body)[1]


@pytest.mark.parametrize("rows", [0, 5])
def test_queries(acme, rows, django_assert_num_queries):
    client = visitor(acme)
    for _ in range(rows):
        member(acme, "viewer", "acme_wa")
    invite(client, subaccounts=["acme_wa"])
    client.get(TEAM)  # takes the message
    with django_assert_num_queries(
        9
    ):  # session, person, memberships, limits, subaccounts; team and invitations, 2 each
        assert client.get(TEAM).status_code == 200


def test_the_list_says_who_and_how_safe(acme):
    page = text(visitor(acme).get(TEAM))
    assert "6 people" in page
    assert "finance@acme.example" in page
    assert page.count("Off, demo login") == 6


def test_invite_resend_withdraw(acme):
    client = visitor(acme)
    assert invite(client, subaccounts=["acme_shop"]).url == TEAM
    page = text(client.get(TEAM))
    assert f"An invitation has been sent to {NEW}." in page
    invitation = Invitation.objects.get()
    first = link()
    assert client.post(f"/settings/invitations/{invitation.pk}/resend/").url == TEAM
    assert link() != first
    assert client.post(f"/settings/invitations/{invitation.pk}/withdraw/").url == TEAM
    assert f"The invitation to {NEW} has been withdrawn." in text(client.get(TEAM))
    assert not Invitation.objects.exists()


def test_a_mail_that_fails_says_what_to_do(acme, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    client = visitor(acme)
    invite(client)
    page = text(client.get(TEAM))
    assert "but the e-mail could not be sent: [Errno 111] Connection refused" in page
    assert "E-mail not sent" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"email": "nothing"}, "email"), ({"email": "viewer@acme.example"}, "email"), ({"role": "guest"}, "role"),
     ({"subaccounts": ["harbour"]}, "subaccounts")],
)  # fmt: skip
def test_what_cannot_be_sent_names_the_field(acme, other, fields, field):
    page = invite(visitor(acme), **fields)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not Invitation.objects.exists()


def test_an_admin_is_offered_no_owner_and_a_limited_one_their_own(acme):
    form = visitor(acme, "admin", "acme_shop").get(f"{TEAM}invite/").context["form"]
    assert [value for value, _ in form.fields["role"].choices] == ["admin", "finance", "support", "developer", "viewer"]
    assert form.fields["subaccounts"].choices == [("acme_shop", "Acme Online")]
    assert list(invite(visitor(acme, "admin", "acme_shop")).context["form"].errors) == ["subaccounts"]


def test_change_a_member(acme):
    viewer = membership(acme, "viewer")
    client = visitor(acme)
    assert 'value="viewer"' in text(client.get(f"{TEAM}{viewer.pk}/"))
    changed = client.post(f"{TEAM}{viewer.pk}/", {"role": "finance", "subaccounts": ["acme_wa"]})
    assert changed.url == TEAM
    viewer.refresh_from_db()
    assert (viewer.role, viewer.limited) == ("finance", True)


def test_the_last_owner_sees_why_not(acme):
    owner = membership(acme, "owner")
    client = browser_of(owner.user)
    assert "last owner" in text(client.post(f"{TEAM}{owner.pk}/", {"role": "viewer"}))
    assert "last owner" in text(client.post(f"{TEAM}{owner.pk}/remove/"))
    assert membership(acme, "owner").role == "owner"


def test_an_owner_who_steps_down_is_sent_to_the_dashboard(acme):
    owner = member(acme, "owner")
    client = browser_of(owner)
    assert client.post(f"{TEAM}{Membership.objects.get(user=owner).pk}/", {"role": "viewer"}).url == "/"
    assert client.get("/").status_code == 200


def test_removing_needs_confirmation_and_names_the_keys_that_stay(acme):
    developer = membership(acme, "developer")
    create_api_key(by=principal_of(developer.user), name="Shop", scopes=[])
    client = visitor(acme)
    page = text(client.get(f"{TEAM}{developer.pk}/remove/"))
    assert "1 API key created by this person keeps working: Shop." in page
    assert client.post(f"{TEAM}{developer.pk}/remove/").url == TEAM
    assert not Membership.objects.filter(pk=developer.pk).exists()
    assert browser_of(developer.user).get("/").status_code == 403


@pytest.mark.parametrize("path", ["{}/", "{}/remove/"])
def test_owners_are_beyond_an_admin(acme, path):
    owner = membership(acme, "owner")
    client = visitor(acme, "admin")
    assert client.get(TEAM + path.format(owner.pk)).status_code == 403
    assert client.post(TEAM + path.format(owner.pk), {"role": "viewer"}).status_code == 403
    assert membership(acme, "owner").role == "owner"


def test_what_is_another_accounts_is_404(acme, other):
    client = visitor(acme)
    theirs = membership(other, "viewer")
    invite(visitor(other))
    invitation = Invitation.objects.get()
    for path in (f"{TEAM}{theirs.pk}/", f"{TEAM}{theirs.pk}/remove/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"role": "viewer"}).status_code == 404
    for deed in ("resend", "withdraw"):
        assert client.post(f"/settings/invitations/{invitation.pk}/{deed}/").status_code == 404
    assert Membership.objects.filter(pk=theirs.pk).exists()
    assert Invitation.objects.exists()


def test_invitations_change_by_post_only(acme):
    assert visitor(acme).get("/settings/invitations/1/withdraw/").status_code == 405


def test_a_new_person_joins_and_is_logged_in(acme):
    invite(visitor(acme), role="finance")
    client = Client()
    page = client.get(link())
    assert "Join Acme Retail" in text(page)
    assert "no-store" in page["Cache-Control"]
    weak = client.post(link(), {"name": "Ada", "password": "password12"})
    assert weak.context["form"].errors["password"] == ["This password is too common."]
    joined = client.post(link(), {"name": "Ada", "password": "correct horse staple"})
    assert joined.url == "/"
    assert "Welcome to Acme Retail." in text(client.get("/"))
    assert "This invitation no longer works" in text(Client().get(link()))
    assert Client().get(link()).status_code == 404


def test_a_new_owner_sets_up_a_second_factor_before_anything_else(acme):
    invite(visitor(acme), role="owner")
    client = Client()
    client.post(link(), {"name": "Ada", "password": "correct horse staple"})
    assert client.get("/").url == "/accounts/2fa/"


def test_an_existing_person_logs_in_and_joins(acme, other):
    user = User.objects.get(email="viewer@blueharbour.example")
    invite(visitor(acme), email=user.email)
    assert f"/accounts/login/?next={link()}" in text(Client().get(link()))
    assert Client().post(link(), {"name": "Eve", "password": "correct horse staple"}).status_code == 200
    client = browser_of(user)
    assert "You are logged in as viewer@blueharbour.example" in text(client.get(link()))
    assert client.post(link()).url == "/"
    assert client.get("/").context["request"].account == acme


def test_another_person_sees_whose_invitation_it_is(acme):
    invite(visitor(acme))
    client = visitor(acme, "viewer")
    assert f"This invitation is for {NEW}" in text(client.get(link()))
    assert f"This invitation is for {NEW}" in text(client.post(link()))
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("token", ["x", "ключ", "a" * 500])
def test_another_token_is_404(db, token):
    assert Client().get(f"/invitations/{token}/").status_code == 404


def test_an_account_of_ones_own_lists_itself_alone(acme, other):
    page = text(visitor(Account.objects.get(pk=other.pk)).get(TEAM))
    assert "acme.example" not in page
