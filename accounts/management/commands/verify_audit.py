"""manage.py verify_audit: check the audit log for changed, added and removed entries."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from accounts.selectors.audit_chain import verify_chains


def parse_head(text: str) -> tuple[int, str]:
    """Parse a head as this command prints it: position and digest."""
    position, _, digest = text.partition(":")
    if not (position.isdecimal() and len(digest) == 64):
        raise ArgumentTypeError("enter a head as printed: the position, a colon and 64 hexadecimal digits")
    return int(position), digest.lower()


class Command(BaseCommand):
    """Verifies the chains; changes nothing."""

    help = "Check that no audit log entry was changed, added or removed; exit 1 and name the first that was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("--account", metavar="NAME", help="only this account's chain, by name or public id")
        parser.add_argument(
            "--head",
            type=parse_head,
            metavar="POSITION:DIGEST",
            help="with --account: a head that was printed earlier",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Print a line for each chain."""
        account = self._account(options["account"])
        if options["head"] and not account:
            raise CommandError("A head belongs to one chain: name its account with --account.")
        broken = 0
        for verdict in verify_chains(account, known_head=options["head"]):
            self.stdout.write(str(verdict))
            broken += bool(verdict.problem)
        if broken:
            raise CommandError(f"{broken} of the chains {'is' if broken == 1 else 'are'} broken.")

    def _account(self, name: str | None) -> Account | None:
        if name is None:
            return None
        accounts = [each for each in Account.objects.all() if name in {each.name, str(each.public_id)}]
        if len(accounts) != 1:
            raise CommandError(f"{len(accounts)} accounts are called {name!r}: use the public id shown in /admin/.")
        return accounts[0]
