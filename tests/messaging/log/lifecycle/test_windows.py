"""Messages of a provider that reports no pricing type: their windows come from what the log received."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from billing.enums import ContactRole
from billing.models import Contact, UsageFact
from billing.windows import WindowContact, infer_windows, record_window_contacts
from local.demo.world import ACME
from tests.traffic import INDIA, deliver, report

pytestmark = pytest.mark.django_db
EIGHT = ACME.channels[0]
AT = datetime(2026, 9, 15, 8, tzinfo=UTC)
CLICK = {"type": "text", "referral": {"source_type": "ad", "ctwa_clid": "x"}}


def receive(account, at, content=None, channel=EIGHT, **person):
    report(account, "received", at=at, channel=channel, direction="inbound", content=content or {"type": "text"},
           provider_message_id=f"in-{at:%d%H}", **person)  # fmt: skip


def send(account, at, category="utility", name="out", **person):
    return deliver(
        account, provider_message_id=name, at=at, channel=EIGHT, category=category, pricing_type="", **person
    )


def kind(message):
    infer_windows()
    return UsageFact.objects.get(pk=message.message_key).kind


def test_utility_in_the_service_window_was_free_until_october(acme):
    message = send(acme, AT)
    assert (kind(message).open_window, kind(message).free_reason) == ("", "")
    receive(acme, AT - timedelta(hours=20))  # its webhook comes late
    assert (kind(message).open_window, kind(message).free_reason) == ("in_customer_service", "free_customer_service")
    assert kind(message).price_source == "inferred"


def test_all_is_free_for_72_hours_after_the_answer_to_an_advertisement(acme):
    october = AT + timedelta(days=30)
    receive(acme, october, CLICK)
    answer = send(acme, october + timedelta(hours=2), "service", "answer")
    inside = send(acme, october + timedelta(hours=73), "marketing", "inside")
    outside = send(acme, october + timedelta(hours=75), "marketing", "outside")
    assert [kind(each).free_reason for each in (answer, inside, outside)] == ["free_entry_point"] * 2 + [""]
    assert UsageFact.objects.get(pk=answer.message_key).bucket.allowance == 1000  # of which it takes no place


@pytest.mark.parametrize(
    ("inbound", "outbound"),
    [(("", "SG.V1"), ("6591234567", "SG.V1")), (("6591234567", "SG.V1"), ("", "SG.V1")),
     (("6591234567", ""), ("6591234567", "SG.V1"))],
)  # fmt: skip
def test_a_number_and_a_user_id_that_one_webhook_names_are_one_person(acme, inbound, outbound):
    message = send(acme, AT, msisdn=outbound[0], user_id=outbound[1])
    receive(acme, AT - timedelta(hours=1), msisdn=inbound[0], user_id=inbound[1])
    assert kind(message).free_reason == "free_customer_service"


def test_two_contacts_of_one_batch_far_from_each_other_both_count(acme):
    october = AT + timedelta(days=30)
    late = send(acme, october + timedelta(hours=100), "marketing")
    assert kind(late).free_reason == ""
    number = late.phone_number_id
    record_window_contacts([
        WindowContact(UUID(int=hour), acme.pk, number, [INDIA], october + timedelta(hours=hour), ContactRole.ENTRY)
        for hour in (0, 90)
    ])  # fmt: skip
    assert kind(late).free_reason == "free_entry_point"


def test_a_provider_that_reports_types_needs_no_contacts(acme):
    deliver(acme, provider_message_id="m")
    report(acme, "received", direction="inbound", provider_message_id="i", content=CLICK)
    assert not Contact.objects.exists()
