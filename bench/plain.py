"""The plain way to process a webhook, as a baseline: ordinary tables, one transaction and one save an event.

It does the same work: find the number, find or create the message, set the status, store the event and the usage fact.
"""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction

from core.calling_codes import country_of
from messaging.log.models import PhoneNumber


class PlainMessage(models.Model):
    account_id = models.BigIntegerField()
    provider_message_id = models.CharField(max_length=512, unique=True)
    phone_number_id = models.BigIntegerField()
    msisdn = models.CharField(max_length=20, db_index=True)
    country = models.CharField(max_length=2)
    category = models.CharField(max_length=32, blank=True)
    status = models.CharField(max_length=12)
    created_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "bench"


class PlainEvent(models.Model):
    message = models.ForeignKey(PlainMessage, on_delete=models.CASCADE)
    state = models.CharField(max_length=24)
    at = models.DateTimeField()

    class Meta:
        app_label = "bench"


class PlainFact(models.Model):
    message = models.OneToOneField(PlainMessage, on_delete=models.CASCADE)
    category = models.CharField(max_length=32)
    country = models.CharField(max_length=2)
    billed_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "bench"


def make_tables() -> None:
    """Create the three tables."""
    with connection.schema_editor() as editor:
        for model in (PlainMessage, PlainEvent, PlainFact):
            editor.create_model(model)


def per_second(account_id: int, bodies: Sequence[bytes]) -> float:
    """Process the bodies and return the events a second."""
    start = time.perf_counter()
    for body in bodies:
        work(account_id, body)
    return len(bodies) / (time.perf_counter() - start)


@transaction.atomic
def work(account_id: int, body: bytes) -> None:
    """Apply the one status of a body."""
    value: dict[str, Any] = json.loads(body)["entry"][0]["changes"][0]["value"]
    status = value["statuses"][0]
    at = datetime.fromtimestamp(int(status["timestamp"]), UTC)
    number = PhoneNumber.objects.get(account=account_id, provider_number_id=value["metadata"]["phone_number_id"])
    message, _ = PlainMessage._default_manager.get_or_create(
        provider_message_id=status["id"],
        defaults={"account_id": account_id, "created_at": at, "phone_number_id": number.pk,
                  "msisdn": status["recipient_id"], "country": country_of(status["recipient_id"])},
    )  # fmt: skip
    setattr(message, f"{status['status']}_at", at)
    message.status = status["status"]
    message.category = status.get("pricing", {}).get("category", message.category)
    message.save()
    PlainEvent._default_manager.create(message=message, state=status["status"], at=at)
    if status["status"] in {"delivered", "read"}:
        PlainFact._default_manager.get_or_create(
            message=message,
            defaults={"category": message.category, "country": message.country, "billed_at": at},
        )
