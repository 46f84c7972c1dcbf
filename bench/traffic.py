"""Two months of messages, reported as by webhooks, for `log`."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accounts.models import Account
from core import partitions
from core.partitions import month_of
from local.demo.templates import TEMPLATES
from local.demo.world import ACME, ChannelPlan
from messaging.log import lifecycle
from messaging.log.directory import Directory
from messaging.log.lifecycle import traffic
from messaging.log.models import Source
from providers.events import MessageEvent
from providers.vocabulary import Direction

DAYS = 61
REGULAR = "919876543210"  # a recipient of 60 messages in every load
_BATCH = 20_000
_CODES = (131026, 131049, 131047, 130472, 131056, 131000)
_CALLING = (("65", "9", 8, 18), ("91", "98", 10, 30), ("62", "81", 10, 20), ("49", "151", 10, 12), ("55", "119", 11, 8))
_SOURCES = (("campaign", "Weekend sale"), ("template_bot", "Cart reminder"), ("api", "Shop"))


def make_sources(account: Account) -> list[Source]:
    """Create the sources of the messages."""
    return [Source.objects.create(account=account, category=category, name=name) for category, name in _SOURCES]


def load(account: Account, sources: list[Source], end: datetime, start: int, stop: int) -> None:
    """Load messages number `start` to `stop`, spread over the days before `end`, as webhooks would."""
    rng = random.Random(start)
    for table in ("log_message", "log_statusevent", "log_payload"):
        partitions.ensure(table, {month_of(end - timedelta(days=days)) for days in range(0, DAYS + 1, 10)})
    directory = Directory([account.pk])
    for first in range(start, stop, _BATCH):
        numbers = range(first, min(first + _BATCH, stop))
        events = [event for number in numbers for event in _events(rng, number, start, stop, end)]
        directory.load_templates((account.pk, event) for _, event in events)
        reports = [
            lifecycle.EventReport(
                account.pk, channel.provider, event, directory.placement(account.pk, channel.provider, event)
            )
            for channel, event in events
        ]
        lifecycle.apply(reports, directory)
        _assign_sources(sources)
        traffic.fold()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # or autovacuum would start while the first pages are timed


def _events(
    rng: random.Random, number: int, start: int, stop: int, end: datetime
) -> Iterator[tuple[ChannelPlan, MessageEvent]]:
    """The events of one message with their channel: an outbound message's statuses, or an inbound message."""
    at = end - timedelta(days=DAYS) * (1 - (number - start) / (stop - start))
    channel = rng.choice(ACME.channels)
    code, prefix, length, _ = rng.choices(_CALLING, [share for *_, share in _CALLING])[0]
    msisdn = code + prefix + "".join(rng.choices("0123456789", k=length - len(prefix)))
    msisdn = msisdn if number % ((stop - start) // 60) else REGULAR
    fields: dict[str, Any] = {
        "provider_message_id": f"b{number}", "at": at, "msisdn": msisdn, "number_id": channel.number_id,
        "subaccount_code": channel.code,
    }  # fmt: skip
    if rng.random() < 0.09:
        yield channel, MessageEvent(state="received", direction=Direction.INBOUND, content_type="text", **fields)
        return
    template = rng.choice(TEMPLATES)
    state = rng.choices(("read", "delivered", "failed", "rejected", "sent"), (62, 32, 4.5, 0.3, 1.2))[0]
    fields |= {
        "template_name": template.name,
        "template_language": "en",
        "content_type": "template",
        "pricing_type": "regular",
    }
    fields["category"] = template.category.lower()
    if state != "rejected":
        yield channel, MessageEvent(state="sent", **fields)
    if state == "sent":
        return
    fields["at"] = at + timedelta(seconds=2)
    if state in {"failed", "rejected"}:
        fields |= {"error_source": "meta", "error_code": rng.choice(_CODES)}
    yield channel, MessageEvent(state=state, **fields)


def _assign_sources(sources: list[Source]) -> None:
    """Set the source of three in five sent messages, as the gateway does."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE log_message SET source_id = (%(sources)s)[1 + id %% 3],
                recipient_type = CASE WHEN id %% 10 = 0 THEN 'lead' ELSE 'customer' END,
                response_code = CASE WHEN rejected_at IS NULL THEN 200 ELSE 400 END
            WHERE direction = 'outbound' AND response_code IS NULL AND id %% 5 < 3
                AND id > (SELECT max(id) - %(batch)s FROM log_message)""",
            {"sources": [source.pk for source in sources], "batch": _BATCH},
        )
