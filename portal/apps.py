"""The Django app of the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages, checks and commands of the whole installation."""

    name = "portal"

    def ready(self) -> None:
        from portal import checks  # noqa: F401 - registers the checks
