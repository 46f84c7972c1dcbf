"""The Django app of core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The template tags and tasks that every package shares."""

    name = "core"
