"""Two months of plausible traffic, the same for the same seed and last day.

Messages go through lifecycle.apply like those of webhooks, so the demo shows results of the real engine.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from accounts.models import Account
from local.demo.outbound_content import template_content, text_content
from local.demo.templates import MOVED_TEMPLATE, PAUSED_TEMPLATE, RICH_TEMPLATES, TEMPLATES, TemplatePlan
from local.demo.world import ChannelPlan, Plan
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log import lifecycle
from messaging.log.directory import Directory
from providers.events import MessageEvent
from providers.registry import simulation_of
from providers.vocabulary import Direction

DAYS = 61
_BATCH = 2_000  # messages
_WITH_WEBHOOK = timedelta(days=1)
_TRANSIT = timedelta(milliseconds=300)  # of a webhook, from the provider to us
_INBOUND_SHARE = 0.09
# calling code, digits after it, share of the traffic
_COUNTRIES = (
    ("65", 8, 18), ("91", 10, 17), ("62", 10, 12), ("60", 9, 10), ("63", 10, 8), ("66", 9, 7), ("84", 9, 6),
    ("971", 9, 6), ("44", 10, 5), ("49", 10, 4), ("55", 11, 4), ("52", 10, 3),
)  # fmt: skip
_FIRST_DIGITS = {"65": "9", "91": "98", "62": "81", "60": "12", "63": "917", "66": "81", "84": "90", "971": "50",
                 "44": "79", "49": "151", "55": "119", "52": "55"}  # fmt: skip
_CATEGORIES = (("utility", 42), ("marketing", 33), ("authentication", 15), ("service", 10))
_HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 8, 11, 12, 12, 11, 10, 10, 10, 11, 12, 11, 10, 8, 5, 3, 2)
# Meta's code, title, share
_FAILURES = (
    (131026, "Message undeliverable", 40),
    (131049, "Not delivered to maintain healthy ecosystem engagement", 30),
    (131047, "Re-engagement message", 12),
    (130472, "User's number is part of an experiment", 8),
    (131056, "(Business Account, Consumer Account) pair rate limit hit", 6),
    (131000, "Something went wrong", 4),
)
_PAUSED = (132015, "Template is Paused")
_TEXTS = ("Where is my order?", "Thank you!", "Can I change the address?", "What time do you open?", "Yes, please.",
          "Stop sending these.", "Is this still available?", "I never got the code.")  # fmt: skip


@dataclass(frozen=True)
class _Draft:
    """A message before its events are generated."""

    id: str
    at: datetime
    channel: ChannelPlan
    msisdn: str
    category: str
    template: TemplatePlan | None  # None: a text

    @property
    def template_name(self) -> str:
        """The name of its template; empty for a text."""
        return self.template.name if self.template else ""

    @property
    def language(self) -> str:
        """The language of its template; empty for a text."""
        return "en" if self.template else ""


def generate(
    plan: Plan, account: Account, *, messages: int, until: datetime, seed: int, progress: Callable[[int], None]
) -> None:
    """Generate `messages` outbound messages in the two months before `until`, and replies to some of them."""
    rng = random.Random(f"{seed}:{plan.key}")
    directory = Directory([account.pk])
    batch: list[tuple[ChannelPlan, MessageEvent]] = []
    for count, events in enumerate(_message_histories(plan, rng, messages, until), start=1):
        batch += events
        if count % _BATCH == 0 or count == messages:
            directory.load_templates((account.pk, event) for _, event in batch)
            lifecycle.apply(_reports(account, directory, batch, until), directory)
            batch.clear()
            progress(count)


def _reports(
    account: Account, directory: Directory, batch: list[tuple[ChannelPlan, MessageEvent]], until: datetime
) -> list[lifecycle.EventReport]:
    """Reports of a batch's events; those of the last day have webhooks in the inbox."""
    recent = [(channel, event) for channel, event in batch if event.at > until - _WITH_WEBHOOK]
    endpoints = dict(WebhookEndpoint.objects.filter(account=account).values_list("provider", "id"))
    webhooks = InboxItem.objects.bulk_create(
        InboxItem(
            account=account, endpoint_id=endpoints[channel.provider], provider=channel.provider, state=InboxState.DONE,
            attempts=1, received_at=event.at + _TRANSIT, processed_at=event.at + 2 * _TRANSIT,
            body=simulation_of(channel.provider).event_webhook(event, channel.waba_id),
        )
        for channel, event in recent
    )  # fmt: skip
    webhook_of = {id(event): webhook for (_, event), webhook in zip(recent, webhooks, strict=True)}
    reports = []
    for channel, event in batch:
        placement, webhook = directory.placement(account.pk, channel.provider, event), webhook_of.get(id(event))
        origin = (webhook.pk, webhook.received_at) if webhook else (None, None)
        reports.append(lifecycle.EventReport(account.pk, channel.provider, event, placement, *origin))
    return reports


def _message_histories(
    plan: Plan, rng: random.Random, messages: int, until: datetime
) -> Iterator[list[tuple[ChannelPlan, MessageEvent]]]:
    for at in _sending_times(plan, rng, messages, until):
        draft = _draft(plan, rng, at, until)
        history = [(draft.channel, event) for event in _events(draft, rng, until) if event.at <= until]
        if rng.random() < _INBOUND_SHARE:
            history.append((draft.channel, _inbound(draft, rng)))
        yield [(channel, event) for channel, event in history if event.at <= until]


def _sending_times(plan: Plan, rng: random.Random, messages: int, until: datetime) -> Iterator[datetime]:
    """Sending times in order: weekdays busier than weekends, days busier than nights, slowly growing."""
    zone = ZoneInfo(plan.time_zone)
    last = until.astimezone(zone).date()
    days = [last - timedelta(days=DAYS - 1 - index) for index in range(DAYS)]
    weights = [(0.7 if day.weekday() >= 5 else 1.0) * (1 + index / 150) for index, day in enumerate(days)]
    now = until.astimezone(zone)
    weights[-1] *= (sum(_HOURS[: now.hour]) + _HOURS[now.hour] * now.minute / 60) / sum(_HOURS)
    times: list[datetime] = []
    while len(times) < messages:
        for day in rng.choices(days, weights, k=messages - len(times)):
            hours = _HOURS[: now.hour + 1] if day == last else _HOURS
            hour = rng.choices(range(len(hours)), hours)[0]
            times.append(datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), zone))
        times = [sent_at for sent_at in times if sent_at < until]
    yield from sorted(times)


def _draft(plan: Plan, rng: random.Random, at: datetime, until: datetime) -> _Draft:
    channel = rng.choices(plan.channels, range(len(plan.channels) + 2, 2, -1))[0]
    msisdn = a_number(rng)
    category = rng.choices([name for name, _ in _CATEGORIES], [share for _, share in _CATEGORIES])[0]
    plans = [each for each in (*TEMPLATES, *RICH_TEMPLATES) if each.category.lower() == category]
    template = rng.choices(plans, [each.share for each in plans])[0] if plans else None
    if template and template.name == MOVED_TEMPLATE and at > until - timedelta(days=25):
        category = "marketing"
    return _Draft(_message_id(channel, msisdn, rng), at, channel, msisdn, category, template)


def a_number(rng: random.Random) -> str:
    """A person's number, from a tenth of the numbers of its country, so that people receive several messages."""
    code, digits, _ = rng.choices(_COUNTRIES, [share for *_, share in _COUNTRIES])[0]
    start = _FIRST_DIGITS[code]
    return code + start + f"{rng.randrange(10 ** (digits - len(start) - 2)):0{digits - len(start)}d}"


def _message_id(channel: ChannelPlan, msisdn: str, rng: random.Random, *, inbound: bool = False) -> str:
    return simulation_of(channel.provider).new_id(rng, msisdn, inbound=inbound)


def _events(draft: _Draft, rng: random.Random, until: datetime) -> Iterator[MessageEvent]:
    yield _event(draft, "queued", draft.at)
    if rng.random() < 0.004:  # refused before it was sent
        yield _failure(draft, rng, "rejected", draft.at + timedelta(seconds=1))
        return
    sent = draft.at + timedelta(seconds=rng.uniform(0.5, 3))
    paused_from = until - timedelta(days=20)
    paused = draft.template_name == PAUSED_TEMPLATE and paused_from < draft.at < paused_from + timedelta(days=1)
    failure_rate = {"marketing": 0.055, "utility": 0.022, "authentication": 0.018, "service": 0.03}[draft.category]
    yield _event(draft, "sent", sent)
    if paused or rng.random() < failure_rate:
        yield _failure(draft, rng, "failed", sent + timedelta(seconds=rng.uniform(1, 30)), paused=paused)
        return
    if rng.random() < 0.012:  # phone off: no further status
        return
    delivered = sent + timedelta(seconds=rng.expovariate(1 / 20))
    # When the chat is open Meta sends `read` alone.
    opened = rng.random() < 0.03
    if not opened:
        yield _event(draft, "delivered", delivered)
    if opened or rng.random() < {"marketing": 0.55, "service": 0.9}.get(draft.category, 0.72):
        yield _event(draft, "read", delivered + timedelta(seconds=0 if opened else rng.expovariate(1 / 900)))


def _event(draft: _Draft, state: str, at: datetime) -> MessageEvent:
    priced = state in {"sent", "delivered", "read"}
    event = MessageEvent(
        provider_message_id=draft.id, state=state, at=at, number_id=draft.channel.number_id,
        subaccount_code=draft.channel.code, msisdn=draft.msisdn,
        content_type="template" if draft.template else "text",
        category=draft.category if priced else "", pricing_type=_pricing_type(draft) if priced else "",
        template_name=draft.template_name, template_language=draft.language,
        content=_content(draft) if state == "delivered" else None,
    )  # fmt: skip
    return simulation_of(draft.channel.provider).translate_event(event)


def _content(draft: _Draft) -> dict[str, object]:
    return template_content(draft.template, draft.category) if draft.template else text_content()


def _pricing_type(draft: _Draft) -> str:
    """The pricing type that Meta would report. Here service messages are always free."""
    if draft.category == "service":
        return "free_customer_service"
    # Every 29th message falls into a free entry point window; by id, so that all its statuses agree.
    return "free_entry_point" if crc32(draft.id.encode()) % 29 == 0 else "regular"


def _failure(draft: _Draft, rng: random.Random, state: str, at: datetime, *, paused: bool = False) -> MessageEvent:
    code, title, _ = rng.choices(_FAILURES, [share for *_, share in _FAILURES])[0]
    if paused:
        code, title = _PAUSED
    event = MessageEvent(
        provider_message_id=draft.id, state=state, at=at, number_id=draft.channel.number_id,
        subaccount_code=draft.channel.code, msisdn=draft.msisdn, template_name=draft.template_name,
        template_language=draft.language, error_source="meta", error_code=code, error_title=title,
    )  # fmt: skip
    return simulation_of(draft.channel.provider).translate_event(event)


def _inbound(draft: _Draft, rng: random.Random) -> MessageEvent:
    return MessageEvent(
        provider_message_id=_message_id(draft.channel, draft.msisdn, rng, inbound=True),
        state="received", at=draft.at + timedelta(seconds=rng.expovariate(1 / 3600)), direction=Direction.INBOUND,
        number_id=draft.channel.number_id, subaccount_code=draft.channel.code, msisdn=draft.msisdn,
        content_type="text", content={"type": "text", "text": rng.choice(_TEXTS)},
    )  # fmt: skip
