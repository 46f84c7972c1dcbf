"""Actions of operators in the admin are in the audit of the affected account."""

import pytest

from accounts.models import AuditEntry, Membership, User
from tests.people import browser_of, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db):
    person = User.objects.create_superuser("ops@tollgate.example", "x", is_demo=True)
    return browser_of(person)


def test_a_role_changed_by_an_operator(acme, operator):
    person = member(acme, "viewer")
    membership = Membership.objects.get(user=person)
    form = {"user": person.pk, "account": acme.pk, "role": "admin"}
    answer = operator.post(f"/admin/accounts/membership/{membership.pk}/change/", form, REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 302
    entry = AuditEntry.objects.get(account=acme, action="membership.changed")
    assert (entry.actor, entry.target, entry.ip_address) == ("ops@tollgate.example", str(membership), "192.0.2.7")
    assert entry.details == {"by_operator": True, "changes": [{"changed": {"fields": ["Role"]}}]}


def test_saving_without_a_change_is_none(acme, operator):
    membership = Membership.objects.get(user=member(acme, "viewer"))
    form = {"user": membership.user_id, "account": acme.pk, "role": "viewer"}
    operator.post(f"/admin/accounts/membership/{membership.pk}/change/", form)
    assert not AuditEntry.objects.filter(action="membership.changed").exists()


def test_a_membership_deleted_by_an_operator(acme, operator):
    membership = Membership.objects.get(user=member(acme, "viewer"))
    operator.post(f"/admin/accounts/membership/{membership.pk}/delete/", {"post": "yes"})
    assert AuditEntry.objects.filter(account=acme, action="membership.deleted", target=str(membership)).count() == 1
