"""Writes of the call log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from billing.calls.usage import record_calls
from billing.enums import ContactRole
from billing.models import CallUsage
from billing.windows import WindowContact, record_window_contacts
from core.calling_codes import country_of
from messaging.calls.columns import COLUMNS, STATES
from messaging.calls.models import Call
from messaging.records.erasure import erased_keys
from messaging.records.merge import RecordReport, merge, record_key
from providers.events import CallEvent
from providers.registry import UNTYPED
from providers.vocabulary import Direction


@transaction.atomic
def apply_calls(reports: Sequence[RecordReport]) -> list[RecordReport]:
    """Merge events into the calls, and record the usage of those in which somebody talked, and what opens windows.

    Applying the same events again, or in another order, ends in the same rows. Returns the reports about erased calls.
    Needs every tenant's scope.
    """
    rows = {id(report): _row(report, report.event) for report in reports if isinstance(report.event, CallEvent)}
    if not rows:
        return []
    ids = merge(Call, COLUMNS, list(rows.values()))
    if ids:
        talked = Call.objects.filter(pk__in=ids, ended_at__isnull=False, seconds__gt=0)
        record_calls([_usage(call) for call in talked.order_by("record_key")])
        untyped = Call.objects.filter(pk__in=ids, provider__in=UNTYPED, phone_number__isnull=False, erased_at=None)
        record_window_contacts([contact for call in untyped.order_by("record_key") if (contact := _contact(call))])
    erased = erased_keys(Call, [row["record_key"] for row in rows.values()])
    return [report for report in reports if id(report) in rows and rows[id(report)]["record_key"] in erased]


def _row(report: RecordReport, event: CallEvent) -> dict[str, Any]:
    account_id, provider, placement = report.account_id, report.provider, report.placement
    has_error = bool(event.error_source)
    times: dict[str, datetime | None] = {f"{state}_at": event.at if event.state == state else None for state in STATES}
    return {
        "record_key": record_key(account_id, provider, event.call_id),
        "account_id": account_id, "provider": provider,
        "created_at": min(event.at, event.started_at or event.at),
        "direction": str(event.direction or ""),
        "subaccount_id": placement.subaccount_id, "phone_number_id": placement.phone_number_id,
        "waba_id": placement.waba_id,
        "msisdn": event.msisdn, "user_id": event.user_id, "country": country_of(event.msisdn, event.user_id),
        "error_at": event.at if has_error else None, "error_source": event.error_source,
        "error_code": event.error_code, "error_title": event.error_title,
        "call_id": event.call_id, "client_call_id": event.client_call_id, **times,
        "started_at": event.started_at, "ended_at": event.ended_at, "seconds": event.seconds,
    }  # fmt: skip


def _contact(call: Call) -> WindowContact | None:
    """The opening of the customer service window: by a person's call, or by the person who accepts one."""
    opened_at = call.created_at if call.direction == Direction.INBOUND else call.accepted_at
    identities = [identity for identity in (call.msisdn, call.user_id) if identity]
    if not (opened_at and identities and call.direction and call.phone_number_id):
        return None
    return WindowContact(
        call.record_key, call.account_id, call.phone_number_id, identities, opened_at, ContactRole.MESSAGE
    )


def _usage(call: Call) -> CallUsage:
    assert call.ended_at is not None  # as the query requires
    return CallUsage(
        record_key=call.record_key, account_id=call.account_id, provider=call.provider, waba_id=call.waba_id,
        direction=call.direction, country=call.country, ended_at=call.ended_at, pulses=call.pulses,
        has_failed=call.failed_at is not None,
    )  # fmt: skip
