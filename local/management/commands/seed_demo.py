"""manage.py seed_demo: fill an empty installation with demo data."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import Account, Waba
from billing.rating import dirty_buckets, rate_bucket
from core.tasks import prepare_partitions
from core.tenancy import every_tenant
from local.demo import special_traffic
from local.demo import traffic as demo_traffic
from local.demo.sources import assign_sources
from local.demo.templates import ANNOUNCED, RICH_TEMPLATES
from local.demo.world import ACME, OTHER, account_of, build, create_templates, is_built
from messaging.inbound import inbox
from messaging.inbound.models import WebhookEndpoint
from messaging.log.lifecycle import traffic
from messaging.log.models import Template

_MESSAGES_OF_ROUND, _MOST_ROUNDS = 5_000, 10
_INVALID_BODIES = (b'{"eventType": "channel_renamed", "payload": {}}', b'{"eventType": "outbound_message_sta', b"[]")


class Command(BaseCommand):
    """Loads two accounts, people, channels, templates, and two months of traffic, the same for one seed and day."""

    help = "Load demo data: two accounts and N messages in the two months before --until."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("--messages", type=int, default=50_000)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--until", type=datetime.fromisoformat, help="ISO 8601; default: now")
        parser.add_argument("--if-empty", action="store_true", help="do nothing if any account exists, demo or not")

    def handle(self, *_: Any, **options: Any) -> None:
        """Build both accounts and their traffic, then rate it."""
        until: datetime = options["until"] or timezone.now()
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        with every_tenant():
            if options["if_empty"] and Account.objects.exists():
                return
            if is_built(ACME):
                raise CommandError(
                    "Demo data is already loaded. Start with an empty TOLLGATE_DATA to load another set."
                )
            prepare_partitions()
            self._load(options["messages"], until, options["seed"])

    def _load(self, messages: int, until: datetime, seed: int) -> None:
        with transaction.atomic():  # an interrupted start leaves nothing half-loaded: the next one loads it all
            for plan, count in ((ACME, messages), (OTHER, max(messages // 50, 50))):
                account = build(plan, until)
                for waba in Waba.objects.filter(account=account):
                    create_templates(account, waba, RICH_TEMPLATES, until)
                progress = partial(self._show_progress, plan.name, count)
                demo_traffic.generate(plan, account, messages=count, until=until, seed=seed, progress=progress)
                assign_sources(account)
                posted = special_traffic.webhooks(plan, seed=seed, until=until, rounds=_rounds(count))
                posted += special_traffic.template_webhooks(plan, _announced_templates(account), seed=seed, until=until)
                special_traffic.store(account, posted)
                WebhookEndpoint.objects.filter(account=account).update(last_event_at=until)
        self._store_invalid_webhooks()
        traffic.fold()
        self.stdout.write("Rating …")
        for bucket_id in dirty_buckets():
            rate_bucket(bucket_id)
        self.stdout.write(f"Demo data is loaded: {messages:,} messages from {until - timedelta(days=61):%d %b %Y} on.")

    def _show_progress(self, name: str, total: int, count: int) -> None:
        self.stdout.write(f"{name}: {count:,} of {total:,} messages")

    def _store_invalid_webhooks(self) -> None:
        """Store a few bodies that no parser understands, so that the quarantine is not empty; process all."""
        endpoint = WebhookEndpoint.objects.get(account=account_of(ACME), provider="8x8")
        for body in _INVALID_BODIES:
            inbox.store(endpoint.account_id, endpoint.pk, endpoint.provider, {}, body)
        inbox.drain()


def _rounds(messages: int) -> int:
    """How often each scenario runs beside so many messages."""
    return min(max(messages // _MESSAGES_OF_ROUND, 1), _MOST_ROUNDS)


def _announced_templates(account: Account) -> dict[str, tuple[str, str]]:
    """The templates that are announced, of the WABA that the account has first: name and id by part."""
    waba = Waba.objects.filter(account=account).order_by("pk")[0]
    ids = dict(Template.objects.filter(account=account, waba=waba).values_list("name", "provider_template_id"))
    return {part: (name, ids[name]) for part, name in ANNOUNCED.items()}
