"""REST of the usage report: groups, filters and refusals."""

from datetime import timedelta

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from local.demo.world import ACME
from messaging.log.lifecycle import traffic
from tests.people import principal
from tests.traffic import AT, deliver, report

pytestmark = pytest.mark.django_db
URL = "/api/v1/reports/usage/"
DAYS = {"from": "2026-10-15", "to": "2026-10-16"}
NONE = dict.fromkeys(
    ("outbound", "queued", "sent", "delivered", "read", "undelivered", "rejected", "expired", "received"), 0
)


@pytest.fixture
def ask(acme, client):
    def ask(subaccounts=(), **query):
        key, text = create_api_key(by=principal(acme), name="Test", scopes=[Permission.VIEW_DASHBOARD])
        key.subaccounts.set(Subaccount.objects.filter(account=acme, code__in=subaccounts))
        return client.get(URL, {**DAYS, **query}, headers={"Authorization": f"Bearer {text}"})

    return ask


@pytest.fixture
def messages(acme, other):
    """Two delivered and one failed on the 15th, one received on the 16th; one of somebody else."""
    deliver(acme, provider_message_id="A", template_name="weekend_sale", template_language="en")
    deliver(acme, provider_message_id="B", channel=ACME.channels[0])
    report(acme, "failed", provider_message_id="C", category="utility")
    report(acme, "received", provider_message_id="D", direction="inbound", at=AT + timedelta(hours=9))
    deliver(other)


def test_the_total(acme, messages, ask):
    assert ask().json() == {
        "from": "2026-10-15", "to": "2026-10-16", "time_zone": "Asia/Singapore", "group_by": [],
        "results": [{**NONE, "outbound": 3, "delivered": 2, "undelivered": 1, "received": 1, "rate": 0.6667}],
        "total": {**NONE, "outbound": 3, "delivered": 2, "undelivered": 1, "received": 1, "rate": 0.6667},
    }  # fmt: skip


def test_folding_changes_nothing(acme, messages, ask):
    groups = "day,subaccount,country,template"
    before = ask(group_by=groups).json()
    traffic.fold()
    assert ask(group_by=groups).json() == before


@pytest.mark.parametrize(
    ("group_by", "rows"),
    [
        ("day", [(["2026-10-15"], 3), (["2026-10-16"], 0)]),
        ("subaccount,category", [(["acme_shop", None], 0), (["acme_shop", "marketing"], 1),
                                 (["acme_shop", "utility"], 1), (["acme_wa", "marketing"], 1)]),
        ("country", [(["IN"], 3)]),
    ],
)  # fmt: skip
def test_groups(acme, messages, ask, group_by, rows):
    results = ask(group_by=group_by).json()["results"]
    groups = [([row[name] for name in group_by.split(",")], row["outbound"]) for row in results]
    assert sorted(groups, key=str) == sorted(rows, key=str)


def test_templates_are_named(acme, messages, ask):
    rows = ask(group_by="template", category="marketing").json()["results"]
    assert [row["template"] for row in rows] == [None, {"name": "weekend_sale", "language": "en"}]


@pytest.mark.parametrize(
    ("query", "outbound"),
    [({"subaccount": "acme_wa"}, 1), ({"channel": "106540352242922"}, 2), ({"category": "utility"}, 1),
     ({"country": "in"}, 3), ({"country": "SG"}, 0), ({"direction": "inbound"}, 0), ({"subaccount": "harbour"}, 0),
     ({"channel": "106540352249999"}, 0), ({"subaccounts": ["acme_care"], "subaccount": "acme_wa"}, 0),
     ({"subaccounts": ["acme_wa"]}, 1), ({"from": "2026-10-16"}, 0)],
)  # fmt: skip
def test_filters(acme, messages, ask, query, outbound):
    assert ask(**query).json()["total"]["outbound"] == outbound


@pytest.mark.parametrize(
    ("query", "field"),
    [({"to": "2026-10-14"}, "to"), ({"to": "2027-10-16"}, "to"), ({"from": "x"}, "from"),
     ({"group_by": "hour"}, "group_by"),
     ({"group_by": "day,day"}, "group_by"), ({"country": "IND"}, "country"), ({"category": "x"}, "category"),
     ({"colour": "red"}, "colour"), ({"to": "2026-10-15\0"}, "to"), ({"to": ["2026-10-15", "2026-10-16"]}, "to")],
)  # fmt: skip
def test_what_makes_no_sense_is_named(acme, ask, query, field):
    answer = ask(**query)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, [field])
