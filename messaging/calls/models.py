"""The call log: one row a call."""

from django.db import models
from django.db.models import Case, F, Q, Value, When

from billing.calls.pricing import PULSE
from core.tenancy import LOOSE
from messaging.calls.enums import CallStatus
from messaging.log.models import PhoneNumber
from messaging.records.models import RECORD_INDEXES, Record

_TALKED = Q(seconds__gt=0)
# Only a call that somebody picked up has a duration. Who accepted did not reject.
_STATUSES = (
    (Q(rejected_at__isnull=False, accepted_at__isnull=True) & ~_TALKED, CallStatus.REJECTED),
    (Q(failed_at__isnull=False), CallStatus.FAILED),
    (Q(ended_at__isnull=False) & (_TALKED | Q(accepted_at__isnull=False)), CallStatus.COMPLETED),
    (Q(ended_at__isnull=False), CallStatus.UNANSWERED),
    (Q(accepted_at__isnull=False), CallStatus.ACCEPTED),
    (Q(ringing_at__isnull=False), CallStatus.RINGING),
    (Q(connecting_at__isnull=False), CallStatus.CONNECTING),
)


class Call(Record):
    """One call. Every state keeps its earliest time; the status follows from them in the database itself."""

    call_id = models.CharField(max_length=512, blank=True, help_text="The provider's id; empty after an erasure.")
    phone_number = models.ForeignKey(PhoneNumber, null=True, **LOOSE)
    waba = models.ForeignKey("accounts.Waba", null=True, **LOOSE)
    client_call_id = models.CharField(max_length=512, blank=True, help_text="As the client sent it.")
    connecting_at = models.DateTimeField(null=True)
    ringing_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True, help_text="When somebody picked up.")
    ended_at = models.DateTimeField(null=True)
    seconds = models.IntegerField(null=True, help_text="Empty: not known, or nobody picked up.")
    pulses = models.GeneratedField(
        expression=(F("seconds") + (PULSE - 1)) / PULSE, output_field=models.IntegerField(null=True), db_persist=True
    )
    status = models.GeneratedField(
        expression=Case(
            *(When(condition, then=Value(str(status))) for condition, status in _STATUSES),
            default=Value(str(CallStatus.UNKNOWN)),
        ),
        output_field=models.CharField(max_length=12, choices=CallStatus),
        db_persist=True,
    )

    class Meta:
        db_table = "calls_call"
        indexes = (
            *RECORD_INDEXES,
            models.Index(fields=["account", "phone_number", "created_at", "id"], name="%(class)s_channel"),
        )
