"""The settings of a checkout: those of the portal, and the commands of this package."""

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "local"]
