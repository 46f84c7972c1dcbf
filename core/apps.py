"""The app of the core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Template tags and tasks of every other package."""

    name = "core"
