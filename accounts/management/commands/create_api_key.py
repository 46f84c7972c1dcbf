"""manage.py create_api_key: create an API key for an account and print it."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.enums import Permission
from accounts.models import RATE_LIMIT, Account
from accounts.principal import Principal
from accounts.services import create_api_key
from core.tenancy import tenant


class Command(BaseCommand):
    """Prints the key, which cannot be read again: the database stores only its SHA-256."""

    help = "Create an API key for an account and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("account", type=UUID, help="the account's id, as shown in /admin/")
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--scopes", nargs="+", choices=Permission.values, default=[Permission.VIEW_MESSAGES.value])
        parser.add_argument(
            "--rate-limit", type=int, default=RATE_LIMIT, help=f"requests per second; default: {RATE_LIMIT}"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Create the key; exit 1 for an unknown account, a blank name or a limit below 1."""
        account = Account.objects.filter(public_id=options["account"]).first()
        if not options["name"].strip():
            raise CommandError("--name: enter what the key is for.")
        if options["rate_limit"] < 1:
            raise CommandError(f"--rate-limit {options['rate_limit']} is too low: use 1 or more.")
        if account is None:
            raise CommandError(f"There is no account {options['account']}: /admin/ lists accounts with their ids.")
        with tenant(account):
            _key, text = create_api_key(
                by=Principal.of_command("command", account),
                name=options["name"],
                scopes=[Permission(scope) for scope in options["scopes"]],
                rate_limit=options["rate_limit"],
            )
        self.stdout.write(text)
