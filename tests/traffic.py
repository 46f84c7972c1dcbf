"""Puts messages into the log as the drained webhooks would, and rates them."""

from datetime import UTC, datetime, timedelta

from accounts.models import Account
from billing.rating import dirty_buckets, rate_bucket
from core.tenancy import every_tenant
from local.demo.world import ACME, OTHER
from messaging.log import lifecycle
from messaging.log.directory import Directory
from messaging.log.models import Message
from providers.events import MessageEvent

AT = datetime(2026, 10, 15, 8, 0, tzinfo=UTC)
META = ACME.channels[1]
INDIA = "919876543210"


def report(account: Account, state: str, *, provider_message_id="wamid.A", at=AT, channel=META, **said) -> Message:
    """Apply one event; the message as it is then. `channel` is one of the demo plans' channels."""
    event = MessageEvent(provider_message_id, state, at, **{"number_id": channel.number_id, "msisdn": INDIA, **said})
    with every_tenant():
        directory = Directory([account.pk])
        directory.load_templates([(account.pk, event)])
        place = directory.placement(account.pk, channel.provider, event)
        lifecycle.apply([lifecycle.EventReport(account.pk, channel.provider, event, place)], directory)
        return Message.objects.get(account=account, provider_message_id=provider_message_id)


def deliver(account: Account, **said) -> Message:
    """Send a message and deliver it two seconds later; `at` is when it was sent. Marketing unless said otherwise."""
    said = {"channel": channel_of(account), "category": "marketing", "pricing_type": "regular", "at": AT, **said}
    report(account, "sent", **said)
    return report(account, "delivered", **{**said, "at": said["at"] + timedelta(seconds=2)})


def channel_of(account: Account):
    """The account's number at Meta."""
    return META if account.name == ACME.name else OTHER.channels[0]


def rate() -> None:
    """Rate what was delivered."""
    for bucket_id in dirty_buckets():
        rate_bucket(bucket_id)
