"""The archive app."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """How the log leaves: exports, deletion, retention."""

    name = "archive"
