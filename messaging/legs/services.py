"""Writes of the log of other channels."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.calling_codes import country_of
from events.outbox import emit, endpoint_times
from messaging.legs.columns import COLUMNS
from messaging.legs.event_types import LEG_RECEIVED, LEG_STATUS
from messaging.legs.models import STATES, Leg
from messaging.log.lifecycle.provider_ids import referenced_umid
from messaging.log.models import DeletedMessage
from messaging.log.models.message_key import message_key
from messaging.records.erasure import erase_records, erased_keys
from messaging.records.merge import RecordReport, merge, record_key
from providers.events import LegEvent
from providers.vocabulary import Direction, OtherChannel

_SLOW, _FORGOTTEN = timedelta(minutes=5), timedelta(days=40)
_TYPES = {Direction.OUTBOUND: LEG_STATUS.name, Direction.INBOUND: LEG_RECEIVED.name}


@transaction.atomic
def apply_legs(reports: Sequence[RecordReport]) -> list[RecordReport]:
    """Merge events into the legs, and tell the accounts' endpoints.

    Applying the same events again, or in another order, ends in the same rows. Returns the reports about erased legs.
    Needs every tenant's scope.
    """
    events = [(report, report.event) for report in reports if isinstance(report.event, LegEvent)]
    if not events:
        return []
    late = _new_of_erased(events)
    merge(Leg, COLUMNS, [_row(report, event) for report, event in events])
    erase_records(Leg, COLUMNS, late)
    times = endpoint_times({report.account_id for report, _ in events}, _TYPES.values())
    # An endpoint gets events from its creation on, not those of a replay; providers' clocks may be slow.
    oldest = timezone.now() - _FORGOTTEN
    begins = {account_id: max(at - _SLOW, oldest) for account_id, at in times.items()}
    _emit([
        (report, event)
        for report, event in events
        if report.account_id in begins and event.message.at >= begins[report.account_id]
    ])  # fmt: skip
    erased = erased_keys(Leg, {_key(report, event) for report, event in events})
    return [report for report, event in events if _key(report, event) in erased]


def _new_of_erased(events: Sequence[tuple[RecordReport, LegEvent]]) -> set[UUID]:
    """The keys of legs that are new, of messages that were deleted, or erased on another channel."""
    ids = {
        _key(report, event): (report.account_id, report.provider, event.message.provider_message_id)
        for report, event in events
    }
    new = ids.keys() - set(Leg.objects.filter(record_key__in=ids).values_list("record_key", flat=True))
    messages = {key: message_key(*ids[key]) for key in new}
    legs = {key: _keys_on_channels(*ids[key]) for key in new}
    deleted = set(
        DeletedMessage.objects.filter(message_key__in=messages.values()).values_list("message_key", flat=True)
    )
    erased = erased_keys(Leg, set().union(*legs.values()))
    return {key for key in new if messages[key] in deleted or legs[key] & erased}


def _keys_on_channels(account_id: int, provider: str, umid: str) -> set[UUID]:
    return {record_key(account_id, provider, channel, umid) for channel in OtherChannel.values}


def _row(report: RecordReport, event: LegEvent) -> dict[str, Any]:
    message = event.message
    has_error = bool(message.error_source)
    return {
        "record_key": _key(report, event), "account_id": report.account_id, "provider": report.provider,
        "created_at": message.at, "direction": str(message.direction),
        "subaccount_id": report.placement.subaccount_id,
        "msisdn": message.msisdn, "user_id": message.user_id,
        "country": country_of(message.msisdn),
        "error_at": message.at if has_error else None, "error_source": message.error_source,
        "error_code": message.error_code, "error_title": message.error_title,
        "channel": event.channel, "umid": message.provider_message_id, "business_address": event.business_address,
        "content_type": message.content_type, "content": message.content,
        "client_message_id": "" if referenced_umid(message.client_message_id) else message.client_message_id,
        **{f"{state}_at": message.at if message.state == state else None for state in STATES},
        "detail_at": message.at if message.detail else None, "status_detail": message.detail,
        "price_at": message.at if event.price is not None else None, "price": event.price, "currency": event.currency,
        "segments": event.segments,
    }  # fmt: skip


def _key(report: RecordReport, event: LegEvent) -> UUID:
    return record_key(report.account_id, report.provider, event.channel, event.message.provider_message_id)


def _emit(events: Sequence[tuple[RecordReport, LegEvent]]) -> None:
    """Emit the events of states that clients know, except for erased legs."""
    keys = {_key(report, event) for report, event in events}
    ids = {
        key: pk for pk, key in Leg.objects.filter(record_key__in=keys, erased_at=None).values_list("pk", "record_key")
    }
    for report, event in events:
        message = event.message
        if message.state in STATES and (subject_id := ids.get(_key(report, event))):
            payload = {
                "state": message.state, "detail": message.detail, "error_code": message.error_code,
                "error_title": message.error_title,
            }  # fmt: skip
            emit(
                _TYPES[message.direction], account_id=report.account_id, subject_id=subject_id, at=message.at,
                payload=payload, subaccount_id=report.placement.subaccount_id,
                key=f"{message.state}/{message.detail}/{message.error_code or 0}",
            )  # fmt: skip


def empty_contents(account_id: int, before: datetime) -> int:
    """Remove the texts of a batch of older legs; 0 if none are left."""
    rows = Leg.objects.filter(account=account_id, created_at__lt=before, content__isnull=False)
    ids = list(rows.order_by("created_at", "id").values_list("pk", flat=True)[:5_000])
    return Leg.objects.filter(account=account_id, pk__in=ids).update(content=None) if ids else 0
