"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who: tenants, people, keys, audit."""

    name = "accounts"
