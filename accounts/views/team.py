"""The team: members and invitations."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.forms import InviteForm, MemberForm
from accounts.models import Invitation, Membership
from accounts.selectors import team as selectors
from accounts.selectors.keys import keys_created_by
from accounts.services import team as services
from core.errors import UserError
from core.forms import show_error
from core.http import form_data
from core.words import in_sentence


@requires(Permission.MANAGE_TEAM)
def team(request: TenantRequest) -> HttpResponse:
    """The members of the account and its open invitations."""
    context = {
        "members": selectors.team(request.principal),
        "invitations": [
            (invitation, selectors.may_manage(request.principal, invitation))
            for invitation in selectors.invitations(request.account)
        ],
        "now": timezone.now(),
    }
    return render(request, "accounts/team.html", context)


@requires(Permission.MANAGE_TEAM)
def invite(request: TenantRequest) -> HttpResponse:
    """Invite a person by e-mail."""
    form = InviteForm(form_data(request), by=request.principal, initial={"role": "viewer"})
    if form.is_valid():
        try:
            invitation = services.invite(
                by=request.principal, email=form.cleaned_data["email"], role=form.role, subaccounts=form.subaccounts
            )
        except UserError as error:
            show_error(form, error)
        else:
            _report_invitation(request, invitation)
            return redirect("team")
    return render(request, "accounts/invite.html", {"form": form})


@require_POST
@requires(Permission.MANAGE_TEAM)
def resend_invitation(request: TenantRequest, invitation_id: int) -> HttpResponse:
    """E-mail a new link."""
    invitation = _invitation(request, invitation_id)
    services.resend(by=request.principal, invitation=invitation)
    _report_invitation(request, invitation)
    return redirect("team")


@require_POST
@requires(Permission.MANAGE_TEAM)
def withdraw_invitation(request: TenantRequest, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = _invitation(request, invitation_id)
    services.withdraw(by=request.principal, invitation=invitation)
    messages.success(request, _("The invitation to %(email)s has been withdrawn.") % {"email": invitation.email})
    return redirect("team")


@requires(Permission.MANAGE_TEAM)
def member(request: TenantRequest, membership_id: int) -> HttpResponse:
    """Change a person's role and subaccounts."""
    membership = _member(request, membership_id)
    initial = {"role": membership.role, "subaccounts": [subaccount.code for subaccount in membership.subaccounts.all()]}
    form = MemberForm(form_data(request), by=request.principal, initial=initial)
    if form.is_valid():
        try:
            services.change_member(
                by=request.principal, membership=membership, role=form.role, subaccounts=form.subaccounts
            )
        except UserError as error:
            show_error(form, error)
        else:
            messages.success(
                request,
                _("%(person)s is now %(role)s.") % {"person": membership.user, "role": in_sentence(form.role.label)},
            )
            return redirect(_next_page(request, membership))
    return render(request, "accounts/member.html", {"form": form, "member": membership})


@requires(Permission.MANAGE_TEAM)
def remove_member(request: TenantRequest, membership_id: int) -> HttpResponse:
    """Remove a member after confirmation."""
    membership = _member(request, membership_id)
    problem = ""
    if request.method == "POST":
        try:
            services.remove_member(by=request.principal, membership=membership)
        except UserError as error:
            problem = str(error)
        else:
            messages.success(request, _("%(person)s has been removed from the team.") % {"person": membership.user})
            return redirect(_next_page(request, membership))
    context = {"member": membership, "keys": [key.name for key in keys_created_by(membership)], "problem": problem}
    return render(request, "accounts/member_remove.html", context)


def _next_page(request: TenantRequest, membership: Membership) -> str:
    """The next page: a person who changed their own membership may no longer open the team."""
    return "dashboard" if membership.user == request.user else "team"


def _member(request: TenantRequest, membership_id: int) -> Membership:
    membership = selectors.member_of(request.account, membership_id)
    if membership is None:
        raise Http404("No such member.")
    if not selectors.may_manage(request.principal, membership):
        raise PermissionDenied("This person has more permissions than you.")
    return membership


def _invitation(request: TenantRequest, invitation_id: int) -> Invitation:
    for invitation in selectors.invitations(request.account):
        if invitation.pk == invitation_id:
            if not selectors.may_manage(request.principal, invitation):
                raise PermissionDenied("This invitation grants more permissions than you have.")
            return invitation
    raise Http404("No such invitation.")


def _report_invitation(request: TenantRequest, invitation: Invitation) -> None:
    if invitation.problem:
        text = _(
            "%(email)s has been invited, but the e-mail could not be sent: %(problem)s. "
            "Ask the operator to check outgoing e-mail, then resend the invitation."
        )
        messages.error(request, text % {"email": invitation.email, "problem": invitation.problem})
    else:
        messages.success(request, _("An invitation has been sent to %(email)s.") % {"email": invitation.email})
