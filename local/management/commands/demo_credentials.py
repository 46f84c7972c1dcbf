"""manage.py demo_credentials: print what a client needs to use the demo account."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from local.demo.world import PLANS, credentials

NO_SECOND_FACTOR = (
    "Demo logins do not need a second factor because this portal is available only on this computer ({}).\n"
)
SECOND_FACTOR = (
    "Owners and operators must set up a second factor at login because this portal is available to others ({}).\n"
)


class Command(BaseCommand):
    """Prints logins, keys, ids and webhook addresses; says on standard error whether logins need a second factor."""

    help = "Print a demo account's logins, keys and webhook addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")
        parser.add_argument("--account", choices=sorted(PLANS), default="demo")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print them; exit 1 when no demo data is loaded."""
        try:
            demo = credentials(PLANS[options["account"]])
        except Account.DoesNotExist:
            raise CommandError("No demo data is loaded: run script/run, or manage.py seed_demo.") from None
        self.stdout.write(json.dumps(demo, indent=None if options["json"] else 2))
        self.stderr.write(
            (NO_SECOND_FACTOR if settings.LOOPBACK else SECOND_FACTOR).format(settings.BASE_URL), style_func=str
        )
