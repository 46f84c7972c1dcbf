"""A real browser on the running portal. Every console error fails the test: a violated policy is one."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.people import browser_of, member

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class LeaveStaticFiles(StaticFilesHandler):
    """Lets the portal's own middleware serve them, hashed names and all."""

    def _should_handle(self, path):
        return False


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """As pytest-django's, with static files served as in production."""
    with patch("django.contrib.staticfiles.handlers.StaticFilesHandler", LeaveStaticFiles):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium(chromium_path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _database_beside_playwright(monkeypatch):
    """Playwright keeps an event loop in this thread, which Django takes for asynchronous code."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def open_page(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """Opens a page for a new member of the account (None: nobody), of the operators too if `staff`.

    More arguments go to the browser's context.
    """
    problems: list[str] = []
    contexts = []

    def open_for(account, role="owner", *, staff=False, **options) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, **{"viewport": {"width": 1280, "height": 820}, **options}
        )
        contexts.append(context)
        if account:
            session = browser_of(member(account, role, is_staff=staff)).cookies["session"].value
            context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
        page: Page = context.new_page()
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.set_default_timeout(30_000)
        return page

    expect.set_options(timeout=30_000)
    yield open_for
    for context in contexts:
        context.close()
    assert problems == []
