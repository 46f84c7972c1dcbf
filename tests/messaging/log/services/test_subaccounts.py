"""A number does not move into a subaccount that is closed, also not one that closed meanwhile."""

import pytest

from accounts.models import AuditEntry, Subaccount
from core.errors import UserError
from messaging.log.models import PhoneNumber
from messaging.log.services.subaccounts import close_subaccount, move_number
from tests.people import principal

pytestmark = pytest.mark.django_db


def test_a_number_does_not_move_into_one_that_closed_meanwhile(acme):
    by = principal(acme)
    seen_open = Subaccount.objects.create(account=acme, code="pop_up", name="Pop-up")
    close_subaccount(by=by, subaccount=Subaccount.objects.get(pk=seen_open.pk))
    number = PhoneNumber.objects.get(subaccount__code="acme_shop")
    with pytest.raises(UserError, match="is closed") as refused:
        move_number(by=by, number=number, subaccount=seen_open)
    assert refused.value.field == "subaccount"
    number.refresh_from_db()
    assert number.subaccount.code == "acme_shop"
    assert not AuditEntry.objects.filter(action="number.moved").exists()
