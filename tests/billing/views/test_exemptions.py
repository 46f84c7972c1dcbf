"""Exemptions of WABAs: recorded on the page, followed by rating."""

from datetime import date

import pytest

from accounts.models import AuditEntry, Waba
from billing.models import Exemption, RatedLine
from billing.rating.verification import verify
from billing.services import record_usage
from tests.billing.rating_helpers import lines, rate_all
from tests.people import visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
URL = "/prices/exemptions/"


@pytest.fixture
def waba(acme):
    return Waba.objects.get(account=acme, waba_id="102290129340398")


def answers(of, **changes):
    return {"waba": of.pk, "kind": "government", "first_day": "2026-10-01", "last_day": "2027-12-31",
            "source": "Letter of Meta", **changes}  # fmt: skip


def test_an_exemption_frees_the_service_messages_of_its_days(acme, waba, usage):
    record_usage([usage(category="service"), usage(category="utility"), usage(category="group_service")])
    rate_all()
    assert RatedLine.objects.filter(account=acme, state="charged").count() == 3
    client = visitor(acme, "finance")
    page = text(client.post(URL, answers(waba), follow=True))
    assert "Exemption saved." in page
    assert "Letter of Meta" in page
    rate_all()
    rate_all()  # the buckets to which they moved
    assert [(state, n) for state, _, n, _ in lines(acme)] == [("free", 1), ("free", 1), ("charged", 1)]
    free = RatedLine.objects.filter(account=acme, state="free")
    assert set(free.values_list("reason", "price_source")) == {("exempt", "inferred")}
    assert list(verify([line.bucket for line in RatedLine.objects.select_related("bucket")])) == []
    client.post(f"{URL}{Exemption.objects.get().pk}/withdraw/")
    rate_all()
    rate_all()
    assert not RatedLine.objects.filter(account=acme, state="free").exists()
    assert list(AuditEntry.objects.filter(action__startswith="exemption").values_list("action", flat=True)) == [
        "exemption.withdrawn", "exemption.recorded",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"last_day": "2026-09-30"}, "Enter the first day or a later one."),
        ({"first_day": "2027-12-31", "last_day": ""}, "withdraw it first, or choose other days"),
        ({"first_day": "0001-01-01"}, "Enter a year from 1970 to 2099."),
        ({"last_day": "9999-12-31"}, "Enter a year from 1970 to 2099."),
        ({"waba": "0"}, "Select a valid choice"),
        ({"source": ""}, "This field is required"),
    ],
)
def test_an_exemption_that_is_refused(acme, waba, changes, error):
    Exemption.objects.create(
        account=acme, waba=waba, kind="government", first_day=date(2027, 1, 1), last_day=date(2027, 12, 31), source="x"
    )
    first = {"first_day": "2026-10-01", "last_day": "2026-12-31"}
    assert error in text(visitor(acme, "finance").post(URL, answers(waba, **(first | changes))))
    assert Exemption.objects.count() == 1


def test_an_empty_page_explains_itself(acme):
    page = text(visitor(acme, "finance").get(URL))
    assert "None. Service messages of eligible government bodies" in page
