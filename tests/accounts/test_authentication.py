"""The REST API accepts a valid key within its scopes, and otherwise names what is missing."""

from datetime import UTC, datetime

import pytest
from django.urls import path
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from accounts.models import ApiKey, Subaccount
from accounts.services import create_api_key
from tests.people import principal

pytestmark = pytest.mark.urls(__name__)
PAST = datetime(2026, 1, 1, tzinfo=UTC)


class Codes(TenantView):
    permission = Permission.VIEW_MESSAGES

    def get(self, request):
        """Reads a tenant table, so it works in an open scope only."""
        return Response(list(Subaccount.objects.values_list("code", flat=True)))


class Forgotten(TenantView):
    """Names no permission."""

    def get(self, request):
        return Response()


urlpatterns = [path("codes/", Codes.as_view()), path("forgotten/", Forgotten.as_view())]


def bearer(account, *scopes):
    return {"Authorization": f"Bearer {create_api_key(by=principal(account), name='Test', scopes=scopes)[1]}"}


def test_a_key_opens_the_scope_of_its_account_alone(acme, other, client):
    answer = client.get("/codes/", headers=bearer(other, Permission.VIEW_MESSAGES))
    assert answer.json() == ["harbour"]


def test_the_word_bearer_is_read_in_any_case(acme, client):
    headers = {"Authorization": bearer(acme, Permission.VIEW_MESSAGES)["Authorization"].replace("Bearer", "bEARER ")}
    assert client.get("/codes/", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic dGc6dGc="}])
def test_without_a_key_the_answer_requires_one(db, client, headers):
    answer = client.get("/codes/", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["detail"] == "Authentication credentials were not provided."


@pytest.mark.parametrize("end", [{"revoked_at": PAST}, {"expires_at": PAST}, {"digest": b"0" * 32}])
def test_a_dead_key_is_refused(acme, client, end):
    headers = bearer(acme, Permission.VIEW_MESSAGES)
    ApiKey.objects.filter(name="Test").update(**end)
    answer = client.get("/codes/", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["detail"] == "This API key is unknown, revoked or expired."


def test_a_key_without_the_scope_learns_its_name(acme, client):
    answer = client.get("/codes/", headers=bearer(acme, Permission.VIEW_COSTS))
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This API key does not have the scope messages:read."


def test_a_view_that_names_no_permission_admits_nobody(acme, client):
    assert client.get("/forgotten/", headers=bearer(acme, *Permission)).status_code == 403


def test_a_login_of_the_pages_opens_nothing(acme, client):
    client.login(email="owner@acme.example", password="unused")
    assert client.get("/codes/").status_code == 401
