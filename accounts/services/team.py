"""The team of an account: invitations, roles, and the rule that nobody grants more than they have.

Every function with a principal (`by`) refuses to grant or revoke more than that principal may.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import Account, Invitation, Membership, Subaccount, User
from accounts.permissions import grantable_roles
from accounts.principal import Principal
from accounts.selectors.team import may_manage
from accounts.services.rules import check_reach
from core.errors import UserError
from core.secrets import digest
from core.tenancy import every_tenant

log = structlog.get_logger("tollgate.team")
INVITATION_DAYS = 7


def invite(*, by: Principal, email: str, role: Role, subaccounts: Sequence[Subaccount]) -> Invitation:
    """Invite a person by e-mail, without `subaccounts` to all of them; audited.

    If the e-mail cannot be sent, the invitation keeps the `problem` and can be resent. Raises UserError.
    """
    email = email.strip().lower()
    _check_grant(by, role, subaccounts)
    with transaction.atomic():
        _lock(by.account)
        if Membership.objects.filter(account=by.account, user__email=email).exists():
            raise UserError(
                _("%(email)s is already on the team") % {"email": email}, field="email",
                remedy=_("change their role there."),
            )  # fmt: skip
        if Invitation.objects.filter(account=by.account, email=email).exists():
            raise UserError(
                _("%(email)s has already been invited") % {"email": email}, field="email",
                remedy=_("resend that invitation or withdraw it."),
            )  # fmt: skip
        invitation = Invitation.objects.create(
            account=by.account, email=email, role=role, invited_by=by.user, expires_at=_expiry()
        )
        invitation.subaccounts.set(subaccounts)
        by.record("team.invited", email, _grant(role, subaccounts, limited=bool(subaccounts)))
    _send(invitation, by)
    return invitation


def resend(*, by: Principal, invitation: Invitation) -> None:
    """Resend an invitation, valid for another week; the previous link stops working. Audited."""
    _check_manage(by, invitation)
    by.record("team.invitation_resent", invitation.email)
    _send(invitation, by)


def withdraw(*, by: Principal, invitation: Invitation) -> None:
    """Withdraw an invitation; its link stops working. Audited."""
    _check_manage(by, invitation)
    with transaction.atomic():
        by.record("team.invitation_withdrawn", invitation.email)
        invitation.delete()


@transaction.atomic
def accept(*, token: str, user: User, address: str = "") -> Membership:
    """Make an invited person a member and delete the invitation; audited. Raises UserError."""
    with every_tenant():
        invitation = Invitation.objects.select_for_update(of=("self",)).filter(**_open_filter(token)).first()
        if invitation is None:
            raise UserError(_("This invitation has been used or withdrawn, or has expired."))
        if invitation.email != user.email:
            raise UserError(_("This invitation is for %(email)s.") % {"email": invitation.email})
        subaccounts = list(invitation.subaccounts.all())
        membership, new = Membership.objects.get_or_create(
            account=invitation.account, user=user, defaults={"role": invitation.role, "limited": invitation.limited}
        )
        if new:
            membership.subaccounts.set(subaccounts)
            by = Principal.of_person(user, address=address).in_account(invitation.account)
            by.record("team.joined", user.email, _grant(invitation.role, subaccounts, limited=invitation.limited))
        invitation.delete()
    return membership


@transaction.atomic
def join(*, token: str, name: str, password: str, address: str = "") -> Membership:
    """Create a login for an invited person without one, and make them a member. Raises UserError."""
    invitation = find_invitation(token)
    if invitation is None:
        raise UserError(_("This invitation has been used or withdrawn, or has expired."))
    if User.objects.filter(email=invitation.email).exists():
        raise UserError(_("This address already has a login"), remedy=_("log in to accept the invitation."))
    user = User.objects.create_user(invitation.email, password, name=name)
    return accept(token=token, user=user, address=address)


def find_invitation(token: str) -> Invitation | None:
    """The open invitation with this token, with its account; None if it was used or withdrawn or has expired."""
    with every_tenant():
        return Invitation.objects.select_related("account", "invited_by").filter(**_open_filter(token)).first()


@transaction.atomic
def change_member(*, by: Principal, membership: Membership, role: Role, subaccounts: Sequence[Subaccount]) -> None:
    """Give a member another role or other subaccounts; audited. Raises UserError."""
    _lock(by.account)
    _check_manage(by, membership)
    _check_grant(by, role, subaccounts)
    if role != Role.OWNER or subaccounts:
        _check_owner_remains(membership)
    before, after = _grant_of(membership), _grant(role, subaccounts, limited=bool(subaccounts))
    if before == after:
        return
    membership.role, membership.limited = role, bool(subaccounts)
    membership.save(update_fields=["role", "limited"])
    membership.subaccounts.set(subaccounts)
    by.record("team.changed", membership.user.email, {"from": before, "to": after})


@transaction.atomic
def remove_member(*, by: Principal, membership: Membership) -> None:
    """End a membership at once; the person's login and the keys they created stay. Audited.

    Raises UserError.
    """
    _lock(by.account)
    _check_manage(by, membership)
    _check_owner_remains(membership)
    by.record("team.removed", membership.user.email, _grant_of(membership))
    membership.delete()


def _lock(account: Account) -> None:
    """Serialize changes of a team: two owners must not remove each other."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def _check_grant(by: Principal, role: Role, subaccounts: Sequence[Subaccount]) -> None:
    if role not in grantable_roles(by.role):
        raise UserError(_("You can grant only roles with no more permissions than yours."), field="role")
    check_reach(by, subaccounts)


def _check_manage(by: Principal, other: Membership | Invitation) -> None:
    if not may_manage(by, other):
        raise UserError(_("This person has more permissions than you"), remedy=_("ask an owner."))


def _check_owner_remains(membership: Membership) -> None:
    """Require another active owner of the whole account if this one leaves. Raises UserError."""
    owners = Membership.objects.filter(
        account=membership.account_id, role=Role.OWNER, limited=False, user__is_active=True
    )
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise UserError(_("This is the last owner of the whole account"), remedy=_("make someone else an owner first."))


def _grant(role: Role | str, subaccounts: Iterable[Subaccount], *, limited: bool) -> dict[str, Any]:
    """A role and its limits, as audit details."""
    codes = sorted(subaccount.code for subaccount in subaccounts)
    return {"role": str(role), "subaccounts": codes if limited else "all"}


def _grant_of(membership: Membership) -> dict[str, Any]:
    return _grant(membership.role, membership.subaccounts.all(), limited=membership.limited)


def _expiry() -> datetime:
    return timezone.now() + timedelta(days=INVITATION_DAYS)


def _open_filter(token: str) -> dict[str, Any]:
    return {"digest": digest(token.encode("utf-8", "surrogateescape")), "expires_at__gt": timezone.now()}


def _send(invitation: Invitation, by: Principal) -> None:
    """E-mail a new token. An error is stored with the invitation: the mail server may be down."""
    token = secrets.token_urlsafe(32)
    invitation.digest, invitation.expires_at = digest(token), _expiry()
    invitation.save(update_fields=["digest", "expires_at"])
    context = {
        "invitation": invitation,
        "by": by.user,
        "link": settings.BASE_URL + reverse("invitation", args=[token]),
        "role": Role(invitation.role).label,
    }
    text = render_to_string("accounts/mail/invitation.txt", context).strip()
    subject = _("%(person)s invites you to %(account)s") % {"person": by.user, "account": invitation.account.name}
    try:
        send_mail(" ".join(subject.split()), text, None, [invitation.email])
    except OSError as error:  # SMTP's own errors are among them
        log.warning("mail_not_sent", error=repr(error))
        invitation.sent_at, invitation.problem = None, str(error)[:255] or type(error).__name__
    else:
        invitation.sent_at, invitation.problem = timezone.now(), ""
    invitation.save(update_fields=["sent_at", "problem"])
