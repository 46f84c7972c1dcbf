"""The messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """What was sent: the log, templates, numbers, webhooks."""

    name = "messaging"
