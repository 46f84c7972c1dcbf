"""The second factor: who must have one, its setup and login, and its sealed secrets."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.access import needs_second_factor
from accounts.models import AuditEntry, Membership, User
from tests.people import browser_of, member

pytestmark = pytest.mark.django_db
SET_UP = "/accounts/2fa/"


def code_of(secret, at=0):
    """The app's code, `at` periods from now: a code is valid only once."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + at))


def with_app(user):
    """Give a person an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def logged_in(user):
    """A client that went through the login page."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": "x"})
    return client


@pytest.mark.parametrize(
    ("role", "staff", "needs"), [("owner", False, True), ("admin", False, False), ("viewer", True, True)]
)
def test_owners_and_operators_need_one(acme, role, staff, needs):
    user = member(acme, role, is_staff=staff, is_demo=False)
    assert needs_second_factor(user, list(Membership.objects.filter(user=user))) is needs


def test_a_demo_login_needs_none_on_this_computer_only(acme, settings):
    user = User.objects.get(email="owner@acme.example")
    memberships = list(Membership.objects.filter(user=user))
    assert needs_second_factor(user, memberships) is False
    settings.LOOPBACK = False
    assert needs_second_factor(user, memberships) is True


@pytest.mark.parametrize(
    "path", ["/", "/logs/", "/settings/profile/", "/operations/", "/admin/", "/admin/accounts/user/"]
)
def test_nothing_opens_before_it_is_set_up(acme, path):
    client = browser_of(member(acme, "owner", is_staff=True, is_demo=False))
    assert client.get(path).url == SET_UP
    assert client.post(path).url == SET_UP


def test_a_swap_in_place_redirects_the_whole_page(acme):
    answer = browser_of(member(acme, "owner", is_demo=False)).get("/logs/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, SET_UP)


def test_the_page_says_why_and_the_way_out_is_open(acme):
    client = browser_of(member(acme, "owner", is_demo=False))
    assert "Set up a second factor to continue" in client.get(SET_UP).content.decode()
    assert client.get("/accounts/logout/").status_code == 200


def test_others_need_no_second_factor(acme):
    client = browser_of(member(acme, "admin", is_demo=False))
    assert client.get("/settings/profile/").status_code == 200
    assert "Set up a second factor to continue" not in client.get(SET_UP).content.decode()


def test_set_up_an_app_and_log_in_with_it(acme):
    user = member(acme, "owner", is_demo=False)
    client = logged_in(user)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()  # a recent login needs no password
    secret = re.search(r'id="secret">(\w+)<', page)[1]
    assert "Incorrect code." in client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).url == "/accounts/2fa/recovery-codes/"
    assert client.get("/settings/profile/").status_code == 200
    again = Client()
    login = again.post("/accounts/login/", {"login": user.email, "password": "x"})
    assert login.url == "/accounts/2fa/authenticate/"
    assert again.get("/").status_code == 302
    assert "Use a security key" not in again.get(login.url).content.decode()  # they have none
    assert "Incorrect code." in again.post(login.url, {"code": "000000"}).content.decode()
    assert again.post(login.url, {"code": code_of(secret, 1)}).url == "/"
    assert again.get("/").status_code == 200


def test_a_recovery_code_works_once(acme):
    user = member(acme, "viewer")
    with_app(user)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    answers = [logged_in(user).post("/accounts/2fa/authenticate/", {"code": code}).status_code for _ in range(2)]
    assert answers == [302, 200]


def test_secrets_are_sealed(acme):
    user = member(acme, "viewer")
    secret = with_app(user)
    seed = RecoveryCodes.activate(user).instance
    assert secret not in str(Authenticator.objects.get(user=user, type="totp").data)
    assert seed.data["seed"].startswith("gAAAA")


def test_changes_ask_for_the_password_when_the_login_is_old(acme):
    client = browser_of(member(acme, "viewer"))  # a session that remembers no login
    assert client.get("/accounts/2fa/totp/activate/").url.startswith("/accounts/reauthenticate/")
    page = client.get("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/").content.decode()
    assert "Confirm your identity" in page
    done = client.post("/accounts/reauthenticate/", {"password": "x", "next": "/accounts/2fa/totp/activate/"})
    assert done.url == "/accounts/2fa/totp/activate/"
    assert client.get(done.url).status_code == 200


def test_every_step_has_its_page(acme):
    user = member(acme, "viewer")
    client = logged_in(user)
    with_app(user)
    RecoveryCodes.activate(user)
    for path in ("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/add/"):
        assert 'aria-label="Settings"' in client.get(SET_UP + path).content.decode()
    assert client.get("/accounts/2fa/webauthn/").url == SET_UP


def test_an_owner_who_removes_the_last_one_sets_up_another(acme):
    user = member(acme, "owner", is_demo=False)
    secret = with_app(user)
    client = logged_in(user)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert client.post("/accounts/2fa/totp/deactivate/").url == SET_UP
    assert client.get("/").url == SET_UP
    entry = AuditEntry.objects.get(action="person.second_factor_removed")
    assert (entry.account, entry.actor, entry.details, entry.ip_address) == (
        acme,
        user.email,
        {"kind": "totp"},
        "127.0.0.1",
    )


def test_the_admin_has_no_login_of_its_own(acme):
    operator = member(acme, "viewer", is_staff=True, is_superuser=True)
    assert Client().get("/admin/", follow=True).redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"
    client = Client()
    client.post("/admin/login/", {"username": operator.email, "password": "x"})
    assert client.get("/admin/").status_code == 302


def test_the_operator_resets_it(acme, capsys):
    user = member(acme, "viewer")
    with_app(user)
    call_command("reset_second_factor", user.email.upper())
    assert "can now log in with only the password" in capsys.readouterr().out
    assert logged_in(user).get("/").status_code == 200
    entry = AuditEntry.objects.get(action="person.second_factor_reset")
    assert (entry.account, entry.actor, entry.target, entry.details) == (
        acme,
        "command",
        user.email,
        {"kinds": ["totp"]},
    )
    call_command("reset_second_factor", user.email)
    assert "has no second factor" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no user with the address"):
        call_command("reset_second_factor", "nobody@people.example")


def test_an_audit_of_what_people_do_with_their_login_is_in_each_of_their_accounts(acme, other):
    user = member(acme, "viewer")
    Membership.objects.create(account=other, user=user, role="viewer")
    client = logged_in(user)
    words = {"oldpassword": "x", "password1": "correct horse staple", "password2": "correct horse staple"}
    client.post("/accounts/password/change/", words)
    entries = AuditEntry.objects.filter(action="person.password_changed").order_by("account_id")
    assert [entry.account for entry in entries] == [acme, other]


def test_queries(acme, django_assert_num_queries):
    client = browser_of(member(acme, "owner", is_demo=False))
    with_app(User.objects.get(email__startswith="owner", is_demo=False))
    with django_assert_num_queries(6):  # session, person, memberships, limits, subaccounts, second factor
        assert client.get(SET_UP).status_code == 200
    with django_assert_num_queries(7):  # the same with whether there is one, and the logins
        assert client.get("/settings/profile/").status_code == 200
