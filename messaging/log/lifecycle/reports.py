"""Events with their origin, and their rows in event_batch."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

import orjson

from core.calling_codes import country_of
from messaging.log.directory import Directory, Placement, TemplateRef
from messaging.log.enums import CategoryRank
from messaging.log.lifecycle.columns import DELIVERY_STATES, EVENT_COLUMNS
from messaging.log.lifecycle.provider_ids import Binding, referenced_umid
from messaging.log.models.channel import template_language
from messaging.log.models.message_key import key_digits
from providers.events import EDIT_STATES, MessageEvent
from providers.registry import VENDORS
from providers.vocabulary import HISTORY, Direction

Key = tuple[int, str, str]
"""The key of a message: account, provider, the provider's message id."""


class EventReport(NamedTuple):
    """An event with its origin: account, provider, and the inbox row of its webhook."""

    account_id: int
    provider: str
    event: MessageEvent
    placement: Placement
    webhook_id: int | None = None
    received_at: datetime | None = None
    umid: str = ""  # of a message of the gateway

    @property
    def key(self) -> Key:
        """The key of its message."""
        return self.account_id, self.provider, self.event.provider_message_id


class ResolvedEvent(NamedTuple):
    """The values that the log stores of an event. Declarations of columns refer to its attributes."""

    report: EventReport
    event: MessageEvent
    placement: Placement
    message_key: str
    umid: str
    direction: str | None  # of an edit None: its original has one
    msisdn: str  # of its person: not of who edits a message, and not of a participant of a group's message
    user_id: str
    country: str
    category_rank: int
    category: str
    template_id: int | None
    template_name: str  # of one that is not registered
    template_language: str
    client_message_id: str
    content: str | None


event_row: Callable[[ResolvedEvent], tuple[object, ...]] = attrgetter(*(column.value for column in EVENT_COLUMNS))
"""The values of `EVENT_COLUMNS` of an event."""


def bindings(reports: Sequence[EventReport]) -> list[Binding]:
    """The bindings of messages whose webhooks repeat our reference."""
    pairs = {
        Binding(report.account_id, report.provider, umid, report.event.provider_message_id)
        for report in reports
        if (umid := referenced_umid(report.event.client_message_id))
    }
    return sorted(pairs)


def resolve(report: EventReport, directory: Directory) -> ResolvedEvent:
    """The values that the log stores of a report."""
    event, placement = report.event, report.placement
    template = directory.template(report.account_id, placement, event)
    category, rank = _category(event, template)
    key = key_digits(report.account_id, report.provider, event.provider_message_id)
    is_edit = event.state in EDIT_STATES
    name, language = ("", "") if template else (event.template_name, template_language(event.template_language))
    is_impersonal = is_edit or (event.group_id and event.direction == Direction.OUTBOUND)
    msisdn, user_id = ("", "") if is_impersonal else (event.msisdn, event.user_id)
    return ResolvedEvent(
        report, event, placement, key, _umid(report, key), None if is_edit else str(event.direction),
        msisdn, user_id, country_of(msisdn, user_id), int(rank), category, template.id if template else None,
        name, language if name else "",
        _client_message_id(event), orjson.dumps(event.content).decode() if event.content is not None else None,
    )  # fmt: skip


def _client_message_id(event: MessageEvent) -> str:
    return "" if referenced_umid(event.client_message_id) else event.client_message_id


def _category(event: MessageEvent, template: TemplateRef | None) -> tuple[str, CategoryRank]:
    """The category that the event reports, and how well it is known.

    A type that says more than "regular" (free, or not per message) counts without a category too.
    """
    assumed = event.template_category or (template.category if template else "")
    if event.category or event.pricing_type not in {"", "regular"}:
        # What was imported is never charged, whatever a later status reports.
        is_proven = event.state in DELIVERY_STATES or event.pricing_type == HISTORY
        return event.category or assumed, CategoryRank.PROVEN if is_proven else CategoryRank.REPORTED
    return assumed, CategoryRank.ASSUMED if assumed else CategoryRank.NONE


def _umid(report: EventReport, key: str) -> str:
    """Our UMID if we sent the message; the provider's if its ids are UMIDs; else the message key."""
    if report.umid:
        return report.umid
    umid_of = VENDORS[report.provider].umid
    return (umid_of and umid_of(report.event.provider_message_id)) or key
