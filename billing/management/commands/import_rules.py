"""manage.py import_rules: read a rule set, show its impact, and activate it."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.management.impact import preview_or_activate
from billing.prices.rules import import_rule_file
from billing.proposals.what_if import Proposal
from core.errors import UserError


class Command(BaseCommand):
    """Takes the layout of billing/data/rules/; the file replaces the whole rule set of its day."""

    help = "Import a rule set as a new revision; --activate activates it and rates messages again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--effective", type=date.fromisoformat, required=True, help="first day, such as 2026-10-01")
        parser.add_argument("--activate", action="store_true", help="activate it")

    def handle(self, *_: Any, **options: Any) -> None:
        """Import, show the impact, activate with --activate; exit 1 if the file is invalid."""
        try:
            rules = import_rule_file(options["file"], options["effective"])
        except (UserError, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{rules}: {rules.rules.count():,} rules.")
        proposal = Proposal(rules=rules)
        preview_or_activate(proposal, self.stdout.write, activate=options["activate"], command="import_rules")
