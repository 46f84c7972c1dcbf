"""Demo traffic: the same for the same seed and end, inside its two months, and plausible."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from local.demo import traffic
from local.demo.templates import MOVED_TEMPLATE
from local.demo.traffic import DAYS, generate
from local.demo.world import ACME
from messaging.log.models import Message

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def progress(acme, monkeypatch):
    """The progress reported while 300 messages are generated in batches of 100."""
    monkeypatch.setattr(traffic, "_BATCH", 100)
    counts = []
    generate(ACME, acme, messages=300, until=UNTIL, seed=7, progress=counts.append)
    return counts


def histories(seed, until=UNTIL):
    return list(traffic._message_histories(ACME, traffic.random.Random(seed), 50, until))


def test_the_same_seed_gives_the_same_messages():
    assert histories(7) == histories(7)


def test_another_seed_gives_others():
    assert histories(7) != histories(8)


def test_nothing_happens_outside_the_two_months():
    moments = [event.at for history in histories(7) for _, event in history]
    assert min(moments) >= UNTIL - timedelta(days=DAYS)
    assert max(moments) <= UNTIL


def test_every_message_is_in_the_log(progress):
    assert progress == [100, 200, 300]
    assert Message.objects.filter(direction="outbound").count() == 300


def test_all_channels_and_most_states_occur(progress):
    channels = set(Message.objects.values_list("phone_number__provider_number_id", flat=True))
    assert channels == {channel.number_id for channel in ACME.channels}
    statuses = Counter(Message.objects.values_list("status", flat=True))
    assert set(statuses) >= {"read", "delivered", "undelivered", "received"}
    assert statuses.most_common(1)[0][0] == "read"


def test_a_template_that_moved_is_marketing_from_its_day(progress):
    of_template = Message.objects.filter(template__name=MOVED_TEMPLATE, delivered_at__isnull=False)
    move = UNTIL - timedelta(days=25)
    assert set(of_template.filter(created_at__lt=move).values_list("category", flat=True)) == {"utility"}
    assert set(of_template.filter(created_at__gt=move).values_list("category", flat=True)) == {"marketing"}


def test_the_two_accounts_differ():
    drafts = [traffic._draft(ACME, traffic.random.Random(f"7:{key}"), UNTIL, UNTIL) for key in ("demo", "other")]
    assert drafts[0].id != drafts[1].id
