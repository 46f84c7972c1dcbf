"""The headers of every response, and the response of a page that cannot fulfil a request."""

import pytest
from django.test import Client

from accounts.enums import Permission
from accounts.models import Invitation, User
from accounts.services import team
from archive.exports import work
from core.errors import Conflict, UserError
from tests.access.test_permissions import bearer
from tests.people import browser_of, visitor
from tests.traffic import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def resend(acme, monkeypatch):
    """Post to a page whose service raises this error."""
    invitation = Invitation.objects.create(
        account=acme, email="new@people.example", role="viewer", expires_at="2099-01-01T00:00Z"
    )

    def to(error):
        def refuse(**_):
            raise error

        monkeypatch.setattr(team, "resend", refuse)
        return visitor(acme).post(f"/settings/invitations/{invitation.pk}/resend/")

    return to


@pytest.mark.parametrize(
    ("error", "status"), [(UserError("Busy", remedy="wait."), 400), (Conflict("Busy: wait."), 409)]
)
def test_a_page_says_why_and_what_to_do(resend, error, status):
    answer = resend(error)
    assert (answer.status_code, "Busy: wait." in answer.content.decode()) == (status, True)


def test_any_other_fault_is_left_to_django(resend):
    with pytest.raises(ZeroDivisionError):
        resend(ZeroDivisionError())


@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/logs/", "/nowhere/", "/settings/suppression/list.csv", "/api/v1/messages/", "/healthz",
     "/admin/", "/api/v1/nothing/"],
)  # fmt: skip
def test_no_response_is_stored_or_shared(acme, path):
    client = browser_of(User.objects.get(is_superuser=True)) if path == "/admin/" else visitor(acme)
    headers = bearer(acme, Permission) if path.startswith("/api/") else {}
    answer = client.get(path, headers=headers)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "object-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_download_over_rest_is_not_stored(acme):
    deliver(acme)
    headers, client = bearer(acme, Permission), Client()
    body = {"dataset": "messages", "filters": {"status": ["delivered"]}}
    made = client.post("/api/v1/exports/", body, content_type="application/json", headers=headers).json()
    work.work()
    answer = client.get(f"/api/v1/exports/{made['id']}/download/", headers=headers)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    list(answer.streaming_content)
