"""The app of what is for trying out."""

from django.apps import AppConfig


class LocalConfig(AppConfig):
    """Commands for the demo and the sandbox."""

    name = "local"
