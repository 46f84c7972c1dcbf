"""Login, logout and password pages, in the portal's look."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from tests.people import browser_of, member, visitor

pytestmark = pytest.mark.django_db


def test_login_by_mail_in_any_case(acme):
    user = member(acme, "viewer")
    client = Client()
    assert "Log in" in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/login/", {"login": user.email.upper(), "password": "x"}).url == "/"


def test_wrong_password_says_so_and_keeps_the_address():
    page = Client().post("/accounts/login/", {"login": "nobody@people.example", "password": "no"})
    assert page.status_code == 200
    assert "form-problem" in page.content.decode()
    assert 'value="nobody@people.example"' in page.content.decode()


def test_signup_is_closed():
    assert Client().get("/accounts/signup/").url == "/accounts/login/"
    assert Client().post("/accounts/signup/", {"email": "a@b.example", "password1": "x"}).url == "/accounts/login/"


def test_logout(acme):
    client = visitor(acme)
    assert "Log out?" in client.get("/accounts/logout/").content.decode()
    assert client.post("/accounts/logout/").url == "/accounts/login/"
    assert client.get("/").status_code == 302


def test_reset_password_by_mail(acme, mailoutbox):
    user = member(acme, "viewer")
    client = Client()
    assert client.post("/accounts/password/reset/", {"email": user.email}).url == "/accounts/password/reset/done/"
    assert "Check your e-mail" in client.get("/accounts/password/reset/done/").content.decode()
    (mail,) = mailoutbox
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", mail.body)[1]
    form = client.get(link, follow=True)
    assert "Set a new password" in form.content.decode()
    words = {"password1": "correct horse staple", "password2": "correct horse staple"}
    assert client.post(form.request["PATH_INFO"], words).url == "/accounts/password/reset/key/done/"
    assert client.post("/accounts/login/", {"login": user.email, "password": words["password1"]}).url == "/"


def test_a_mail_has_our_own_address_whatever_the_host_header_says(acme, mailoutbox, settings):
    user = member(acme, "viewer")
    Client(headers={"host": "127.0.0.1:6666"}).post("/accounts/password/reset/", {"email": user.email})
    (mail,) = mailoutbox
    assert f"{settings.BASE_URL}/accounts/password/reset/key/" in mail.body
    assert "6666" not in f"{mail.subject} {mail.body}"


def test_used_reset_link_says_what_to_do():
    page = Client().get("/accounts/password/reset/key/1-set-password/")
    assert "This link no longer works" in page.content.decode()


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/2fa/", "/settings/profile/"])
def test_own_pages_have_the_frame_and_the_settings(acme, path):
    page = browser_of(member(acme, "viewer")).get(path).content.decode()
    assert 'aria-label="Main"' in page
    assert 'aria-label="Settings"' in page


def test_nobody_takes_another_address_by_themselves(acme):
    client = visitor(acme, "viewer")
    assert client.get("/accounts/email/").url == "/settings/profile/"
    assert client.post("/accounts/email/", {"email": "other@people.example", "action_add": ""}).status_code == 302
    assert not EmailAddress.objects.exists()
