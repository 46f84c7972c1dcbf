"""The life of a message: the only place where a message's status changes.

A batch of events is applied set-based in one transaction. Every rule is a join-semilattice (least time of each
state, least of an ordered tuple), so any order, duplication or batching of the same events ends in the same row:

* each state keeps its earliest time; the shown status follows from the times (`STATUS_ORDER`, in the database);
* the category is the best-proven one: said with the proof of delivery, else said before, else the template's;
* an error stays visible when a delivery follows; of several the least code is shown, the history has them all;
* what nobody said stays empty until an event says it; should two disagree, the greater text stands.

The statements in order: events are copied into a temporary table, reduced to one change per message, anchored (which
also locks the messages in one order, so that two workers never deadlock), inserted or merged; what changed is then
counted for the dashboard and handed to billing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from django.db import connection, transaction

from billing.services import Usage, record_usage
from core import partitions
from core.calling_codes import country_of
from messaging.log.directory import Directory, KnownTemplate, Place
from messaging.log.enums import CategoryRank
from messaging.log.lifecycle.events import emit_statuses
from messaging.log.lifecycle.provider_ids import Binding, learn_provider_ids, referred
from messaging.log.lifecycle.sql import CREATE_TABLES, EVENT_COLUMNS, SELECT_DELETED, SELECT_USAGE, STATEMENTS
from messaging.log.lifecycle.usage import key_digits
from providers.events import MessageEvent
from providers.registry import VENDORS

Key = tuple[int, str, str]
"""What makes a message unique: account, provider, the provider's id of it."""

_TABLES = ("log_message", "log_statusevent", "log_payload")
_PROVEN = {"delivered", "read"}


class Report(NamedTuple):
    """An event with where it came from: account, provider, and the inbox row that holds the webhook."""

    account_id: int
    provider: str
    event: MessageEvent
    place: Place
    webhook_id: int | None = None
    received_at: datetime | None = None
    umid: str = ""  # of a message that we were asked to send


def apply(reports: Sequence[Report], directory: Directory) -> set[Key]:
    """Apply events to the log in one transaction, and tell billing about deliveries.

    Effects: anchors, messages, status events, payloads, traffic deltas, events, usage facts; of deleted
    messages only what counts. Applying the same events again changes nothing. Returns the keys of the deleted messages
    among them. Raises what the database raises, and then nothing of the batch is applied.
    """
    if not reports:
        return set()
    make_room(reports)
    with transaction.atomic(), connection.cursor() as cursor:
        learn_provider_ids(_named(reports))
        cursor.execute(CREATE_TABLES)
        with cursor.copy(f"COPY event_batch ({', '.join(EVENT_COLUMNS)}) FROM STDIN") as copy:
            for row in _rows(reports, directory):
                copy.write_row(row)
        for statement in STATEMENTS:
            cursor.execute(statement)
        emit_statuses(cursor)
        cursor.execute(SELECT_USAGE)
        record_usage([Usage(*row) for row in cursor.fetchall()])
        cursor.execute(SELECT_DELETED)
        return set(cursor.fetchall())


def _named(reports: Sequence[Report]) -> list[Binding]:
    """The messages that webhooks name by a reference of ours."""
    named = {
        Binding(report.account_id, report.provider, umid, report.event.provider_message_id)
        for report in reports
        if (umid := referred(report.event.client_message_id))
    }
    return sorted(named)


def make_room(reports: Sequence[Report]) -> None:
    """Create the partitions these events need. Before a transaction of one's own: inside it, creating locks the log."""
    months = {partitions.month_of(report.event.at) for report in reports}
    for table in _TABLES:
        partitions.ensure(table, months)


def _rows(reports: Sequence[Report], directory: Directory) -> Iterator[tuple[object, ...]]:
    for report in reports:
        event, place = report.event, report.place
        template = directory.template(report.account_id, place, event)
        category, rank = _category(event, template)
        key = key_digits(report.account_id, report.provider, event.provider_message_id)
        yield (
            report.account_id, report.provider, event.provider_message_id, key, _umid(report, key),
            str(event.direction), event.state, event.at, place.subaccount_id, place.phone_number_id, place.waba_id,
            event.msisdn, event.user_id, country_of(event.msisdn, event.user_id), event.content_type, int(rank),
            category, event.pricing_type, template.id if template else None, _said_by_client(event), event.detail,
            event.error_source, event.error_code, event.error_title, event.provider_error_code, report.webhook_id,
            report.received_at, orjson.dumps(event.content).decode() if event.content is not None else None,
        )  # fmt: skip


def _said_by_client(event: MessageEvent) -> str:
    return "" if referred(event.client_message_id) else event.client_message_id


def _category(event: MessageEvent, template: KnownTemplate | None) -> tuple[str, int]:
    if event.category:
        return event.category, CategoryRank.PROVEN if event.state in _PROVEN else CategoryRank.SAID
    return (template.category, CategoryRank.ASSUMED) if template else ("", CategoryRank.NONE)


def _umid(report: Report, key: str) -> str:
    """Ours where we sent it; the provider's own where its id is one; else the message key."""
    if report.umid:
        return report.umid
    own = VENDORS[report.provider].umid
    return (own and own(report.event.provider_message_id)) or key
