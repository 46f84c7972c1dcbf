"""manage.py import_markets: read a market table, show its impact, and activate it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.management.impact import preview_or_activate
from billing.prices.markets import import_market_file
from billing.proposals.what_if import Proposal
from core.errors import UserError


class Command(BaseCommand):
    """Takes the layout of billing/data/markets.csv; the file replaces the whole table."""

    help = (
        "Import the table of countries and markets as a new revision; --activate activates it and rates messages again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--activate", action="store_true", help="activate it")

    def handle(self, *_: Any, **options: Any) -> None:
        """Import, show the impact, activate with --activate; exit 1 if the file is invalid."""
        try:
            table = import_market_file(options["file"])
        except (UserError, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{table}: {table.countries.count():,} rows.")
        proposal = Proposal(markets=table)
        preview_or_activate(proposal, self.stdout.write, activate=options["activate"], command="import_markets")
