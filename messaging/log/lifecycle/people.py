"""What a batch of events states about persons: identities that belong together, and names."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from messaging.log.directory import Directory
from messaging.log.lifecycle.participant_reports import unite_linked
from messaging.log.lifecycle.reports import EventReport, Key
from messaging.persons.recording import Announcement, Sighting, record
from providers.events import ContactEvent, MessageEvent
from providers.reading import is_parent_id


class ContactReport(NamedTuple):
    """An event about a person with its origin. `scope` is where user ids are unique."""

    account_id: int
    event: ContactEvent
    at: datetime
    webhook_id: int | None = None
    provider: str = ""
    scope: str = ""

    @property
    def key(self) -> Key:
        """The key of the message that announces it."""
        return self.account_id, self.provider, self.event.provider_message_id


def record_people(reports: Sequence[EventReport], directory: Directory, deleted: Collection[Key]) -> None:
    """Record the persons of events that providers reported; of deleted messages nothing comes back."""
    sightings = [
        _sighting(report.account_id, report.event.at, directory.scope(report.placement.waba_id), report.event)
        for report in _informative(reports)
        if report.key not in deleted
    ]
    if sightings:
        record(sightings)
        _unite_participants(sightings)


def _unite_participants(sightings: Iterable[Sighting]) -> None:
    if links := {(each.account_id, each.msisdn, each.user_id) for each in sightings if each.msisdn and each.user_id}:
        with connection.cursor() as cursor:
            unite_linked(cursor, links)


def _informative(reports: Iterable[EventReport]) -> Iterator[EventReport]:
    """The events with two identities or a name. What a client asked us to send to proves nothing.

    A system message is from an identity that has just ended, which its change says.
    """
    for report in reports:
        event = report.event
        if (
            (event.user_id and (event.msisdn or event.parent_user_id)) or event.username or event.profile_name
        ) and not report.umid and event.content_type != "system":  # fmt: skip
            yield report


def record_contacts(reports: Iterable[ContactReport]) -> None:
    """Record the persons of announcements."""
    sightings: list[Sighting] = []
    announcements: list[Announcement] = []
    for report in reports:
        new = _sighting(report.account_id, report.at, report.scope, report.event)
        if (before := report.event.previous) is None:
            sightings.append(new)
        else:
            ids = (before.msisdn, before.user_id, before.parent_user_id)
            announcements.append(Announcement(Sighting(report.account_id, report.at, report.scope, *ids), new))
    if sightings or announcements:
        record(sightings, announcements)
        _unite_participants([*sightings, *(each.new for each in announcements)])


def _sighting(account_id: int, at: datetime, scope: str, event: MessageEvent | ContactEvent) -> Sighting:
    is_parent = is_parent_id(event.user_id)
    return Sighting(
        account_id, at, scope, event.msisdn, "" if is_parent else event.user_id,
        event.parent_user_id or (event.user_id if is_parent else ""), event.username, event.profile_name,
    )  # fmt: skip
