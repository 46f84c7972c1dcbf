"""manage.py repeat_erasures: repeat erasures after a restore brought erased people back."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from accounts.principal import Principal
from archive.deletion.repeat import repeat_erasure
from core.errors import UserError
from core.tenancy import every_tenant


class Command(BaseCommand):
    """Repeat the erasures in certificates, which hold no phone number; audited, and processed by the worker."""

    help = "After a restore, erase the people in downloaded certificates again: manage.py repeat_erasures *.json"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The certificates."""
        parser.add_argument("certificates", nargs="+", type=Path, help="files downloaded from Settings › Deletions")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start each erasure whose person is in the database again."""
        with every_tenant():
            for path in options["certificates"]:
                self.stdout.write(f"{path}: {_repeat(path)}")


def _repeat(path: Path) -> str:
    try:
        certificate = json.loads(path.read_bytes())
        subject = str(certificate["subject"]).removeprefix("hmac-sha256:")
        account = Account.objects.get(public_id=certificate["account"])
        name = str(certificate["certificate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is not an erasure certificate: {error!r}.") from None
    except (Account.DoesNotExist, ValidationError):
        raise CommandError(f"{path}: there is no account {certificate['account']}.") from None
    try:
        deletion = repeat_erasure(subject, name, by=Principal.of_command("repeat_erasures", account))
    except UserError as error:
        raise CommandError(f"{path}: {error}") from None
    return f"erased again as {deletion.public_id}" if deletion else "no person with that hash exists"
