"""Each route × method × role or scope: who may, and who is refused. See table.py."""

from functools import cache

import pytest
from django.db import transaction
from django.test import Client

from accounts.enums import Permission, Role
from accounts.models import User
from accounts.permissions import ROLE_PERMISSIONS
from accounts.services import create_api_key
from core.tenancy import every_tenant
from tests.access.ids import ids_of
from tests.access.routes import pages, rest_routes
from tests.access.table import ANYONE, OPERATOR, PAGES, PERSON, REST, needed
from tests.people import ROLES, browser_of, member, principal

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def ids(acme):
    return ids_of(acme)


def asked(client: Client, method: str, path: str, **how):
    """The answer, with whatever the request did undone."""
    with transaction.atomic():
        answer = getattr(client, method)(path, **how)
        if answer.streaming:
            list(answer.streaming_content)  # closes the file
        transaction.set_rollback(True)
    return answer


def test_every_page_is_in_the_table():
    names = {route.name for route in pages()}
    assert names - PAGES.keys() == set(), "Name these routes in PAGES of tests/access/table.py, with who may see them."
    assert PAGES.keys() - names == set(), "These routes are gone: take them out of tests/access/table.py."


def test_every_rest_view_is_in_the_table():
    found = {route.name: set(route.methods) for route in rest_routes()}
    told = {name: set(methods) for name, methods in REST.items()}
    missing = {name: methods - told.get(name, set()) for name, methods in found.items()}
    assert {name: each for name, each in missing.items() if each} == {}, (
        "Name these methods in REST of tests/access/table.py, with the scope that each needs."
    )
    assert told.keys() - found.keys() == set(), "These routes are gone: take them out of tests/access/table.py."


def guarded():
    """(route, method, permissions) of every page that needs some."""
    found = [(route, method, needed(route.name, method)) for route in pages() for method in route.methods]
    return [each for each in found if each[2] <= set(Permission.values)]


def test_pages_by_permission(acme, ids, monkeypatch):
    """Whoever lacks one of the permissions is refused; whoever holds them and nothing else is let in."""
    client, wrong = browser_of(member(acme, "viewer")), []

    def status(route, method, held):
        monkeypatch.setitem(ROLE_PERMISSIONS, Role.VIEWER, frozenset(held))
        return asked(client, method, route.path(ids)).status_code

    for route, method, permissions in guarded():
        without = {status(route, method, set(Permission) - {each}) for each in permissions}
        alone = status(route, method, permissions)
        if without == {405} and alone == 405:
            continue  # it is posted to, and says so first
        if without != {403} or alone == 403 or alone >= 500:
            wrong.append(f"{method} {route.name}: {without} without one of {permissions}, {alone} with them alone")
    assert "\n".join(wrong) == ""


def test_pages_of_a_person_need_no_permission(acme, ids, monkeypatch):
    client = browser_of(member(acme, "viewer"))
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.VIEWER, frozenset())
    own = [(route, method) for route in pages() if PAGES.get(route.name) == PERSON for method in route.methods]
    statuses = {f"{method} {route.name}": asked(client, method, route.path(ids)).status_code for route, method in own}
    assert {name: status for name, status in statuses.items() if status in {401, 403} or status >= 500} == {}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_pages_of_operators_are_closed_to_members(acme, role):
    client = browser_of(member(acme, role))
    own = [route for route in pages() if PAGES.get(route.name) == OPERATOR]
    assert [asked(client, "get", route.path({})).status_code for route in own] == [403] * len(own)


def test_pages_without_a_login(acme, ids):
    wrong = []
    for route in pages():
        answer = asked(Client(), "get", route.path(ids))
        to_login = answer.status_code == 302 and answer.url.startswith(f"{LOGIN}?next=")
        if (PAGES.get(route.name) != ANYONE) != (to_login or answer.status_code == 405):
            wrong.append(f"{route.name}: {answer.status_code}")
    assert wrong == []


def test_pages_of_operators(acme, ids):
    operator = browser_of(User.objects.create_superuser("operator@people.example", is_demo=True))
    own = [route for route in pages() if PAGES.get(route.name) == OPERATOR]
    assert own
    assert [asked(operator, "get", route.path(ids)).status_code for route in own] == [200] * len(own)


def bearer(account, scopes):
    with every_tenant():
        text = create_api_key(by=principal(account), name="Test", scopes=scopes)[1]
    return {"Authorization": f"Bearer {text}", "D360-API-KEY": text}


def test_rest_by_scope(acme, ids):
    """All scopes but one are refused, those alone are let in, and without a key nobody is."""
    client, wrong = Client(), []
    keys = cache(lambda scopes: bearer(acme, scopes))
    for route in rest_routes():
        for method, needs in REST[route.name].items():
            scopes = frozenset(Permission(each) for each in needs.split())
            how = {"content_type": "application/json", "data": {}} if method != "get" else {}
            path = route.path(ids)
            refused = [frozenset(set(Permission) - {each}) for each in scopes]
            nobody, *without, alone = (
                asked(client, method, path, headers=headers, **how).status_code
                for headers in ({}, *map(keys, refused), keys(scopes))
            )
            if (nobody, set(without)) != (401, {403}) or alone in {401, 403, 405} or alone >= 500:
                wrong.append(f"{method} {route.name}: {nobody} for nobody, {without} without one, {alone} with all")
    assert "\n".join(wrong) == ""
