"""The settings of retention and legal hold."""

import pytest

from archive.models import Keeping
from tests.people import visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
RETENTION, HOLD = "/settings/retention/", "/settings/retention/hold/"
PERIODS = {"message_months": "12", "payload_months": "3", "webhook_months": "", "audit_months": "24", "export_days": ""}


def test_periods_are_previewed_and_then_saved(acme):
    client = visitor(acme)
    assert "The next run deletes" in text(client.get(RETENTION))
    assert "With these periods, the next run deletes" in text(client.post(RETENTION, PERIODS))
    assert not Keeping.objects.filter(pk=acme.pk, message_months=12).exists()
    client.post(RETENTION, {**PERIODS, "confirmed": "1"})
    keeping = Keeping.objects.get(pk=acme.pk)
    assert (keeping.message_months, keeping.payload_months, keeping.webhook_months, keeping.audit_months) == (
        12,
        3,
        None,
        24,
    )


def test_an_invalid_period_is_an_error_of_its_field(acme):
    page = text(visitor(acme).post(RETENTION, {**PERIODS, "audit_months": "3", "confirmed": "1"}))
    assert 'id="error-audit_months"' in page
    assert not Keeping.objects.filter(pk=acme.pk, message_months=12).exists()


def test_owners_hold_and_admins_see_it(acme):
    owner, admin = visitor(acme), visitor(acme, "admin")
    assert "Only owners can place and lift a hold." in text(admin.get(RETENTION))
    assert "Only an owner" in text(admin.post(HOLD, {"reason": "x"}, follow=True))
    assert "Enter a reason" in text(owner.post(HOLD, {"reason": ""}, follow=True))
    assert "nothing will be deleted" in text(owner.post(HOLD, {"reason": "Case 12"}, follow=True))
    assert "Case 12" in text(admin.get(RETENTION))
    assert "has been lifted" in text(owner.post(HOLD, {"reason": "Settled", "lift": "1"}, follow=True))
    assert Keeping.objects.get(pk=acme.pk).held_at is None


def test_who_may_not(acme):
    assert visitor(acme, "finance").get(RETENTION).status_code == 403
    assert visitor(acme, "admin", "acme_shop").get(RETENTION).status_code == 403
