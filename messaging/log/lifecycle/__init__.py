"""The life of a message: only this package changes the status of messages.

A batch of events is applied set-based in one transaction. Every rule is a join-semilattice (least time of each
state, least of an ordered tuple), so any order, duplication or batching of the same events ends in the same row:

* each state keeps its earliest time; the status follows from the times (`STATUS_ORDER`, in the database);
* the category is the best-proven one: reported with the delivery, else reported before, else the template's; of several
  the one of the earliest status;
* an error stays visible when a delivery follows; the message has the least of several codes, the history all;
* a column that no event reports is empty; if two events disagree, the greater text wins;
* edits and deletions by the sender are history and content of their original, and never make a message.

columns.py declares how each column merges, and the statements are made from its list. In order: events are copied into
a temporary table, reduced to one change per message, anchored (which also locks the messages in one order, so that
two workers never deadlock), inserted or merged; then the changes are counted and recorded for billing.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from core import partitions
from messaging.log.directory import Directory
from messaging.log.lifecycle.edits import accept_edits
from messaging.log.lifecycle.effects import record_effects
from messaging.log.lifecycle.events import emit_statuses
from messaging.log.lifecycle.participant_reports import apply_participants, erased_reports
from messaging.log.lifecycle.people import record_people
from messaging.log.lifecycle.provider_ids import learn_provider_ids
from messaging.log.lifecycle.reports import EventReport, Key, ResolvedEvent, bindings, event_row, resolve
from messaging.log.lifecycle.sql.statements import FIND_MESSAGES, MERGE_EVENTS, SELECT_DELETED
from messaging.log.lifecycle.sql.tables import COPY_EVENTS, CREATE_TABLES
from messaging.log.lifecycle.stops import record_stops

__all__ = ("BatchResult", "EventReport", "Key", "apply", "ensure_partitions")


class BatchResult(NamedTuple):
    """What of a batch was not applied, or not all of it."""

    deleted: set[Key]
    """The keys of deleted messages."""
    early: set[Key]
    """The keys of messages that it edits and that are not in the log yet."""
    erased: list[EventReport]
    """The reports about erased participants."""
    foreign: list[EventReport]
    """The edits and deletions by another sender than the original's."""


_TABLES = ("log_message", "log_statusevent", "log_payload")


def apply(reports: Sequence[EventReport], directory: Directory) -> BatchResult:
    """Apply events to the log in one transaction, and record deliveries for billing.

    Effects: anchors, messages, status events, payloads, traffic deltas, events, usage facts, persons, stops; for
    deleted messages only their rows in log_deleted. Applying the same events again changes nothing.
    An edit whose original is not in the log, or by another sender, is not applied. After a database error
    nothing of the batch is applied.
    """
    if not reports:
        return BatchResult(set(), set(), [], [])
    ensure_partitions(reports)
    with transaction.atomic(), connection.cursor() as cursor:
        learn_provider_ids(bindings(reports))
        cursor.execute(CREATE_TABLES)
        to_groups = [report for report in reports if report.event.group_id]
        erased = erased_reports(cursor, to_groups) if to_groups else []
        events = _without_texts([resolve(report, directory) for report in reports], erased)
        resolved, early = accept_edits(cursor, events, partial(_load, cursor))
        for statement in MERGE_EVENTS:
            cursor.execute(statement)
        emit_statuses(cursor)
        record_effects(cursor)
        if groups := [each for each in resolved if each.event.group_id]:
            apply_participants(cursor, groups)
        cursor.execute(SELECT_DELETED)
        deleted = set(cursor.fetchall())
        foreign = _without(reports, [event.report for event in resolved]) if len(resolved) < len(events) else []
        others = _without(reports, [*erased, *foreign]) if erased or foreign else reports
        record_people(others, directory, deleted | early)
        # Results of the gateway can be our own refusals: settlement records those that a provider reports.
        record_stops((report for report in others if not report.umid), deleted | early)
        return BatchResult(deleted, early, erased, foreign)


def _load(cursor: CursorWrapper, events: Sequence[ResolvedEvent]) -> None:
    """Copy events into the temporary tables, reduce them, and find and lock their messages."""
    with cursor.copy(COPY_EVENTS) as copy:
        for event in events:
            copy.write_row(event_row(event))
    for statement in FIND_MESSAGES:
        cursor.execute(statement)


def _without_texts(events: list[ResolvedEvent], erased: Sequence[EventReport]) -> list[ResolvedEvent]:
    """The events without the provider's texts about these reports' persons."""
    if not erased:
        return events
    ids = set(map(id, erased))
    return [
        event._replace(event=replace(event.event, error_title="")) if id(event.report) in ids else event
        for event in events
    ]


def _without(reports: Sequence[EventReport], removed: Sequence[EventReport]) -> list[EventReport]:
    """The reports that are not among the removed ones, as objects."""
    ids = set(map(id, removed))
    return [report for report in reports if id(report) not in ids]


def ensure_partitions(reports: Sequence[EventReport]) -> None:
    """Create the partitions that these events need. Call it before a transaction: inside one, it would lock the log."""
    months = {partitions.month_of(report.event.at) for report in reports}
    for table in _TABLES:
        partitions.ensure(table, months)
