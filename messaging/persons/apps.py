"""The app of persons."""

from django.apps import AppConfig


class PersonsConfig(AppConfig):
    """Persons and their identities."""

    name = "messaging.persons"
