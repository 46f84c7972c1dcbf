"""Webhooks with an edit or deletion whose original is not in the log yet.

They are applied when the original comes. If it never does, they are deleted like any other webhook, and count nothing.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection

from messaging.inbound.intake import Reading
from messaging.inbound.models import InboxItem
from messaging.log import lifecycle
from messaging.log.models.message_key import message_key
from providers.events import EDIT_STATES

FOREIGN_NOTE = "It edits or deletes a message of another sender, and changes nothing."
NOTE = "It edits or deletes a message that is not in the log yet, and is applied when the message comes."
_IS_AWAITED = "SELECT EXISTS (SELECT FROM inbound_inbox WHERE awaits IS NOT NULL)"
_REQUEUE = """
UPDATE inbound_inbox SET state = 'pending', attempts = 0, due_at = now(), awaits = NULL, outcome = NULL
WHERE awaits IS NOT NULL AND awaits && %s::uuid[]
"""


def note_early_edits(readings: Iterable[Reading], early: Collection[lifecycle.Key]) -> None:
    """Add a note to the webhooks of these edits, and remember which messages they await."""
    for reading in readings if early else ():
        keys = {report.key for report in reading.reports} & set(early)
        if keys:
            reading.parsed.notes.append(NOTE)
            awaited: list[UUID] = sorted(message_key(*key) for key in keys)
            item = reading.item
            InboxItem.objects.filter(received_at=item.received_at, pk=item.id).update(awaits=awaited)


def note_foreign_edits(readings: Iterable[Reading], foreign: Collection[lifecycle.EventReport]) -> None:
    """Add a note to the webhooks of these edits, which were not applied."""
    ids = set(map(id, foreign))
    for reading in readings if ids else ():
        if any(id(report) in ids for report in reading.reports):
            reading.parsed.notes.append(FOREIGN_NOTE)


def requeue_awaiting(readings: Iterable[Reading]) -> None:
    """Requeue the webhooks that await a message of these. Call it after the messages are in the log.

    A worker that holds an edit has the anchor of its original until it commits, so no edit is overlooked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IS_AWAITED)
        if cursor.fetchone()[0]:
            reports = (report for reading in readings for report in reading.reports)
            keys = {report.key for report in reports if report.event.state not in EDIT_STATES}
            cursor.execute(_REQUEUE, [[message_key(*key) for key in keys]])
