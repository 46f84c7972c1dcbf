"""manage.py reset_second_factor: restore access for a person who lost their phone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.principal import Principal
from accounts.services.person import reset_second_factor


class Command(BaseCommand):
    """Verify the person's identity first: the password alone is enough until they set up another second factor."""

    help = "Remove a person's second factor, so that they can set up another."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("email")

    def handle(self, *_: Any, **options: Any) -> None:
        """Remove the second factor; exit 1 for an unknown address."""
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no user with the address {options['email']}: /admin/ lists users.")
        if reset_second_factor(user, by=Principal.of_command("command")):
            self.stdout.write(f"{user.email} can now log in with only the password and set up a new second factor.")
        else:
            self.stdout.write(f"{user.email} has no second factor.")
