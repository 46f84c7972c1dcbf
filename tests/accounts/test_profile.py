"""A person's own page: name, time zone, and where they are logged in."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.selectors.person import browser_name, logins_of
from tests.people import browser_of, member, visitor

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140"


def logged_in(user, agent):
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": "x"})
    return client


def test_name_and_time_zone_are_saved_and_used(acme):
    user = member(acme, "viewer")
    client = browser_of(user)
    saved = client.post("/settings/profile/", {"name": "Ada", "time_zone": "America/Lima"})
    assert saved.url == "/settings/profile/"
    user.refresh_from_db()
    assert (user.name, user.time_zone) == ("Ada", "America/Lima")
    page = client.get("/settings/profile/").content.decode()
    assert "America/Lima, UTC−5" in page
    assert "Your profile has been saved." in page


def test_no_zone_is_the_accounts(acme):
    client = browser_of(member(acme, "viewer", time_zone="America/Lima"))
    client.post("/settings/profile/", {"name": "", "time_zone": ""})
    assert "Asia/Singapore, UTC+8" in client.get("/settings/profile/").content.decode()


def test_another_zone_is_refused_by_name(acme):
    page = visitor(acme).post("/settings/profile/", {"name": "", "time_zone": "Mars/Base"})
    assert page.context["form"].errors["time_zone"] == [
        "Select a valid choice. Mars/Base is not one of the available choices."
    ]


def test_whoever_belongs_nowhere_has_a_profile_too(db):
    stranger = User.objects.create_user("nobody@people.example")
    assert browser_of(stranger).get("/settings/").url == "/settings/profile/"
    assert "UTC" in browser_of(stranger).get("/settings/profile/").content.decode()


def test_the_login_comes_first():
    assert Client().get("/settings/profile/").url == "/accounts/login/?next=/settings/profile/"


def test_a_person_sees_where_they_are_logged_in_and_ends_the_others(acme):
    user = member(acme, "viewer")
    there, here = logged_in(user, FIREFOX), logged_in(user, EDGE)
    logged_in(member(acme, "viewer"), FIREFOX)
    page = here.get("/settings/profile/")
    assert [(login.browser, login.here) for login in page.context["logins"]] == [
        ("Edge on Windows", True),
        ("Firefox on Linux", False),
    ]
    assert (
        "You have been logged out of 1 other session." in here.post("/accounts/sessions/", follow=True).content.decode()
    )
    assert there.get("/settings/profile/").status_code == 302
    assert len(logins_of(user, here.session.session_key)) == 1


def test_ending_sessions_needs_a_post(acme):
    assert visitor(acme).get("/accounts/sessions/").status_code == 405


@pytest.mark.parametrize(
    ("agent", "name"),
    [(FIREFOX, "Firefox on Linux"), (EDGE, "Edge on Windows"), ("curl/8.5", "curl/8.5"), ("", "Unknown browser")],
)
def test_browsers_in_words(agent, name):
    assert browser_name(agent) == name


def test_queries(acme, django_assert_num_queries):
    client = visitor(acme)
    with django_assert_num_queries(6):  # session, person, memberships, limits, subaccounts, logins
        client.get("/settings/profile/")
