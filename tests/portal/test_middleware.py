"""The response of a page that cannot fulfil a request."""

import pytest

from accounts.models import Invitation
from accounts.services import team
from core.errors import Conflict, UserError
from tests.people import visitor

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
