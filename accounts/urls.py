"""URLs of the settings and about oneself; they stand before those of allauth, some of which they replace."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.views import own

urlpatterns = [
    path("accounts/signup/", own.signup_closed, name="account_signup"),
    path("accounts/email/", own.email_closed, name="account_email"),
    path("accounts/2fa/", own.second_factor, name="mfa_index"),
    path("accounts/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("accounts/sessions/", own.end_sessions, name="usersessions_list"),
    path("settings/", RedirectView.as_view(pattern_name="profile"), name="settings"),
    path("settings/profile/", own.profile, name="profile"),
    path("switch-account/", own.switch_account, name="switch_account"),
]
