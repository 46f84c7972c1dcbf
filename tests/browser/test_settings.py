"""The settings in a real browser: security keys, and the main paths of an owner and a developer."""

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from tests.people import member
from tests.traffic import deliver

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def log_in(page, user):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill("x")
    page.get_by_role("button", name="Log in").click()


def plug_in_a_key(page):
    """A security key of the browser's own making."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})


def test_an_owner_sets_up_a_security_key_and_logs_in_with_it(acme, open_page):
    owner = member(acme, "owner", is_demo=False)
    page = open_page(None)
    plug_in_a_key(page)
    log_in(page, owner)
    expect(page.get_by_role("heading", name="Set up a second factor to continue")).to_be_visible()
    page.get_by_role("link", name="Add key").click()
    page.get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Add key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Done").click()
    expect(page).to_have_url(re.compile("/$"))
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Log out").click()
    log_in(page, owner)
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_a_key_that_does_not_answer_says_so(acme, open_page):
    page = open_page(None)
    log_in(page, member(acme, "viewer"))
    page.goto("/accounts/2fa/webauthn/add/")
    page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new DOMException('', 'NotAllowedError')) }"
    )
    page.get_by_role("button", name="Add key").click()
    expect(page.get_by_role("alert")).to_have_text("No key responded in time, or the request was cancelled. Try again.")


def test_an_owner_invites_a_viewer_who_then_sees_no_costs(acme, open_page):
    deliver(acme, at=timezone.now())
    owner = open_page(acme)
    owner.goto("/")
    owner.get_by_role("link", name="Settings").click()
    owner.get_by_role("link", name="Team").click()
    owner.get_by_role("link", name="Invite").click()
    owner.get_by_label("E-mail address").fill("vera@people.example")
    owner.get_by_role("radio", name="Viewer").check()
    owner.get_by_role("button", name="Send invitation").click()
    expect(owner.get_by_role("status")).to_have_text("An invitation has been sent to vera@people.example.")
    owner.get_by_role("button", name="Close").click()
    expect(owner.get_by_role("status")).to_have_count(0)

    viewer = open_page(None)
    viewer.goto(re.search(r"/invitations/\S+", mail.outbox[-1].body)[0])
    viewer.get_by_label("Your name").fill("Vera")
    viewer.get_by_label("Password").fill("correct horse staple")
    viewer.get_by_role("button", name="Join").click()
    expect(viewer.get_by_role("status")).to_have_text("Welcome to Acme Retail.")
    expect(viewer.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(
        ["Dashboard", "Logs", "Calls", "Reports", "Templates", "Numbers", "Health", "Settings"]
    )
    viewer.get_by_role("link", name="Reports").click()
    expect(viewer.get_by_role("heading", level=1)).to_have_text("Usage report")
    viewer.get_by_role("link", name="Logs").click()
    expect(viewer.locator("tbody tr")).to_have_count(1)
    expect(viewer.get_by_role("columnheader", name="Cost")).to_have_count(0)
    assert viewer.request.get("/reports/costs/").status == 403

    owner.reload()
    expect(owner.locator("tr", has_text="vera@people.example")).to_contain_text("Viewer")


def test_a_developer_makes_a_key_and_reads_with_it(acme, open_page):
    deliver(acme, at=timezone.now())
    page = open_page(acme, "developer", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/settings/")
    page.get_by_role("link", name="API keys").click()
    page.get_by_role("link", name="Create key").click()
    page.get_by_label("Name").fill("Shop back end")
    page.get_by_label("See the message log").check()
    expect(page.get_by_label("See costs")).to_have_count(0)
    page.get_by_role("button", name="Create key").click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    key = page.evaluate("navigator.clipboard.readText()")
    answer = page.request.get("/api/v1/messages/", headers={"Authorization": f"Bearer {key}"})
    assert len(answer.json()["results"]) == 1

    page.get_by_role("link", name="Done").click()
    expect(page.locator("main")).not_to_contain_text(key)
    page.get_by_role("link", name="Revoke Shop back end").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("has been revoked")
    assert page.request.get("/api/v1/messages/", headers={"Authorization": f"Bearer {key}"}).status == 401
