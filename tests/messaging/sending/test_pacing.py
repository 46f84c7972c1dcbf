"""How fast a number sends, and to one person: counted in Redis, or by the process alone; what a refusal teaches.

Redis has a clock of its own, which no test can set: so what it counts is put far ahead instead.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from core import best_effort_redis
from core.best_effort_redis import BestEffortRedis
from core.secrets import digest
from messaging.sending import pacing
from messaging.sending.models import Submission
from messaging.sending.senders import Sender
from providers.outcomes import Answer, Rejected, Unreached

JANE, ADA = "6591990000", "6591990001"
SENDER = Sender(
    account_id=1, subaccount_id=1, subaccount_code="shop", subaccount_is_active=True, phone_number_id=7,
    provider="meta", number_id="1", msisdn="15550783881", waba_id=1, throughput=80, api_url="", credential_sealed="",
)  # fmt: skip
OF_NUMBER, OF_JANE = "pace:7", f"pace:{digest(f'7:{JANE}').hex()}"
TOLERANCE = 0.001  # seconds: times are kept as text


class Clock:
    """A clock that changes only when set."""

    now = 1_000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def redis(redis_client, monkeypatch):
    monkeypatch.setattr(best_effort_redis, "_TIMEOUT", 60.0)  # seconds: a busy machine is no Redis that is away
    monkeypatch.setattr(pacing, "_shared", BestEffortRedis("pacing"))
    return redis_client


@pytest.fixture
def clock(settings, monkeypatch):
    """The process's own; Redis is away."""
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(pacing, "_shared", BestEffortRedis("pacing"))
    monkeypatch.setattr(pacing, "_local", pacing._LocalLimiters())
    clock = Clock()
    monkeypatch.setattr(pacing, "time", clock)
    return clock


def now_of(redis):
    seconds, micros = redis.time()
    return seconds + micros / 1e6


def reserved_seconds(redis, key):
    """The seconds from now until the rate limit is idle again."""
    return float(redis.get(key)) - now_of(redis)


def set_reserved(redis, key, seconds):
    redis.set(key, f"{now_of(redis) + seconds:.6f}")


def rejected(code, status=429, retry_after=None):
    return Rejected("meta", code, "", "", Answer(status, b"", None, retry_after))


def record_outcome(outcome):
    pacing.pause_after_refusal(Submission(provider=SENDER.provider, phone_number_id=SENDER.phone_number_id), outcome)


class TestTogether:
    """In Redis, by all processes."""

    def test_each_message_takes_its_share_of_number_and_person(self, redis):
        assert pacing.reserve(SENDER, JANE) is None
        first = [float(redis.get(key)) for key in (OF_NUMBER, OF_JANE)]
        assert [pacing.reserve(SENDER, JANE) for _ in range(44)] == [None] * 44
        number, pair = (float(redis.get(key)) - at for key, at in zip((OF_NUMBER, OF_JANE), first, strict=True))
        assert number >= 44 / 80 - TOLERANCE
        assert pair >= 44 * 6 - TOLERANCE

    @pytest.mark.parametrize("throughput", [80, 1_000])
    def test_a_number_may_be_a_second_ahead_and_otherwise_pauses(self, redis, throughput):
        sender = replace(SENDER, throughput=throughput)
        set_reserved(redis, OF_NUMBER, 1 + 100 - 1 / throughput)
        pause = pacing.reserve(sender, JANE)
        assert pause.is_for_number
        assert 40 < pause.seconds <= 100 + TOLERANCE
        assert not redis.exists(OF_JANE)

    def test_a_person_may_have_45_ahead_and_others_do_not_wait_for_them(self, redis):
        set_reserved(redis, OF_JANE, 44 * 6 + 100)
        pause = pacing.reserve(SENDER, JANE)
        assert not pause.is_for_number
        assert 40 < pause.seconds <= 100 + TOLERANCE
        assert not redis.exists(OF_NUMBER)
        assert pacing.reserve(SENDER, ADA) is None
        set_reserved(redis, OF_JANE, 44 * 6 - 0.001)
        assert pacing.reserve(SENDER, JANE) is None

    def test_8x8_paces_by_itself(self, redis):
        set_reserved(redis, OF_NUMBER, 100)
        assert pacing.reserve(replace(SENDER, provider="8x8"), JANE) is None


class TestAlone:
    """By one process, without Redis."""

    def test_a_number_sends_a_seconds_messages_at_once_and_then_one_after_the_other(self, clock):
        assert [pacing.reserve(SENDER, "") for _ in range(80)] == [None] * 80
        assert pacing.reserve(SENDER, "") == pacing.Pause(1 / 80, is_for_number=True)
        clock.now += 1 / 80
        assert [pacing.reserve(SENDER, "") for _ in range(2)] == [None, pacing.Pause(1 / 80, is_for_number=True)]

    def test_a_number_that_got_faster_is_not_held_back(self, clock):
        assert [pacing.reserve(SENDER, "") for _ in range(81)].count(None) == 80
        faster = replace(SENDER, throughput=1_000)
        assert [pacing.reserve(faster, "") for _ in range(1_001)].count(None) == 1_000

    def test_a_person_gets_45_at_once_and_then_one_in_six_seconds(self, clock):
        assert [pacing.reserve(SENDER, JANE) for _ in range(45)] == [None] * 45
        assert pacing.reserve(SENDER, JANE) == pacing.Pause(6.0, is_for_number=False)
        assert pacing.reserve(SENDER, ADA) is None
        clock.now += 6
        assert pacing.reserve(SENDER, JANE) is None


class TestLearning:
    """From a provider's rate limit errors."""

    @pytest.mark.parametrize("code", [4, 80007, 130429])
    def test_the_number_pauses_for_a_second_or_for_the_provider_s_delay(self, redis, code):
        record_outcome(rejected(code))
        assert 0 < reserved_seconds(redis, OF_NUMBER) <= 2 + TOLERANCE
        record_outcome(rejected(code, retry_after=timedelta(seconds=100)))
        pause = pacing.reserve(SENDER, JANE)
        assert pause.is_for_number
        assert 40 < pause.seconds <= 100 + 1 / 80 + TOLERANCE

    @pytest.mark.parametrize("outcome", [rejected(131056), rejected(131000, 500), Unreached("ConnectError")])
    def test_nothing_else_holds_the_number_back(self, redis, outcome):
        record_outcome(outcome)
        assert not redis.exists(OF_NUMBER)

    def test_without_redis_it_learns_nothing(self, clock):
        record_outcome(rejected(130429))
        assert pacing.reserve(SENDER, JANE) is None
