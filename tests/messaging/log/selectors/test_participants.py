"""Messages to groups in the log: their participants, found by number, and what they cost together."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from billing.selectors import CostRow, cost_report
from core.periods import CUSTOM, Period
from messaging.log import lifecycle
from messaging.log.query import MessageQuery
from messaging.log.selectors.log import charges, log_page
from messaging.log.selectors.participants import reach_words
from messaging.log.selectors.traffic import TrafficFilter, traffic
from messaging.log.selectors.usage_report import usage_report
from tests.traffic import AT, INDIA, deliver, rate, send_to_group

pytestmark = pytest.mark.django_db


def find(account, **filters):
    return [row.provider_message_id for row in log_page(account, MessageQuery(**filters), {}).rows]


def test_a_message_to_a_group_is_one_row_with_its_participants(acme):
    send_to_group(acme)
    (row,) = log_page(acme, MessageQuery(), {}).rows
    assert [(one.msisdn, one.status) for one in row.participants] == [
        ("33612340381", "undelivered"), ("6591230381", "delivered"), ("919812340381", "delivered"),
    ]  # fmt: skip
    assert reach_words(row.participants) == "2 of 3 delivered"
    assert reach_words([]) == ""


def test_it_costs_what_its_participants_cost(acme):
    message = send_to_group(acme)
    rate()
    (row,) = log_page(acme, MessageQuery(), {}).rows
    total = charges(acme, [row])[message.umid]
    assert (total.state, total.amount, total.currency) == ("charged", Decimal("0.0174"), "USD")


def test_dashboard_and_usage_count_one_message_and_cost_reports_each_participant(acme):
    send_to_group(acme)
    rate()
    lifecycle.traffic.fold()
    zone, day = ZoneInfo("Asia/Singapore"), {"start": AT.date(), "end": AT.date()}
    sums = traffic(acme, Period(CUSTOM, **day), zone, TrafficFilter()).total
    assert (sums.outbound, sums.by_status) == (1, {"delivered": 1})
    assert usage_report(acme, **day, zone=zone, group_by=[], criteria=TrafficFilter()).total == sums
    assert cost_report(acme, **day, group_by=["country"]).rows == [
        CostRow({"country": "IN"}, "USD", 1, 1, 0, 0, Decimal("0.0014")),
        CostRow({"country": "SG"}, "USD", 1, 1, 0, 0, Decimal("0.016")),
    ]
    assert cost_report(acme, **day, group_by=[]).totals == [CostRow({}, "USD", 2, 2, 0, 0, Decimal("0.0174"))]


@pytest.mark.parametrize("number", ["919812340381", "91981234", "33612340381"])
def test_a_participants_number_finds_the_message(acme, other, number):
    send_to_group(acme)
    send_to_group(other, provider_message_id="wamid.O")
    deliver(acme, provider_message_id="wamid.P", msisdn=INDIA)
    assert find(acme, msisdn=number) == ["wamid.A"]
    assert find(acme, search=number) == ["wamid.A"]


def test_a_masked_role_finds_no_participants_by_number(acme):
    send_to_group(acme)
    assert find(acme, msisdn="919812340381", masked_numbers=True) == []


def test_the_group_is_a_filter(acme):
    send_to_group(acme)
    deliver(acme, provider_message_id="wamid.P")
    assert find(acme, group_id="GRP_z") == ["wamid.A"]
