"""Rows that cannot be processed."""

import time

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from messaging.log.models import Message
from messaging.sending import settlement
from messaging.sending.models import Submission
from tests.messaging.sending.test_dispatch import SEND, TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(acme, post, monkeypatch):
    """Three new submissions; the second has an invalid summary."""
    monkeypatch.setattr(settlement, "_retry_at", {})
    for _ in range(3):
        assert post(SEND.format("acme_wa"), TEXT).status_code == 200
    submissions = list(Submission.objects.order_by("id"))
    Submission.objects.filter(pk=submissions[1].pk).update(about=["of another shape"])
    return submissions


def unlogged():
    return list(Submission.objects.filter(is_logged=False).values_list("pk", flat=True))


def test_a_bad_row_delays_no_other_and_is_left_alone_for_a_while(rows, monkeypatch):
    assert settlement.log_new() == 2
    assert unlogged() == [rows[1].pk]
    rows[1].save(update_fields=["about"])
    assert settlement.log_new() == 0
    settlement._retry_at[rows[1].pk] = time.monotonic()
    assert settlement.log_new() == 1
    assert (unlogged(), Message.objects.count()) == ([], 3)


def test_the_end_of_the_worker_s_time_is_no_fault_of_a_row(rows, monkeypatch):
    def late(batch):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(settlement, "_log", late)
    with pytest.raises(SoftTimeLimitExceeded):
        settlement.log_new()
    assert (len(unlogged()), settlement._retry_at) == (3, {})
