"""How long WhatsApp tries to deliver a message: 30 days, authentication templates 10 minutes.

Source: Meta, messages reference, 2025-11.
"""

from datetime import timedelta

from django.utils.translation import gettext as _

USUAL = timedelta(days=30)
AUTHENTICATION = timedelta(minutes=10)


def time_to_live(category: str) -> timedelta:
    """The time to live of messages of a pricing category; the default if it is unknown."""
    return AUTHENTICATION if category.startswith("authentication") else USUAL


def time_to_live_words(category: str) -> str:
    """The time to live in words."""
    return _("10 minutes") if time_to_live(category) == AUTHENTICATION else _("30 days")
