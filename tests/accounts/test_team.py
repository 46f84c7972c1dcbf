"""Inviting, changing and removing people: stored rows, refusals, and that an account keeps an owner."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from accounts.enums import Role
from accounts.models import AuditEntry, Invitation, Membership, Subaccount, User
from accounts.selectors.team import may_manage, member_of, team
from accounts.services.team import (
    accept,
    change_member,
    find_invitation,
    invite,
    join,
    remove_member,
    resend,
    withdraw,
)
from core.errors import UserError
from core.secrets import digest
from tests.people import member, principal_of

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
NEW = "new@people.example"


@pytest.fixture(autouse=True)
def _at_noon(acme):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner(acme):
    return actor("owner@acme.example")


def actor(email):
    return principal_of(User.objects.get(email=email))


def actor_as(account, role, *subaccounts):
    return actor(member(account, role, *subaccounts).email)


def membership(role):
    return Membership.objects.get(user__email=f"{role}@acme.example")


def subaccounts(*codes):
    return list(Subaccount.objects.filter(code__in=codes).order_by("code"))


def invited(by, email=NEW, role=Role.VIEWER, limits=()):
    """An invitation and the token of its mail."""
    invitation = invite(by=by, email=email, role=role, subaccounts=limits)
    return invitation, token_of(mail.outbox[-1])


def token_of(message):
    return re.search(r"/invitations/([\w-]+)/", message.body)[1]


def entry(action):
    entry = AuditEntry.objects.get(action=action)
    return entry.account, entry.actor, entry.target, entry.details, entry.ip_address


def test_an_invitation_is_mailed_and_kept_as_a_digest_only(acme, owner):
    invitation, token = invited(owner, " New@People.example ", Role.SUPPORT, subaccounts("acme_shop"))
    assert (invitation.email, invitation.role, invitation.invited_by) == (NEW, "support", owner.user)
    assert (bytes(invitation.digest), invitation.sent_at, invitation.problem) == (digest(token), NOW, "")
    assert (invitation.expires_at, invitation.limited) == (NOW + timedelta(days=7), True)
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([NEW], "Owner of Acme Retail invites you to Acme Retail")
    assert f"http://127.0.0.1:8000/invitations/{token}/" in message.body
    assert "as support." in message.body
    assert "expires on 8 Nov 2026, 12:00 UTC" in message.body
    details = {"role": "support", "subaccounts": ["acme_shop"]}
    assert entry("team.invited") == (acme, "owner@acme.example", NEW, details, "192.0.2.1")


def test_a_mail_that_fails_leaves_an_invitation_to_send_again(owner, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    invitation = invite(by=owner, email=NEW, role=Role.VIEWER, subaccounts=[])
    invitation.refresh_from_db()
    assert (invitation.sent_at, invitation.problem) == (None, "[Errno 111] Connection refused")


@pytest.mark.parametrize(
    ("email", "remedy"), [("viewer@acme.example", "change their role"), (NEW, "resend that invitation")]
)
def test_nobody_is_invited_twice(owner, email, remedy):
    invited(owner)
    with pytest.raises(UserError, match=remedy) as refused:
        invite(by=owner, email=email.upper(), role=Role.VIEWER, subaccounts=[])
    assert refused.value.field == "email"
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("own", "role"), [("admin", Role.OWNER), ("developer", Role.FINANCE), ("developer", Role.ADMIN)]
)
def test_nobody_gives_more_than_they_may(acme, own, role):
    with pytest.raises(UserError, match="no more permissions than yours") as refused:
        invite(by=actor_as(acme, own), email=NEW, role=role, subaccounts=[])
    assert (refused.value.field, Invitation.objects.count(), mail.outbox) == ("role", 0, [])


@pytest.mark.parametrize("limits", [(), ("acme_care",), ("acme_shop", "acme_care")])
def test_nobody_gives_more_than_they_see(acme, limits):
    limited = actor_as(acme, "admin", "acme_shop")
    with pytest.raises(UserError, match="subaccounts that you can see"):
        invite(by=limited, email=NEW, role=Role.VIEWER, subaccounts=subaccounts(*limits))
    assert invite(by=limited, email=NEW, role=Role.VIEWER, subaccounts=subaccounts("acme_shop")).limited


def test_sending_again_gives_a_new_link_and_another_week(acme, owner):
    invitation, old = invited(owner)
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        assert find_invitation(old) is None
        resend(by=owner, invitation=invitation)
        assert find_invitation(token_of(mail.outbox[-1])) == invitation
        assert find_invitation(old) is None
    assert entry("team.invitation_resent") == (acme, "owner@acme.example", NEW, {}, "192.0.2.1")


def test_a_withdrawn_invitation_is_dead(acme, owner):
    invitation, token = invited(owner)
    withdraw(by=owner, invitation=invitation)
    assert find_invitation(token) is None
    assert entry("team.invitation_withdrawn")[2] == NEW


@pytest.mark.parametrize("deed", [resend, withdraw])
def test_invitations_of_more_than_ones_own_are_left_alone(acme, owner, deed):
    invitation, token = invited(owner, role=Role.OWNER)
    with pytest.raises(UserError, match="ask an owner"):
        deed(by=actor_as(acme, "admin"), invitation=invitation)
    assert find_invitation(token) == invitation


@pytest.mark.parametrize("seconds", [-1, 0])
def test_an_invitation_ends_with_its_time(owner, seconds):
    _invitation, token = invited(owner)
    with time_machine.travel(NOW + timedelta(days=7, seconds=seconds), tick=False):
        assert (find_invitation(token) is not None) is (seconds < 0)


def test_joining_makes_a_login_and_uses_the_invitation_up(acme, owner):
    _invitation, token = invited(owner, role=Role.SUPPORT, limits=subaccounts("acme_care", "acme_shop"))
    membership = join(token=token, name="Ada", password="correct horse staple", address="192.0.2.7")
    assert (membership.account, membership.role, membership.limited, membership.user.name) == (
        acme,
        "support",
        True,
        "Ada",
    )
    assert [subaccount.code for subaccount in membership.subaccounts.order_by("code")] == ["acme_care", "acme_shop"]
    user = User.objects.get(email=NEW)
    assert (user.check_password("correct horse staple"), user.is_staff, user.is_demo) == (True, False, False)
    assert entry("team.joined") == (
        acme,
        NEW,
        NEW,
        {"role": "support", "subaccounts": ["acme_care", "acme_shop"]},
        "192.0.2.7",
    )
    with pytest.raises(UserError, match="used or withdrawn, or has expired"):
        join(token=token, name="Eve", password="correct horse staple")


def test_whoever_has_a_login_does_not_get_a_second_one(other, owner):
    _invitation, token = invited(owner, "viewer@blueharbour.example")
    with pytest.raises(UserError, match="has a login"):
        join(token=token, name="Eve", password="correct horse staple")
    assert find_invitation(token)


def test_an_existing_person_joins_a_second_account(acme, other, owner):
    _invitation, token = invited(owner, "viewer@blueharbour.example", Role.FINANCE)
    user = User.objects.get(email="viewer@blueharbour.example")
    membership = accept(token=token, user=user)
    assert (membership.account, membership.role, membership.limited) == (acme, "finance", False)
    assert Membership.objects.filter(user=user).count() == 2
    with pytest.raises(UserError, match="used"):
        accept(token=token, user=user)


def test_an_invitation_is_for_its_address_alone(owner):
    _invitation, token = invited(owner)
    with pytest.raises(UserError, match=f"is for {NEW}"):
        accept(token=token, user=User.objects.get(email="viewer@acme.example"))


def test_an_invitation_to_a_deleted_subaccount_opens_none(acme, owner):
    pop_up = Subaccount.objects.create(account=acme, code="pop_up", name="Pop-up")
    _invitation, token = invited(owner, limits=[pop_up])
    pop_up.delete()
    membership = join(token=token, name="Ada", password="correct horse staple")
    assert (membership.limited, list(membership.subaccounts.all())) == (True, [])


def test_a_role_and_its_limits_change(acme, owner):
    viewer = membership("viewer")
    change_member(by=owner, membership=viewer, role=Role.FINANCE, subaccounts=subaccounts("acme_wa"))
    viewer.refresh_from_db()
    assert (viewer.role, viewer.limited, list(viewer.subaccounts.all())) == ("finance", True, subaccounts("acme_wa"))
    details = {
        "from": {"role": "viewer", "subaccounts": "all"},
        "to": {"role": "finance", "subaccounts": ["acme_wa"]},
    }
    assert entry("team.changed") == (acme, "owner@acme.example", "viewer@acme.example", details, "192.0.2.1")
    change_member(by=owner, membership=viewer, role=Role.FINANCE, subaccounts=[])
    viewer.refresh_from_db()
    assert viewer.limited is False


def test_no_change_leaves_no_trace(owner):
    change_member(by=owner, membership=membership("viewer"), role=Role.VIEWER, subaccounts=[])
    assert not AuditEntry.objects.filter(action="team.changed").exists()


@pytest.mark.parametrize(("role", "limits"), [(Role.ADMIN, ()), (Role.OWNER, ("acme_wa",))])
def test_the_last_owner_stays_owner_of_everything(owner, role, limits):
    with pytest.raises(UserError, match="last owner"):
        change_member(by=owner, membership=owner.membership, role=role, subaccounts=subaccounts(*limits))
    with pytest.raises(UserError, match="last owner"):
        remove_member(by=owner, membership=owner.membership)
    assert membership("owner").role == "owner"


@pytest.mark.parametrize("about", [{"is_active": False}, {"limits": "acme_wa"}])
def test_an_owner_who_cannot_act_for_the_whole_account_does_not_count(acme, owner, about):
    limits = [about.pop("limits")] if "limits" in about else []
    member(acme, "owner", *limits, **about)
    with pytest.raises(UserError, match="last owner"):
        remove_member(by=owner, membership=owner.membership)


def test_with_another_owner_one_may_leave(acme, owner):
    member(acme, "owner")
    remove_member(by=owner, membership=owner.membership)
    assert not Membership.objects.filter(user=owner.user).exists()
    assert User.objects.filter(pk=owner.user.pk).exists()
    assert entry("team.removed")[2:4] == ("owner@acme.example", {"role": "owner", "subaccounts": "all"})


def test_an_admin_decides_on_everybody_but_owners(acme, owner):
    admin = actor_as(acme, "admin")
    with pytest.raises(UserError, match="ask an owner"):
        remove_member(by=admin, membership=owner.membership)
    with pytest.raises(UserError, match="no more permissions than yours"):
        change_member(by=admin, membership=admin.membership, role=Role.OWNER, subaccounts=[])
    remove_member(by=admin, membership=membership("viewer"))
    assert not Membership.objects.filter(user__email="viewer@acme.example").exists()


def test_one_who_sees_some_manages_those_who_see_no_more(acme):
    admin = actor_as(acme, "admin", "acme_shop", "acme_wa")
    within, beyond = (
        actor_as(acme, "viewer", "acme_shop").membership,
        actor_as(acme, "viewer", "acme_shop", "acme_care").membership,
    )
    assert [may_manage(admin, each) for each in (within, beyond, membership("viewer"))] == [True, False, False]


def test_the_team_by_address(acme, owner, django_assert_num_queries):
    with django_assert_num_queries(2):
        members = team(owner)
        assert [(each.membership.user.email, each.second_factor, each.manageable) for each in members][:2] == [
            ("developer@acme.example", False, True),
            ("finance@acme.example", False, True),
        ]


def test_members_of_another_account_are_not_there(acme, other):
    assert member_of(acme, Membership.objects.filter(account=other).first().pk) is None
