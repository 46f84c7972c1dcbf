"""Parses stored webhooks into events, and finds the account of each event."""

from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import structlog

from core.strict_json import Unparsable
from messaging.inbound.enums import ReasonKind
from messaging.inbound.models import WebhookEndpoint
from messaging.log import lifecycle
from messaging.log.assets import history
from messaging.log.directory import Directory, Unregistered
from messaging.log.lifecycle.columns import DELIVERY_STATES
from messaging.log.lifecycle.people import ContactReport
from messaging.records.merge import RecordReport
from providers.events import CallEvent, ChangeEvent, Event, LegEvent, MessageEvent, Parsed
from providers.registry import parse

T = TypeVar("T")
log = structlog.get_logger("tollgate.inbox")

FUTURE = timedelta(days=366)  # a provider's clock may be wrong by days, not by a year
AHEAD = timedelta(hours=1)  # what is charged belongs to a day, a price and a tier


class ClaimedItem(NamedTuple):
    """An inbox row that this worker has claimed until its lease ends."""

    received_at: datetime
    id: int
    account_id: int
    endpoint_id: int
    provider: str
    body: bytes
    attempts: int


class Result(NamedTuple):
    """The reasons of a row in lines, and the rest of its outcome: see `InboxItem.outcome`."""

    reason: str = ""
    outcome: dict[str, Any] | None = None

    @classmethod
    def of(cls, lines: Iterable[tuple[ReasonKind, str]], held: int, applied: dict[str, int] | None = None) -> "Result":
        """The result of (kind, text); repeated texts count once, and a text is one line. Empty without any."""
        kinds = {" ".join(text.split()): kind for kind, text in lines}
        if not kinds:
            return cls()
        outcome = {"kinds": [str(kind) for kind in kinds.values()], "held": held, "applied": applied or {}}
        return cls("\n".join(kinds), outcome)


_CLEAN = Result()


def _registration(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}: register it, and the webhook is applied."


@dataclass(slots=True)
class Reading:
    """A parsed row: events to apply, missing registrations, problems of parts, and reasons of other kinds."""

    item: ClaimedItem
    parsed: Parsed = field(default_factory=Parsed)
    reports: list[lifecycle.EventReport] = field(default_factory=list)
    announcements: list[history.Announcement] = field(default_factory=list)
    contacts: list[ContactReport] = field(default_factory=list)
    records: list[RecordReport] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    others: list[tuple[ReasonKind, str]] = field(default_factory=list)

    @property
    def is_quarantined(self) -> bool:
        """Whether a part cannot be used, which no registration will change."""
        return bool(self.problems or self.others)

    @property
    def result(self) -> "Result":
        """The outcome, to store with the row."""
        notes = self.parsed.notes
        if not (self.missing or self.is_quarantined or notes):
            return _CLEAN
        held = [
            *((ReasonKind.UNREGISTERED, _registration(text)) for text in self.missing),
            *self.others,
            *((ReasonKind.PART, text) for text in self.problems),
        ]
        applied: dict[str, Sized] = {
            "messages": self.reports,
            "changes": self.announcements,
            "contacts": self.contacts,
            "records": self.records,
        }
        return Result.of(
            [*held, *((ReasonKind.NOTE, text) for text in notes)], len(held),
            {kind: len(parts) for kind, parts in applied.items() if parts},
        )  # fmt: skip


class Intake:
    """Reads a batch of rows for the accounts that their endpoints serve. Needs every tenant's scope."""

    def __init__(self, claimed: Sequence[ClaimedItem]) -> None:
        self._accounts = _accounts_of({item.endpoint_id for item in claimed})
        self.directory = Directory({account for accounts in self._accounts.values() for account in accounts})

    def read(self, item: ClaimedItem) -> Reading:
        """Parse a body and find the accounts of its events. Never raises: errors become problems of the reading."""
        reading = Reading(item)
        try:
            parsed = parse(item.provider, item.body)
        except Unparsable as error:
            reading.others.append((ReasonKind.UNREADABLE, str(error)))
            return reading
        except Exception as error:  # a parser's bug must cost one row, not the worker
            log.exception("parser_failed", inbox=item.id)
            reading.others.append((ReasonKind.FAILED, f"The parser failed: {error!r}."))
            return reading
        reading.parsed = parsed
        reading.problems += parsed.problems
        reading.others += [(ReasonKind.UNKNOWN, text) for text in parsed.unknown]
        reading.others += [(ReasonKind.REPORTED, text) for text in parsed.errors]
        for event in parsed.events:
            self._add(reading, event)
        return reading

    def _add(self, reading: Reading, event: Event) -> None:
        item = reading.item
        at = (event.message.at if isinstance(event, LegEvent) else event.at) or item.received_at
        if at > item.received_at + FUTURE:
            reading.problems.append(f"An event is dated {at:%Y-%m-%d %H:%M} UTC, in the future.")
            return
        if problem := _ahead(event, item.received_at):
            reading.problems.append(problem)
            return
        directory = self.directory
        try:
            if isinstance(event, MessageEvent):
                account_id, placement = self._resolve(
                    item, lambda account: directory.placement(account, item.provider, event)
                )
                if at < directory.begins_at(account_id):
                    return  # retention has deleted that period
                report = lifecycle.EventReport(account_id, item.provider, event, placement, item.id, item.received_at)
                reading.reports.append(report)
            elif isinstance(event, CallEvent | LegEvent):
                self._add_record(reading, event, at)
            elif isinstance(event, ChangeEvent):
                account_id, subject = self._resolve(
                    item, lambda account: directory.subject(account, item.provider, event)
                )
                subject_id = subject or history.create_template(account_id, event, directory)
                reading.announcements.append(history.Announcement(account_id, event, at, subject_id, item.id))
            else:
                account_id, scope = self._resolve(item, lambda account: directory.owner(account, item.provider, event))
                reading.contacts.append(ContactReport(account_id, event, at, item.id, item.provider, scope))
        except Unregistered as error:
            reading.missing.append(str(error))
        except Ambiguous as error:
            reading.others.append((ReasonKind.AMBIGUOUS, str(error)))

    def _add_record(self, reading: Reading, event: CallEvent | LegEvent, at: datetime) -> None:
        item, directory = reading.item, self.directory
        named = event.message if isinstance(event, LegEvent) else event
        account_id, placement = self._resolve(item, lambda account: directory.placement(account, item.provider, named))
        if at >= directory.begins_at(account_id):  # else retention has deleted that period
            reading.records.append(RecordReport(account_id, item.provider, event, placement, item.id, item.received_at))

    def _resolve(self, item: ClaimedItem, find: Callable[[int], T]) -> tuple[int, T]:
        """The one account of the endpoint for which `find` succeeds.

        Raises Unregistered when there is none and Ambiguous when there are several: never guess an account.
        """
        matches: dict[int, T] = {}
        unregistered = Unregistered("nothing is registered")
        for account_id in self._accounts.get(item.endpoint_id) or (item.account_id,):
            try:
                matches[account_id] = find(account_id)
            except Unregistered as error:
                unregistered = error
        if not matches:
            raise unregistered
        if len(matches) > 1:
            raise Ambiguous("Several accounts of this endpoint have registered the same number or WABA: keep one.")
        return next(iter(matches.items()))


def _ahead(event: Event, received_at: datetime) -> str:
    """Why something that may be charged is not used, because of its time; empty if it is."""
    latest = received_at + AHEAD
    if isinstance(event, MessageEvent):
        if event.at <= latest or event.state not in DELIVERY_STATES:
            return ""
        what, at = f"delivery of {event.provider_message_id!r}", event.at
    elif isinstance(event, CallEvent):
        at = max((time for time in (event.at, event.started_at, event.ended_at) if time), default=received_at)
        what = f"call {event.call_id[:80]!r}"
    else:
        return ""
    if at <= latest:
        return ""
    return (
        f"The {what} is dated {at:%Y-%m-%d %H:%M} UTC, over an hour after its webhook arrived at "
        f"{received_at:%Y-%m-%d %H:%M} UTC. A webhook with the right time counts."
    )


class Ambiguous(LookupError):
    """Several accounts of one endpoint have registered the same number."""


def _accounts_of(endpoint_ids: set[int]) -> dict[int, tuple[int, ...]]:
    """The accounts that each endpoint serves: its own, and those that share its app."""
    served: dict[int, list[int]] = {}
    rows = WebhookEndpoint.objects.filter(pk__in=endpoint_ids).values_list("pk", "account_id", "shared_with")
    for endpoint_id, owner, other in rows:
        accounts = served.setdefault(endpoint_id, [owner])
        if other and other not in accounts:  # null for an endpoint that serves only its own account
            accounts.append(other)
    return {endpoint_id: tuple(accounts) for endpoint_id, accounts in served.items()}
