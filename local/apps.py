"""The Django app for local trials."""

from django.apps import AppConfig


class LocalConfig(AppConfig):
    """Its commands load demo data and run the sandbox."""

    name = "local"
