"""Demo traffic: the same for the same seed and end, inside its two months, and plausible."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from local.demo import traffic
from local.demo.traffic import DAYS, send
from local.demo.world import ACME, MOVED_TEMPLATE
from messaging.log.models import Message

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def sent(acme, monkeypatch):
    """300 messages in batches of 100; what was said of the progress."""
    monkeypatch.setattr(traffic, "_BATCH", 100)
    progress = []
    send(ACME, acme, messages=300, until=UNTIL, seed=7, progress=progress.append)
    return progress


def story(seed, until=UNTIL):
    return list(traffic._stories(ACME, traffic.random.Random(seed), 50, until))


def test_the_same_seed_tells_the_same_story():
    assert story(7) == story(7)


def test_another_seed_tells_another():
    assert story(7) != story(8)


def test_nothing_happens_outside_the_two_months():
    moments = [event.at for told in story(7) for _, event in told]
    assert min(moments) >= UNTIL - timedelta(days=DAYS)
    assert max(moments) <= UNTIL


def test_every_message_is_in_the_log(sent):
    assert sent == [100, 200, 300]
    assert Message.objects.filter(direction="outbound").count() == 300


def test_all_channels_and_most_states_occur(sent):
    channels = set(Message.objects.values_list("phone_number__provider_number_id", flat=True))
    assert channels == {channel.number_id for channel in ACME.channels}
    statuses = Counter(Message.objects.values_list("status", flat=True))
    assert set(statuses) >= {"read", "delivered", "undelivered", "received"}
    assert statuses.most_common(1)[0][0] == "read"


def test_a_template_that_moved_is_marketing_from_its_day(sent):
    of_template = Message.objects.filter(template__name=MOVED_TEMPLATE, delivered_at__isnull=False)
    move = UNTIL - timedelta(days=25)
    assert set(of_template.filter(created_at__lt=move).values_list("category", flat=True)) == {"utility"}
    assert set(of_template.filter(created_at__gt=move).values_list("category", flat=True)) == {"marketing"}


def test_the_two_accounts_differ():
    plans = [traffic._draft(ACME, traffic.random.Random(f"7:{key}"), UNTIL, UNTIL) for key in ("demo", "other")]
    assert plans[0].id != plans[1].id
