"""Health checks at the providers, whose answers become changes of numbers and WABAs."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from core.locks import session_lock
from messaging.log.assets.health import PROVIDER_HEALTH
from messaging.log.models import Change, PhoneNumber
from messaging.log.services.health import providers_with_health
from messaging.sending.routes import NoRoute, connection
from messaging.sending.senders import sender_of
from providers.health import HealthAnswer, NodeHealth, NoHealthStatus
from providers.registry import VENDORS
from providers.vocabulary import CanSend, Entity, Subject

EVERY = timedelta(minutes=15)
_MAX_CHECKS, _MAX_SECONDS = 50, 15.0  # of one run
_SUBJECTS = {
    Entity.PHONE_NUMBER: Subject.PHONE_NUMBER,
    Entity.APP: Subject.PHONE_NUMBER,  # the token is the number's
    Entity.WABA: Subject.WABA,
    Entity.BUSINESS: Subject.WABA,
}


def check_due_numbers() -> int:
    """Check the numbers that are due, one after the other, in one process at a time. Returns how many."""
    count, until = 0, time.monotonic() + _MAX_SECONDS
    with session_lock("sending.health") as is_locked:
        if not is_locked:
            return 0
        numbers = PhoneNumber.objects.filter(provider__in=providers_with_health(), health_due_at__lte=timezone.now())
        numbers = (
            numbers.exclude(credential_sealed="")
            .select_related("account", "subaccount")
            .order_by("health_due_at", "id")
        )
        for number in numbers[:_MAX_CHECKS]:
            if time.monotonic() > until:
                break
            _check(number)
            count += 1
    return count


def _check(number: PhoneNumber) -> None:
    """Check a number. Without an answer from the provider only the displayed reason changes."""
    answer, now = _answer(number), timezone.now()
    row = PhoneNumber.objects.filter(account=number.account_id, pk=number.pk)
    if isinstance(answer, NoHealthStatus):
        row.update(health_due_at=now + EVERY, health_asked_at=now, health_silence=answer.reason[:255])
        return
    _add_changes(number, answer, now)
    row.update(health_due_at=now + EVERY, health_asked_at=now, health_answered_at=now, health_silence="")


def _answer(number: PhoneNumber) -> HealthAnswer:
    health = VENDORS[number.provider].health
    if health is None:
        return NoHealthStatus("This provider has no health status.")
    try:
        return health(connection(sender_of(number)))
    except (NoRoute, ValueError) as error:  # ValueError: a credential with characters that headers forbid
        return NoHealthStatus(str(error))


def _add_changes(number: PhoneNumber, nodes: Iterable[NodeHealth], now: datetime) -> None:
    """Record what differs from the provider's last answer; before the first answer everything is available."""
    ids = {Subject.PHONE_NUMBER: number.pk, Subject.WABA: number.waba_id}
    of_number = Q(subject=Subject.PHONE_NUMBER, subject_id=number.pk) | Q(
        subject=Subject.WABA, subject_id=number.waba_id
    )
    latest = {
        change.field: change
        for change in Change.objects.filter(of_number, account=number.account_id, field__startswith=PROVIDER_HEALTH)
        .order_by("field", "-at", "-id")
        .distinct("field")
    }
    changes = []
    for node in nodes:
        subject, name = _SUBJECTS.get(node.entity), PROVIDER_HEALTH + node.entity
        if subject is None:
            continue
        last, details = latest.get(name), _details(node)
        old = last.new if last else CanSend.AVAILABLE
        if node.can_send == old and (node.can_send == CanSend.AVAILABLE or (last and last.details == details)):
            continue
        reasons = [*(error.description for error in node.errors), *node.info, ""]
        changes.append(
            Change(
                account_id=number.account_id, subject=subject, subject_id=ids[subject], at=now, field=name, old=old,
                new=node.can_send, reason=reasons[0][:255], details=details,
            )
        )  # fmt: skip
    Change.objects.bulk_create(changes, ignore_conflicts=True)


def _details(node: NodeHealth) -> dict[str, object]:
    return {
        "id": node.id,
        "info": list(node.info),
        "errors": [
            {"code": error.code, "description": error.description, "solution": error.solution} for error in node.errors
        ],
    }
