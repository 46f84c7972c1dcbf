import io

import pytest
from django.core.management import CommandError, call_command

from billing.models import Bucket, RatedLine
from billing.rating.verification import verify
from tests.traffic import deliver, rate

pytestmark = pytest.mark.django_db


@pytest.fixture
def rated(acme):
    """A month with every kind of charge."""
    for number, (category, kind) in enumerate(
        [("marketing", "regular"), ("utility", "free_customer_service"), ("service", ""), ("", "")]
    ):
        deliver(acme, provider_message_id=f"wamid.{number}", category=category, pricing_type=kind)
    rate()
    return acme


def test_an_engine_that_is_right_shows_no_difference(rated):
    assert list(verify(Bucket.objects.filter(account=rated))) == []


def test_a_line_that_is_wrong_is_named(rated):
    RatedLine.objects.filter(account=rated, kind__category="marketing").update(n=2)
    by_window, by_window_too, by_reference = verify(Bucket.objects.filter(account=rated))
    assert {by_window.by, by_window_too.by} == {"the window rater"}
    assert (by_reference.in_lines, by_reference.expected) == (2, 1)
    assert "IN marketing charged 0.011800000 webhook: 2 in lines, 1 by the reference" in str(by_reference)


def test_the_command_says_how_many_it_checked(rated):
    out = io.StringIO()
    call_command("verify_rating", stdout=out)
    assert out.getvalue() == "4 buckets checked.\n"


def test_the_command_fails_on_a_difference(rated):
    RatedLine.objects.filter(account=rated, kind__category="marketing").delete()
    with pytest.raises(CommandError, match="2 differences"):
        call_command("verify_rating", stdout=io.StringIO())


def test_rating_all_again_changes_nothing(rated):
    before = list(RatedLine.objects.order_by("pk").values_list("pk", "state", "n", "amount"))
    out = io.StringIO()
    call_command("rate", "--all", stdout=out)
    assert out.getvalue() == "4 of 4 buckets rated.\n"
    after = RatedLine.objects.order_by("pk").values_list("pk", "state", "n", "amount")
    assert list(after) == before
