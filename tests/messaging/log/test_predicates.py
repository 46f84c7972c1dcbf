"""Conditions on messages that need more than a column."""

from datetime import timedelta

import pytest
from django.db.models import Q

from messaging.log import predicates
from messaging.log.enums import Status
from messaging.log.lifecycle import traffic
from messaging.log.models import Source, TrafficSlot
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching
from tests.traffic import AT, deliver, report

pytestmark = pytest.mark.django_db
NONE = Q(pk__in=[])
QUARTER = timedelta(minutes=15)


def ids_of(account, **filters):
    rows = matching(account, MessageQuery(**filters))
    return "".join(sorted(row.provider_message_id[-1] for row in rows))


def test_a_failure_before_a_delivery_is_no_failed_message(acme):
    report(acme, "failed", provider_message_id="wamid.A", error_source="meta", error_code=131026)
    deliver(acme, provider_message_id="wamid.A")
    report(acme, "failed", provider_message_id="wamid.B", error_source="meta", error_code=131026)
    assert ids_of(acme, status=["undelivered"]) == "B"


@pytest.mark.parametrize(
    ("statuses", "columns"),
    [
        ([Status.EXPIRED], Q(expired_at__isnull=False)),
        ([Status.UNDELIVERED, Status.REJECTED], Q(failed_at__isnull=False) | Q(rejected_at__isnull=False)),
        ([Status.UNDELIVERED, Status.REJECTED, Status.EXPIRED],
         Q(failed_at__isnull=False) | Q(rejected_at__isnull=False) | Q(expired_at__isnull=False)),
    ],
)  # fmt: skip
def test_rare_statuses_name_the_columns_of_their_index(acme, statuses, columns):
    assert predicates.in_status(acme, statuses, MessageQuery()) == Q(status__in=statuses) & columns


@pytest.mark.parametrize("statuses", [[Status.SENT], [Status.QUEUED], [Status.SENT, Status.QUEUED]])
def test_messages_on_the_way_are_searched_from_the_first_slot_that_has_any(acme, statuses):
    within = Q(status__in=statuses)
    assert predicates.in_status(acme, statuses, MessageQuery()) == within & NONE
    report(acme, "queued", provider_message_id="wamid.A")
    report(acme, "sent", provider_message_id="wamid.B", at=AT + QUARTER)
    report(acme, "sent", provider_message_id="wamid.C", at=AT + 3 * QUARTER)
    traffic.fold()
    former = {"slot": AT - QUARTER, "subaccount_id": 0, "phone_number_id": 0, "error_code": 0, "direction": "outbound"}
    TrafficSlot.objects.create(account=acme, **former, free=False, status="queued", n=0)
    TrafficSlot.objects.create(account=acme, **former, free=False, status="sent", n=0)
    first = AT if Status.QUEUED in statuses else AT + QUARTER
    assert predicates.in_status(acme, statuses, MessageQuery()) == within & Q(created_at__gte=first)


NUMBERS = {"A": "919876", "B": "9198761234", "C": "919877", "D": "99999912345", "E": "65123", "F": "651234567"}


@pytest.mark.parametrize(
    ("text", "masked", "found"),
    [
        ("919876", False, "AB"),
        ("91987612", False, "B"),
        ("919876", True, ""),
        ("9198761234", True, ""),
        ("999999", False, "D"),
        ("65123", False, "E"),
        ("nobody", False, ""),
    ],
)
def test_a_number_or_its_first_digits(acme, text, masked, found):
    for name, msisdn in NUMBERS.items():
        report(acme, "sent", provider_message_id=f"wamid.{name}", msisdn=msisdn)
    assert ids_of(acme, msisdn=text, masked_numbers=masked) == found


def test_a_provider_s_id_is_that_message(acme):
    deliver(acme, provider_message_id="wamid.A")
    deliver(acme, provider_message_id="wamid.B")
    assert ids_of(acme, provider_message_id="wamid.A") == "A"
    assert ids_of(acme, provider_message_id="wamid.C") == ""


def test_a_name_stands_for_at_most_500_sources(acme):
    Source.objects.bulk_create(Source(account=acme, category="campaign", name=f"Sale {n}") for n in range(502))
    condition = predicates.by_source(acme, "sale", MessageQuery(source_name="sale"))
    assert len(dict(condition.children)["source__in"]) == 500
