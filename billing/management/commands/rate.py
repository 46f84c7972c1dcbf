"""manage.py rate: rate usage facts now, without waiting for the schedule."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from billing.models import Bucket
from billing.rating import dirty_buckets, rate_bucket
from billing.windows import infer_windows
from core.tenancy import every_tenant


class Command(BaseCommand):
    """Rating again yields the same lines unless facts or prices have changed."""

    help = "Rate the buckets with new facts, or all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("--all", action="store_true", help="every bucket, including those without new facts")

    def handle(self, *_: Any, **options: Any) -> None:
        """Rate the buckets one by one."""
        with every_tenant():
            infer_windows()
            ids = list(Bucket.objects.values_list("id", flat=True)) if options["all"] else dirty_buckets()
            rated = sum(rate_bucket(bucket_id) for bucket_id in ids)
        self.stdout.write(f"{rated:,} of {len(ids):,} buckets rated.")
