"""manage.py import_call_card: check a file of call prices, and put it in force."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from billing.calls.cards import import_call_card
from core.errors import UserError


class Command(BaseCommand):
    """Takes the layout of docs/pricing.md."""

    help = "Check a file of call prices; --activate stores it as a new revision and puts it in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--effective", type=date.fromisoformat, required=True, help="first day, such as 2026-07-01")
        parser.add_argument("--activate", action="store_true", help="put it in force")

    @transaction.atomic
    def handle(self, *_: Any, **options: Any) -> None:
        """Check the file; store it and put it in force with --activate. Exit 1 if it is invalid."""
        try:
            cards = import_call_card(options["file"], options["effective"])
        except (UserError, OSError) as error:
            raise CommandError(str(error)) from None
        for card in cards:
            if options["activate"]:
                card.activate(by="manage.py import_call_card")
            state = "in force" if options["activate"] else "valid; add --activate to put it in force"
            self.stdout.write(f"{card}: {card.rates.count():,} prices from {card.effective_from}, {state}.")
        transaction.set_rollback(not options["activate"])
