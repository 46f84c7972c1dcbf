"""manage.py messages: update the catalogue of a language with the texts of the interface."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import makemessages

from core.countries import countries
from providers.error_catalogue import catalogue

_NOT_OURS = (".venv", "node_modules", "staticfiles", "tests", "bench", ".data")


def texts_of_data() -> Iterator[str]:
    """The translatable texts in data files: the error catalogue and the names of countries."""
    yield from countries().values()
    for entry in catalogue().values():
        yield from filter(None, entry.words)


class Command(makemessages.Command):
    """Runs makemessages over the whole project and the texts of its data files. Needs the gettext programs."""

    help = "Rewrite locale/<language>/LC_MESSAGES/django.po and keep existing translations."

    def add_arguments(self, parser: CommandParser) -> None:
        """The language."""
        parser.add_argument("language", help="as in the folder name: de, pt_BR")

    def handle(self, *_: Any, **options: Any) -> None:
        """Collect the texts and merge them with existing translations."""
        parser = CommandParser()
        super().add_arguments(parser)
        arguments = parser.parse_args(
            ["--locale", options["language"], "--add-location", "file"]
            + [part for name in _NOT_OURS for part in ("--ignore", name)]
        )
        super().handle(**{**options, **vars(arguments)})

    def build_potfiles(self) -> list[str]:
        """Collect the texts; those of data files are in a temporary module meanwhile."""
        module = Path(settings.BASE_DIR, "texts_of_data.py")
        lines = [f"gettext_noop({text!r})" for text in dict.fromkeys(texts_of_data())]
        module.write_text("\n".join(lines), encoding="utf-8")
        try:
            return list(super().build_potfiles())
        finally:
            module.unlink()
