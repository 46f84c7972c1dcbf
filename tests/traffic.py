"""Puts messages into the log as the drained webhooks would, and rates them."""

from datetime import UTC, datetime, timedelta

from accounts.models import Account, Subaccount
from billing.rating import dirty_buckets, rate_bucket
from core.tenancy import every_tenant
from local.demo.world import ACME, OTHER
from messaging.calls.models import Call
from messaging.calls.services import apply_calls
from messaging.legs.models import Leg
from messaging.legs.services import apply_legs
from messaging.log import lifecycle
from messaging.log.directory import Directory
from messaging.log.models import Message
from messaging.records.merge import RecordReport, record_key
from providers.events import CallEvent, LegEvent, MessageEvent
from providers.vocabulary import Direction

AT = datetime(2026, 10, 15, 8, 0, tzinfo=UTC)
META = ACME.channels[1]
INDIA = "919876543210"


def report(account: Account, state: str, *, provider_message_id="wamid.A", at=AT, channel=META, **values) -> Message:
    """Apply one event; the message as it is then. `channel` is one of the demo plans' channels."""
    event = MessageEvent(provider_message_id, state, at, **{"number_id": channel.number_id, "msisdn": INDIA, **values})
    with every_tenant():
        directory = Directory([account.pk])
        directory.load_templates([(account.pk, event)])
        place = directory.placement(account.pk, channel.provider, event)
        lifecycle.apply([lifecycle.EventReport(account.pk, channel.provider, event, place)], directory)
        return Message.objects.get(account=account, provider_message_id=provider_message_id)


def deliver(account: Account, **values) -> Message:
    """Send a message and deliver it two seconds later; `at` is when it was sent. Marketing by default."""
    values = {"channel": channel_of(account), "category": "marketing", "pricing_type": "regular", "at": AT, **values}
    report(account, "sent", **values)
    return report(account, "delivered", **{**values, "at": values["at"] + timedelta(seconds=2)})


def call(account: Account, channel=META, **values) -> Call:
    """Apply one event of a call: by default a person calls and talks for 40 seconds."""
    event = CallEvent(**{
        "call_id": "wacid.A", "state": "completed", "at": AT, "direction": Direction.INBOUND, "msisdn": INDIA,
        "number_id": channel.number_id, "ended_at": values.get("at", AT), "seconds": 40, **values,
    })  # fmt: skip
    with every_tenant():
        place = Directory([account.pk]).placement(account.pk, channel.provider, event)
        apply_calls([RecordReport(account.pk, channel.provider, event, place)])
        return Call.objects.get(record_key=record_key(account.pk, channel.provider, event.call_id))


def leg(account: Account, *, channel="sms", umid="umid-1", **values) -> Leg:
    """Apply one event of a message on another channel: by default an SMS is delivered."""
    about = {name: values.pop(name) for name in ("price", "currency", "segments", "business_address") if name in values}
    code = Subaccount.objects.filter(account=account).earliest("pk").code
    message = MessageEvent(umid, values.pop("state", "delivered"), values.pop("at", AT), **{
        "subaccount_code": code, "msisdn": INDIA, **values,
    })  # fmt: skip
    with every_tenant():
        place = Directory([account.pk]).placement(account.pk, "8x8", message)
        apply_legs([RecordReport(account.pk, "8x8", LegEvent(channel, message, **about), place)])
        return Leg.objects.get(record_key=record_key(account.pk, "8x8", channel, umid))


def channel_of(account: Account):
    """The account's number at Meta."""
    return META if account.name == ACME.name else OTHER.channels[0]


def rate() -> None:
    """Rate what was delivered."""
    for bucket_id in dirty_buckets():
        rate_bucket(bucket_id)


GROUP = {"919812340381": "delivered", "6591230381": "delivered", "33612340381": "failed"}
"""The participants of `send_to_group`: India 0.0014 and Singapore 0.0160, and a failure in France."""


def send_to_group(account: Account, **values) -> Message:
    """A utility message to a group, with a status for each participant of `GROUP`."""
    values = {"channel": channel_of(account), "group_id": "GRP_z", "msisdn": "", **values}
    report(account, "sent", **values)
    for seconds, (msisdn, state) in enumerate(GROUP.items(), start=1):
        error = {"error_source": "meta", "error_code": 131026, "error_title": "Undeliverable"}
        extra = error if state == "failed" else {"category": "group_utility", "pricing_type": "regular"}
        report(
            account,
            state,
            **{**values, **extra, "at": values.get("at", AT) + timedelta(seconds=seconds), "msisdn": msisdn},
        )
    return Message.objects.get(account=account, provider_message_id=values.get("provider_message_id", "wamid.A"))
