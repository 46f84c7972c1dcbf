"""manage.py verify_rating: compare the engine's lines with the reference pricing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.models import Bucket
from billing.rating import dirty_buckets
from billing.rating.verification import verify
from portal.core.tenancy import every_tenant


class Command(BaseCommand):
    """Reads every fact through pricing.py, which knows no SQL; changes nothing."""

    help = "Check every bucket's lines against the reference pricing; exit 1 when any differs."

    def handle(self, *_: Any, **options: Any) -> None:
        """Print each difference and how many buckets were checked."""
        with every_tenant():
            waiting = set(dirty_buckets(limit=1_000_000))
            buckets = list(Bucket.objects.exclude(pk__in=waiting).order_by("id"))
            differences = list(verify(buckets))
        for difference in differences:
            self.stdout.write(str(difference))
        left = f"; {len(waiting):,} wait for rating and were left out" if waiting else ""
        self.stdout.write(f"{len(buckets):,} buckets checked{left}.")
        if differences:
            raise CommandError(f"{len(differences):,} differences.")
