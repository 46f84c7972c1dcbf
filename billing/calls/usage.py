"""Records the usage of calls."""

from collections.abc import Sequence

from billing.models import CallUsage

_COLUMNS = ("provider", "waba_id", "direction", "country", "ended_at", "pulses", "has_failed")


def record_calls(calls: Sequence[CallUsage]) -> None:
    """Store calls in which somebody talked, as they are known now, in the caller's transaction.

    The caller has locked the calls' rows in the log, so the last statement has the newest state.
    """
    if calls:
        CallUsage.objects.bulk_create(
            calls, update_conflicts=True, unique_fields=["record_key"], update_fields=list(_COLUMNS)
        )
