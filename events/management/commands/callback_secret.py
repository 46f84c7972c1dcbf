"""manage.py callback_secret: print the secret that signs an account's receipts."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from events.signing import encode_secret, secret_of


class Command(BaseCommand):
    """Print the secret for the receiver of the receipts, who checks the signatures with it."""

    help = "Print the secret that signs an account's receipts (Standard Webhooks, HMAC-SHA256)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("account_id", help="the accountId, as shown by demo_credentials and the admin")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print it."""
        try:
            account = Account.objects.get(public_id=options["account_id"])
        except (Account.DoesNotExist, ValidationError):
            raise CommandError("There is no account with that id.") from None
        self.stdout.write(encode_secret(secret_of(account)))
