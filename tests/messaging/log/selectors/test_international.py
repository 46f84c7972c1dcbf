"""The announced start of authentication-international rates."""

from datetime import UTC, datetime

import pytest
import time_machine

from accounts.models import Waba
from messaging.log.models import Change
from messaging.log.selectors.international import FIELD, international_notices

pytestmark = pytest.mark.django_db
START = datetime(2026, 12, 15, 12, tzinfo=UTC)


@pytest.fixture
def announce(acme):
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")

    def run(start, *exceptions, day=15):
        eligibility = {"start_time": start, "exception_countries": list(exceptions)}
        Change.objects.create(
            account=acme, subject="waba", subject_id=waba.pk, at=datetime(2026, 11, day, tzinfo=UTC), field=FIELD,
            new="AUTH_INTL_PRICE_ELIGIBILITY_UPDATE", details={"auth_international_rate_eligibility": eligibility},
        )  # fmt: skip
        return waba

    return run


@pytest.mark.parametrize("start", [int(START.timestamp()), str(int(START.timestamp())), "2026-12-15T12:00:00Z"])
def test_the_start_is_told_from_the_announcement_on(acme, other, announce, start):
    waba = announce(start)
    with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC)):
        (notice,) = international_notices(acme)
        assert notice.startswith(f"From 15 Dec 2026, authentication messages of {waba.name} to other countries")
        assert international_notices(other) == []


def test_countries_with_a_start_of_their_own_are_named(acme, announce):
    announce(int(START.timestamp()), {"country_code": "ID", "start_time": 1_800_000_000}, {"country_code": "IN"})
    with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC)):
        assert international_notices(acme)[0].endswith("Exceptions: Indonesia from 15 Jan 2027.")


def test_the_latest_announcement_counts_and_ends_a_month_after_its_start(acme, announce):
    announce(int(START.timestamp()))
    announce(1_767_225_600, day=16)  # 1 January 2026
    with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC)):
        assert international_notices(acme) == []


@pytest.mark.parametrize("start", [None, "soon", ""])
def test_an_announcement_without_a_time_is_no_notice(acme, announce, start):
    announce(start)
    assert international_notices(acme) == []
