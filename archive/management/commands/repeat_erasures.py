"""manage.py repeat_erasures: after an older copy of the database was restored, erase again whom it brought back."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from accounts.principal import Principal
from archive.deletion.reerase import erase_again
from core.errors import UserError
from core.tenancy import every_tenant


class Command(BaseCommand):
    """Erase again the people of certificates, whose numbers nobody has any more; audited, worked off by the worker."""

    help = "After a restore, erase the people in downloaded certificates again: manage.py repeat_erasures *.json"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The certificates."""
        parser.add_argument("certificates", nargs="+", type=Path, help="files downloaded from Settings › Deletions")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start each erasure whose person is there again."""
        with every_tenant():
            for path in options["certificates"]:
                self.stdout.write(f"{path}: {_again(path)}")


def _again(path: Path) -> str:
    try:
        said = json.loads(path.read_bytes())
        subject = str(said["subject"]).removeprefix("hmac-sha256:")
        account = Account.objects.get(public_id=said["account"])
        name = str(said["certificate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is not an erasure certificate: {error!r}.") from None
    except (Account.DoesNotExist, ValidationError):
        raise CommandError(f"{path}: there is no account {said['account']}.") from None
    try:
        deletion = erase_again(subject, name, by=Principal.of_command("repeat_erasures", account))
    except UserError as error:
        raise CommandError(f"{path}: {error}") from None
    return f"erased again as {deletion.public_id}" if deletion else "no person with that hash exists"
