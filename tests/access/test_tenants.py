"""Each route with the ids of another account: they do not exist there, 404, whatever the role or scope."""

import pytest
from django.test import Client

from accounts.enums import Permission
from accounts.models import User
from tests.access.ids import FIXED, ids_of
from tests.access.routes import METHODS, pages, rest_routes, routes
from tests.access.table import ANYONE, PAGES
from tests.access.test_permissions import asked, bearer
from tests.people import browser_of

pytestmark = pytest.mark.django_db
# 8x8 says "not yours" with a 400 and a code of its own.
AS_8X8 = {"api-send", "api-send-batch", "api-sent", "api-sent-batch"}

# What is posted where a page is a choice among deeds.
POSTED = {"message-sending": {"action": "cancel"}}


@pytest.fixture
def their_ids(other):
    return ids_of(other)


def with_ids(found):
    return [route for route in found if set(route.parameters) - set(FIXED)]


def test_every_id_is_known(their_ids):
    missing = {name for route in routes() for name in route.parameters} - their_ids.keys()
    assert missing == set(), "Say in ids_of of tests/access/ids.py how to find one of an account, or fix it in FIXED."


def test_ids_differ_between_accounts(acme, their_ids):
    ours = ids_of(acme)
    assert [name for name in ours if ours[name] == their_ids[name] and name not in FIXED] == []


def test_pages(acme, other, their_ids):
    """The other account's owner finds them: so 404 is for being foreign."""
    ours, theirs = (browser_of(User.objects.get(email=f"owner@{each}.example")) for each in ("acme", "blueharbour"))
    wrong = []
    for route in with_ids(pages()):
        if PAGES.get(route.name) == ANYONE:
            continue
        path, data = route.path(their_ids), POSTED.get(route.name, {})
        foreign = {asked(ours, method, path, data=data).status_code for method in ("get", "post")}
        own = {asked(theirs, method, path, data=data).status_code for method in ("get", "post")}
        if not (foreign <= {404, 405} and 404 in foreign) or 404 in own:
            wrong.append(f"{route.name}: {foreign} from outside, {own} from inside")
    assert wrong == []


def test_rest(acme, other, their_ids):
    ours, theirs = bearer(acme, Permission), bearer(other, Permission)
    wrong, client = [], Client()
    for method in METHODS:  # what is deleted comes last: files do not come back
        for route in [route for route in with_ids(rest_routes()) if method in route.methods]:
            how = {"content_type": "application/json", "data": {}} if method != "get" else {}
            foreign = asked(client, method, route.path(their_ids), headers=ours, **how)
            own = asked(client, method, route.path(their_ids), headers=theirs, **how)
            expected = (400, 1001) if route.name in AS_8X8 else (404, foreign.json().get("code"))
            if (foreign.status_code, foreign.json().get("code")) != expected or own.status_code == 404:
                wrong.append(f"{method} {route.name}: {foreign.status_code} from outside, {own.status_code} inside")
    assert wrong == []
