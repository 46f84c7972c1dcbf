import pytest
import structlog

from billing.models import Bucket, RatedLine
from billing.proposals import dry_runs
from billing.proposals.what_if import Proposal
from billing.rating.verification import verify
from billing.tasks import advance_dry_runs, rate_dirty_buckets, verify_rating
from tests.people import principal
from tests.traffic import deliver

pytestmark = pytest.mark.django_db


def test_dirty_buckets_are_rated(acme):
    deliver(acme)
    rate_dirty_buckets()
    assert RatedLine.objects.get(account=acme).n == 1


def test_a_bucket_that_fails_does_not_hold_the_others(acme, monkeypatch):
    from billing import tasks

    deliver(acme, provider_message_id="wamid.A")
    deliver(acme, provider_message_id="wamid.B", category="utility")
    first, real = tasks.dirty_buckets()[0], tasks.rate_bucket

    def rate(bucket_id):
        if bucket_id == first:
            raise tasks.RatingError("no")
        return real(bucket_id)

    monkeypatch.setattr(tasks, "rate_bucket", rate)
    with structlog.testing.capture_logs() as logs:
        rate_dirty_buckets()
    assert [line["event"] for line in logs] == ["bucket_parked"]
    assert RatedLine.objects.count() == 1


def test_a_difference_is_an_error_in_the_log(acme):
    deliver(acme)
    rate_dirty_buckets()
    RatedLine.objects.update(n=5)
    with structlog.testing.capture_logs() as logs:
        verify_rating()
    assert {(line["event"], line["log_level"]) for line in logs} == {("rating_differs", "error")}


def test_a_bucket_beyond_the_reference_is_left_to_the_window(acme):
    deliver(acme)
    rate_dirty_buckets()
    RatedLine.objects.update(n=5)
    differences = list(verify(list(Bucket.objects.all()), reference_up_to=0))
    assert {difference.by for difference in differences} == {"the window rater"}


def test_a_slice_of_a_dry_run_is_worked_off(acme):
    deliver(acme)
    run = dry_runs.start(Proposal(), account=acme, by=principal(None, "ada@acme.example"))
    advance_dry_runs()
    run.refresh_from_db()
    assert (run.done, run.lines, bool(run.finished_at)) == (1, 0, True)
