"""URLs about oneself, beside those of allauth."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("accounts/signup/", views.signup_closed, name="account_signup"),
    path("switch-account/", views.switch_account, name="switch_account"),
]
