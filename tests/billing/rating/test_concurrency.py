"""Ingest, rating and corrections at once, with backends killed (S1, S3), and what happens without each guard (S4)."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import psycopg
import pytest
from django.db import Error, OperationalError, connection

from accounts.models import Account, Waba
from billing import services
from billing.models import BlockDelta, Bucket, DirtyBucket, Rate, RateCard, RatedLine, RuleSet, UsageFact
from billing.prices.rate_cards import DATA
from billing.prices.rules import import_rule_file
from billing.proposals.corrections import activate
from billing.proposals.what_if import Proposal
from billing.rating import RatingError, dirty_buckets, engine, rate_bucket
from billing.rating.verification import verify
from billing.services import DeliveredMessage, record_usage
from core.tenancy import every_tenant
from tests.billing.rating_helpers import NOON, rate_all
from tests.people import principal

pytestmark = pytest.mark.django_db(transaction=True)
_NAME = "SET application_name = 'tollgate-stress'"


@pytest.fixture
def deliveries(acme):
    """Makes batches of deliveries from a seed: new ones, other proofs of known ones, and whole batches again."""
    waba = Waba.objects.get(account=acme, waba_id="102290129340398")
    card = RateCard.objects.get(currency="USD", effective_from=date(2026, 10, 1), is_active=True)
    Rate.objects.filter(card=card, market="India", category="utility").delete()
    for tier, (above, up_to, price) in enumerate(((0, 500, "0.0014"), (500, 2000, "0.0013"), (2000, None, "0.001"))):
        Rate.objects.create(card=card, market="India", category="utility", tier=tier + 1, above=above, up_to=up_to,
                            unit_price=Decimal(price), source="test")  # fmt: skip

    def batch(chance: random.Random, size: int = 200) -> list[DeliveredMessage]:
        keys = chance.sample(range(20_000), size)
        return [
            DeliveredMessage(
                UUID(int=key), acme.pk, "meta", waba.pk, 1 + key % 3, 1, None, "IN",
                "utility" if key % 4 else "marketing", "regular",
                NOON + timedelta(seconds=key * 7 % 36_000 + chance.randrange(3) * 1_800), None,
            )
            for key in keys
        ]  # fmt: skip

    return batch


@contextmanager
def working(*jobs: Callable[[threading.Event], None]):
    """Runs each job in a thread with a connection of its own until the block ends; a job's failure fails the test."""
    stop, failures = threading.Event(), []

    def run(job):
        try:
            with every_tenant():
                job(stop)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert failures == []


def until_done(work: Callable[[], None], given_up: threading.Event | None = None) -> None:
    """As a worker would: again until it went through, on a new connection when the old one was killed."""
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_NAME)
            return work()
        except (Error, psycopg.Error):  # Django does not wrap what happens inside a COPY
            connection.close()
            if given_up is not None and given_up.is_set():
                return None


def rating(stop: threading.Event) -> None:
    while not stop.is_set():
        until_done(rate_all, stop)
        time.sleep(0.01)


def killing(chance: random.Random, killed: list[int]) -> Callable[[threading.Event], None]:
    def run(stop: threading.Event) -> None:
        while not stop.wait(chance.uniform(0.1, 0.4)):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity "
                    "WHERE application_name = 'tollgate-stress' AND datname = current_database() "
                    "ORDER BY random() LIMIT 1) b"
                )
                killed.extend(pid for (pid,) in cursor.fetchall())

    return run


def test_s1_killed_backends_lose_and_double_nothing(acme, deliveries, request):
    """Three ingesters, two raters, and a killer; then every message against the earliest of its proofs."""
    deliveries_by_key: dict[UUID, set] = {}
    lock = threading.Lock()
    killed: list[int] = []

    def ingesting(seed: int) -> Callable[[threading.Event], None]:
        def run(stop: threading.Event) -> None:
            chance = random.Random(seed)
            former: list[DeliveredMessage] = []
            while not stop.is_set():
                batch = former if former and chance.random() < 0.1 else deliveries(chance)
                until_done(partial(record_usage, batch))
                with lock:
                    for one in batch:
                        deliveries_by_key.setdefault(one.message_key, set()).add(one.billed_at)
                former = batch[::-1]

        return run

    seconds = 40 if request.config.getoption("--faults", default=False) else 8
    with working(*(ingesting(seed) for seed in range(3)), rating, rating, killing(random.Random(7), killed)):
        end = time.monotonic() + seconds
        while time.monotonic() < end or (
            len(killed) < seconds and time.monotonic() < end + 60
        ):  # a busy machine kills late
            time.sleep(0.1)
    assert len(killed) >= seconds
    rate_all()
    with every_tenant():
        facts = dict(UsageFact.objects.values_list("message_key", "billed_at"))
        assert facts == {key: min(proofs) for key, proofs in deliveries_by_key.items()}
        assert [str(difference) for difference in verify(list(Bucket.objects.all()))] == []
    assert (dirty_buckets(), BlockDelta.objects.count()) == ([], 0)


def test_s3_corrections_while_rating(acme, deliveries, tmp_path):
    """Rules and cards change under ingest and rating; afterwards everything follows the last ones."""

    def ingesting(stop: threading.Event) -> None:
        chance = random.Random(3)
        while not stop.is_set():
            until_done(lambda: record_usage(deliveries(chance)))

    free = (DATA / "rules" / "2026-10-01.csv").read_text().replace("marketing,,,", "marketing,,referral_conversion,")
    path = tmp_path / "rules.csv"
    path.write_text(free)
    with working(ingesting, rating, rating), every_tenant():
        former = RuleSet.objects.get(effective_from=date(2026, 10, 1), is_active=True)
        time.sleep(0.5)
        activate(Proposal(rules=import_rule_file(path, date(2026, 10, 1))), by=principal(None, "test"))
        time.sleep(1)
        activate(Proposal(rules=former), by=principal(None, "test"))
        time.sleep(0.5)
        activate(
            Proposal(rules=RuleSet.objects.get(effective_from=date(2026, 10, 1), revision=2)),
            by=principal(None, "test"),
        )
    with every_tenant():
        # A batch that read the rules before they changed and was written after: what the nightly check is for.
        activate(
            Proposal(rules=RuleSet.objects.get(effective_from=date(2026, 10, 1), revision=2)),
            by=principal(None, "test"),
        )
        while dirty_buckets():
            rate_all()
        assert [str(difference) for difference in verify(list(Bucket.objects.all()))] == []
        assert set(RatedLine.objects.filter(kind__category="marketing").values_list("state", flat=True)) == {"free"}


def commit_between(batch: list[DeliveredMessage]):
    """Lets another connection commit a batch right before the rating statement."""

    def wrapper(execute, sql, params, many, context):
        if sql is engine.RATE:
            with working(lambda _: record_usage(batch)):
                pass
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


def test_s4_rating_sees_one_moment(acme, deliveries):
    """Facts that are committed between folding and counting wait for the next rating."""
    chance = random.Random(1)
    record_usage(deliveries(chance, 3000))
    with commit_between(deliveries(chance, 1000)):
        rate_all()
    assert dirty_buckets() != []
    rate_all()
    assert list(verify(list(Bucket.objects.all()))) == []


def test_s4_read_committed_is_detected(acme, deliveries, monkeypatch):
    """Without one snapshot the hours that are counted singly hold messages that no block has: refused, not written."""
    chance = random.Random(1)
    record_usage(deliveries(chance, 3000))
    bucket = Bucket.objects.get(accrual_group="India/utility")
    monkeypatch.setattr(engine, "ONE_SNAPSHOT", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    with commit_between(deliveries(chance, 1000)), pytest.raises(RatingError, match="in blocks"):
        rate_bucket(bucket.pk)
    assert not RatedLine.objects.exists()
    assert "in blocks" in Bucket.objects.get(pk=bucket.pk).problem


def test_s4_a_dropped_dirty_mark_is_detected(acme, deliveries):
    """A mark that is lost leaves lines behind their facts, which the nightly verification names."""
    record_usage(deliveries(random.Random(1)))
    rate_all()
    record_usage(deliveries(random.Random(2)))
    DirtyBucket.objects.all().delete()
    assert list(verify(list(Bucket.objects.all()))) != []


@pytest.mark.parametrize(("order", "deadlocks"), [("ORDER BY message_key", False), ("ORDER BY webhook_id", True)])
def test_s4_an_unsorted_merge_deadlocks(acme, deliveries, monkeypatch, order, deadlocks):
    """Two workers with the same messages in opposite orders: sorted, one waits for the other; else each for each."""
    monkeypatch.setattr(services, "_MERGE", services._MERGE.replace("ORDER BY message_key", order))
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE FUNCTION pg_temp_slow() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
            CREATE TRIGGER slow BEFORE INSERT ON billing_usagefact FOR EACH ROW EXECUTE FUNCTION pg_temp_slow()
        """)
    batch = deliveries(random.Random(1), 30)
    record_usage(deliveries(random.Random(1), 30)[:0])
    orders = [[one._replace(webhook_id=n) for n, one in enumerate(some)] for some in (batch, batch[::-1])]
    errors: list[str] = []

    def worker(mine: list[DeliveredMessage]) -> Callable[[threading.Event], None]:
        def run(_: threading.Event) -> None:
            try:
                record_usage(mine)
            except OperationalError as error:
                errors.append(str(error))

        return run

    try:
        with working(*(worker(mine) for mine in orders)):
            pass
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER slow ON billing_usagefact; DROP FUNCTION pg_temp_slow()")
    assert [("deadlock detected" in words) for words in errors] == ([True] if deadlocks else [])
    assert UsageFact.objects.filter(account=Account.objects.get(pk=acme.pk)).count() == len(batch)
