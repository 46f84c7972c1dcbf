"""URLs of the settings and of logins. They come before those of allauth, because they replace some of them."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.audit_api import AuditListView
from accounts.views import audit, invitation, keys, own, team

urlpatterns = [
    path("accounts/signup/", own.signup_closed, name="account_signup"),
    path("accounts/email/", own.email_closed, name="account_email"),
    path("accounts/2fa/", own.second_factor, name="mfa_index"),
    path("accounts/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("accounts/sessions/", own.end_sessions, name="usersessions_list"),
    path("settings/", RedirectView.as_view(pattern_name="profile"), name="settings"),
    path("settings/profile/", own.profile, name="profile"),
    path("settings/team/", team.team, name="team"),
    path("settings/team/invite/", team.invite, name="team_invite"),
    path("settings/team/<int:membership_id>/", team.member, name="team_member"),
    path("settings/team/<int:membership_id>/remove/", team.remove_member, name="team_remove"),
    path("settings/keys/", keys.keys, name="keys"),
    path("settings/keys/new/", keys.new_key, name="key_new"),
    path("settings/keys/<int:key_id>/revoke/", keys.revoke_key, name="key_revoke"),
    path("settings/invitations/<int:invitation_id>/resend/", team.resend_invitation, name="invitation_resend"),
    path("settings/invitations/<int:invitation_id>/withdraw/", team.withdraw_invitation, name="invitation_withdraw"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/audit.csv", audit.audit_file, name="audit_csv"),
    path("invitations/<str:token>/", invitation.accept_invitation, name="invitation"),
    path("switch-account/", own.switch_account, name="switch_account"),
]
rest = [path("audit/", AuditListView.as_view(), name="api-audit")]
