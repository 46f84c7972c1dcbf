"""deletion: 500,000 of 2,000,000 messages deleted while 100 webhooks a second come in; and dropping a month.

A month is dropped with few rows and with many: the times must be alike.
"""

import statistics
import time
from datetime import datetime, timedelta

from django.db import connection

from accounts.models import Account
from accounts.principal import Principal
from archive.deletion.jobs import delete_matching
from archive.models import Deletion
from archive.retention.months import drop_month
from bench.figures import Figure, ratios
from bench.parts import run_parts
from bench.size import scaled
from bench.stream import post_webhooks, wait_until_drained
from bench.template import START
from core import partitions
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of
from messaging.log.models import PhoneNumber
from messaging.log.query import MessageQuery

MESSAGES, DELETED, RATE = scaled(2_000_000), scaled(500_000), 100
ANSWER_MS, LONGEST = 500, 1_200  # seconds
FEW, MANY, ROUNDS, MAX_RATIO = scaled(1_000), scaled(200_000), scaled(5), 3.0

_FILL = """
INSERT INTO log_message (account_id, created_at, umid, provider, provider_message_id, direction, subaccount_id,
    phone_number_id, msisdn, user_id, group_id, country, content_type, category, category_rank, pricing_type,
    template_name, template_language, recipient_type, client_message_id, sent_at, delivered_at, detail_rank,
    status_detail, error_source, error_title)
SELECT %(account)s, at, gen_random_uuid(), 'meta', %(name)s || n, 'outbound',
    %(subaccount)s, %(number)s, '9198' || lpad((n %% 100000000)::text, 8, '0'), '', '', 'IN', '', 'marketing', 0,
    'regular', '', '', '', '', at, at + interval '2 seconds', 5, 'delivered', '', ''
FROM generate_series(1, %(messages)s) n
CROSS JOIN LATERAL (SELECT %(first)s::timestamptz + n * %(step)s::interval AS at) one
"""
_ANCHORS = """
INSERT INTO log_anchor (account_id, provider, provider_message_id, message_id, created_at)
SELECT account_id, provider, provider_message_id, id, created_at FROM log_message
"""
_HISTORY = """
INSERT INTO log_statusevent (account_id, message_id, at, state, detail, error_code, error_title, pricing)
SELECT account_id, id, delivered_at, 'delivered', '', 0, '', '' FROM log_message
"""


def run() -> list[Figure]:
    """Measure dropping a month, then deleting under load."""
    with every_tenant():
        return [_drop(), *_delete()]


def _fill(account: Account, name: str, messages: int, first: datetime, step: timedelta) -> None:
    number = PhoneNumber.objects.get(account=account, provider_number_id=ACME.channels[1].number_id)
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {
            "account": account.pk, "subaccount": number.subaccount_id, "number": number.pk, "name": name,
            "messages": messages, "first": first, "step": f"{step.total_seconds()} seconds",
        })  # fmt: skip


def _delete() -> list[Figure]:
    """Delete a quarter of a full log under load."""
    account, step = account_of(ACME), timedelta(seconds=1)
    first = START.replace(day=1, hour=0)
    for table in ("log_message", "log_statusevent", "log_payload"):
        partitions.ensure(table, [first.date()])
    _fill(account, "old.", MESSAGES, first, step)
    with connection.cursor() as cursor:
        cursor.execute(_ANCHORS)
        cursor.execute(_HISTORY)
        cursor.execute("VACUUM ANALYZE log_message, log_anchor, log_statusevent")
    by = Principal.of_command("bench", account)
    with run_parts("web", "worker", "beat") as port:
        time.sleep(5)  # do not measure the worker's start
        query = MessageQuery(created_after=first, created_before=first + step * (DELETED + 1))
        deletion = delete_matching(by, query, expected=DELETED)
        start = time.monotonic()
        answers = post_webhooks(port, RATE, LONGEST, lambda: _is_finished(deletion.pk))
        seconds = time.monotonic() - start
        wait_until_drained()
    deletion.refresh_from_db()
    if deletion.messages != DELETED:
        raise RuntimeError(f"{deletion.messages:,} of {DELETED:,} messages are deleted")
    lost = _count_lost(len(answers))
    times = [answer.seconds * 1000 for answer in answers]
    failed = sum(not answer.succeeded for answer in answers)
    cuts = statistics.quantiles(times, n=100)
    detail = (
        f"{deletion.messages:,} of {MESSAGES:,} messages deleted in {seconds:.0f} s, "
        f"{deletion.messages / seconds:,.0f} a second; {len(times):,} webhooks, median {cuts[49]:.1f} ms, "
        f"slowest {max(times):.0f} ms."
    )
    return [
        Figure("deletion answer p99 (ms)", [cuts[98]], ANSWER_MS, detail, at_most=True, unit="ms"),
        Figure("deletion events lost", [lost + failed], 0, f"{failed} not answered 200.", at_most=True),
    ]


def _is_finished(pk: int) -> bool:
    with every_tenant():
        is_finished = Deletion.objects.get(pk=pk).finished_at is not None
    connection.close()
    return is_finished


def _count_lost(posted: int) -> int:
    """How many webhooks are not in the inbox, or have no message in the log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FILTER (WHERE state = 'done') FROM inbound_inbox")
        (done,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM log_message WHERE provider_message_id LIKE 'wamid.%'")
        (messages,) = cursor.fetchone()
    return abs(posted - int(done)) + abs(-(-posted // 3) - int(messages))


def _drop() -> Figure:
    """Drop a month of few messages and one of many, alternately."""
    account = account_of(ACME)
    few, many = [], []
    for _ in range(ROUNDS):
        few.append(_time_drop(account, FEW))
        many.append(_time_drop(account, MANY))
    detail = f"{MANY:,} messages against {FEW:,}. Last round: {many[-1]:.0f} ms."
    return Figure(
        "dropping a month, many ÷ few", ratios(many, few), MAX_RATIO, detail, at_most=True, absolute=many, unit="ms"
    )


def _time_drop(account: Account, messages: int) -> float:
    """The milliseconds it takes to drop a month of so many messages."""
    first = START.replace(year=2025, day=1, hour=0)
    for table in ("log_message", "log_statusevent", "log_payload"):
        partitions.ensure(table, [first.date()])
    _fill(account, "dropped.", messages, first, timedelta(seconds=1))
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    start = time.perf_counter()
    drop_month("message", first.date())
    return (time.perf_counter() - start) * 1000
