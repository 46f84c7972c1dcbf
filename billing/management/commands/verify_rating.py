"""manage.py verify_rating: compare the engine's lines with two other raters."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.models import Bucket
from billing.rating import dirty_buckets
from billing.rating.verification import REFERENCE_UP_TO, verify
from core.tenancy import every_tenant


class Command(BaseCommand):
    """Rates every fact again with SQL window functions and with pricing.py, which uses no SQL; changes nothing."""

    help = "Check every bucket's lines against two other raters and today's tables; exit 1 when any differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument(
            "--reference-up-to", type=int, default=REFERENCE_UP_TO, metavar="MESSAGES",
            help="larger buckets are left to the window rater; pricing.py takes about 750 bytes of memory a message",
        )  # fmt: skip

    def handle(self, *_: Any, **options: Any) -> None:
        """Print each difference and the number of checked buckets."""
        with every_tenant():
            waiting = set(dirty_buckets(limit=1_000_000))
            buckets = list(Bucket.objects.exclude(pk__in=waiting).order_by("id"))
            differences = list(verify(buckets, reference_up_to=options["reference_up_to"]))
        for difference in differences:
            self.stdout.write(str(difference))
        skipped = f"; {len(waiting):,} waiting for rating were skipped" if waiting else ""
        self.stdout.write(f"{len(buckets):,} buckets checked{skipped}.")
        if differences:
            raise CommandError(f"{len(differences):,} differences.")
