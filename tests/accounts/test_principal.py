"""Principals: the permissions of each kind, and their audit entries."""

import pytest

from accounts.enums import Permission, Role
from accounts.models import ApiKey, AuditEntry, Membership, Subaccount
from accounts.permissions import ROLE_PERMISSIONS
from accounts.principal import Principal, PrincipalKind
from tests.people import member

pytestmark = pytest.mark.django_db


def test_a_member_has_the_rights_of_their_role_now(acme):
    membership = Membership.objects.get(user=member(acme, "support", "acme_shop"))
    by = Principal.of_member(membership, address="192.0.2.1")
    assert (by.name, by.kind, by.role) == (membership.user.email, PrincipalKind.MEMBER, Role.SUPPORT)
    assert (by.account, by.user, by.address) == (acme, membership.user, "192.0.2.1")
    assert (by.may(Permission.VIEW_CONTENT), by.may(Permission.VIEW_COSTS)) == (True, False)
    assert by.subaccount_ids == (Subaccount.objects.get(code="acme_shop").pk,)
    membership.role = Role.FINANCE
    assert Principal.of_member(membership, kind=PrincipalKind.SCHEDULE).permissions == ROLE_PERMISSIONS[Role.FINANCE]


def test_a_key_has_its_scopes_and_subaccounts(acme):
    key = ApiKey.objects.create(account=acme, name="x", prefix="tg_1", digest=b"", scopes=["costs:read"])
    key.subaccounts.set(Subaccount.objects.filter(code="acme_wa"))
    by = Principal.of_key(key)
    assert (by.name, by.kind, by.permissions) == ("tg_1", PrincipalKind.KEY, {Permission.VIEW_COSTS})
    assert (by.user, by.role, [each.code for each in by.reach.visible]) == (None, None, ["acme_wa"])


def test_a_command_may_everything_and_an_operator_what_their_own_pages_let_them(acme):
    operator = Principal.of_operator(member(acme, "owner"))
    assert Principal.of_command("export_logs", acme).permissions == frozenset(Permission)
    assert (operator.permissions, operator.reach.account) == (frozenset(), None)
    with pytest.raises(AssertionError, match="has no account"):
        operator.account  # noqa: B018


@pytest.mark.parametrize(
    ("by", "actor"),
    [
        (lambda account: Principal.of_schedule("retention", account), "retention"),
        (lambda account: Principal.of_command("command", account), "command"),
        (lambda account: Principal.of_command("command").in_account(account), "command"),
    ],
)
def test_the_audit_names_them_in_the_account(acme, by, actor):
    by(acme).record("audit.closed", "x" * 300, {"n": 1})
    entry = AuditEntry.objects.latest("id")
    assert (entry.account, entry.actor, entry.action, entry.details) == (acme, actor, "audit.closed", {"n": 1})
    assert (entry.target, entry.ip_address) == ("x" * 255, None)


def test_what_is_done_in_no_account_is_in_the_chain_of_the_installation(db):
    assert Principal.of_command("command").record("cards.loaded").account is None


def test_the_address_is_on_record(acme):
    person = member(acme, "owner")
    by = Principal.of_person(person, address="192.0.2.1").in_account(acme)
    by.record("team.joined", person.email)
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.ip_address, entry.target) == (person.email, "192.0.2.1", person.email)
