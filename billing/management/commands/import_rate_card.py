"""manage.py import_rate_card: read a rate card file, show its impact, and activate it."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from billing.enums import Book
from billing.management.impact import MAX_ROWS, preview_or_activate
from billing.models import RateCard
from billing.prices.rate_cards import CardDifference, compare, import_card_file
from billing.proposals.what_if import Proposal
from core.errors import UserError
from providers.registry import VENDORS


class Command(BaseCommand):
    """Takes Meta's rate and volume tier files and Tollgate's own layout (docs/pricing.md)."""

    help = "Import a rate card as a new revision; --activate activates it and rates messages again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--effective", type=date.fromisoformat, required=True, help="first day, such as 2026-10-01")
        parser.add_argument(
            "--account", type=UUID, help="only for this account; takes precedence over the general card"
        )
        parser.add_argument("--book", choices=Book.values, default=Book.BUY, help="sell: the account's own prices")
        parser.add_argument(
            "--provider", choices=list(VENDORS), default="", help="only for messages through this provider"
        )
        parser.add_argument("--activate", action="store_true", help="activate it")

    def handle(self, *_: Any, **options: Any) -> None:
        """Import, show the impact, activate with --activate; exit 1 if the file is invalid."""
        account = None
        if options["account"] and not (account := Account.objects.filter(public_id=options["account"]).first()):
            raise CommandError(f"There is no account {options['account']}: /admin/ lists accounts with their ids.")
        try:
            cards = import_card_file(
                options["file"], options["effective"], account, book=Book(options["book"]),
                provider=options["provider"],
            )  # fmt: skip
        except (UserError, OSError) as error:
            raise CommandError(str(error)) from None
        for card in cards:
            self._show(card, compare(card))
            proposal = Proposal(cards=[card])
            preview_or_activate(proposal, self.stdout.write, activate=options["activate"], command="import_rate_card")

    def _show(self, card: RateCard, difference: CardDifference) -> None:
        self.stdout.write(f"{card.name}, revision {card.revision}: {difference.unchanged:,} rates as before.")
        for title in ("changed", "added", "removed", "lacks"):
            lines: list[Any] = getattr(difference, title)
            if lines:
                self.stdout.write(f"{title.capitalize()} ({len(lines):,}):")
                for line in lines[:MAX_ROWS]:
                    self.stdout.write(f"  {line}")
                if len(lines) > MAX_ROWS:
                    self.stdout.write(f"  … and {len(lines) - MAX_ROWS:,} more")
