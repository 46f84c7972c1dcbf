"""Webhooks of every kind for the demo, the same for the same seed and end, and their way into the inbox."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from accounts.models import Account
from core import partitions
from local.demo.people import new_person
from local.demo.world import ChannelPlan, Plan
from messaging.inbound.models import InboxItem, WebhookEndpoint
from providers.registry import simulation_of
from providers.scenarios import Context, SimulatedSender

_DAYS, _LONGEST = 14, 30 * 3600  # before the end: when scenarios begin, and seconds that they take at most
_TRANSIT = timedelta(milliseconds=300)


class SpecialWebhook(NamedTuple):
    """A webhook of a scenario, and when the provider posted it."""

    provider: str
    at: datetime
    body: bytes


def webhooks(plan: Plan, *, seed: int, until: datetime, rounds: int) -> list[SpecialWebhook]:
    """Each scenario of each channel `rounds` times in the two weeks before `until`, in the order of their times."""
    rng, end = Random(f"{seed}:{plan.key}:special"), int(until.timestamp())
    posted = [
        SpecialWebhook(channel.provider, datetime.fromtimestamp(at, UTC), body)
        for _ in range(rounds)
        for channel in plan.channels
        for scenario in simulation_of(channel.provider).scenarios
        for at, body in scenario(_context(rng, channel, end - rng.randrange(_LONGEST, _DAYS * 86_400)))
    ]
    return sorted(posted, key=lambda each: each.at)


def template_webhooks(
    plan: Plan, ids: Mapping[str, tuple[str, str]], *, seed: int, until: datetime
) -> list[SpecialWebhook]:
    """The announcements about templates (name and id by part) in the last hours before `until`."""
    rng, begin = Random(f"{seed}:{plan.key}:templates"), int(until.timestamp()) - 6 * 3600
    return [
        SpecialWebhook(channel.provider, datetime.fromtimestamp(at, UTC), body)
        for channel in plan.channels
        if (scenario := simulation_of(channel.provider).template_scenario)
        for at, body in scenario(_context(rng, channel, begin), ids)
    ]


def _context(rng: Random, channel: ChannelPlan, begin: int) -> Context:
    sender = SimulatedSender(
        number_id=channel.number_id, msisdn=channel.msisdn, waba_id=channel.waba_id, subaccount=channel.code
    )
    return Context(rng, sender, begin, new_person(rng), lambda hides: new_person(rng, hides_number=hides))


def store(account: Account, posted: list[SpecialWebhook]) -> None:
    """Store webhooks in the inbox as if they had come at their times. Needs the tenant's scope."""
    endpoints = dict(WebhookEndpoint.objects.filter(account=account).values_list("provider", "id"))
    partitions.ensure("inbound_inbox", {each.at.date().replace(day=1) for each in posted})
    InboxItem.objects.bulk_create(
        InboxItem(
            account=account, endpoint_id=endpoints[each.provider], provider=each.provider, body=each.body,
            received_at=each.at + _TRANSIT, due_at=each.at + _TRANSIT,
        )
        for each in posted
    )  # fmt: skip
