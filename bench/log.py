"""log: the log's page and REST's list with 2,000,000 messages, for every filter and on a page far back.

Three ratios: the queries of the rows (messages, and their numbers, templates and sources) ÷ the bare keyset SQL of the
same rows; the page's server time ÷ its own with 20,000 messages; and the server time of Django admin's changelist with
the same filter (COUNT and OFFSET, the usual way) ÷ the page's. Each figure is the worst of all filters and pages; those
that miss the target are listed below it. Time is processor time of web and PostgreSQL: nothing waits for a disk here,
and other work of a busy machine does not distort it.
"""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import Permission
from accounts.models import Account, Membership, User
from accounts.principal import Principal
from accounts.services import create_api_key
from bench.figures import Figure
from bench.filters import ListRequest, list_requests
from bench.size import scaled
from bench.traffic import load, make_sources
from core.resources import PAGE_SIZE as PAGE_SIZE_OF_REST
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of
from messaging.log.selectors.log import PAGE_SIZE

FEW, MANY = scaled(20_000, least=200), scaled(2_000_000, least=2_000)
ROUNDS, ADMIN_ROUNDS = scaled(9), scaled(2)
QUERIES, GROWTH, ADMIN = 3.0, 1.5, 3.0


@dataclass(frozen=True)
class Queries:
    """Seconds of processor time of a list's statements that read its rows, and of the bare SQL."""

    own: float
    bare: float


@dataclass(frozen=True)
class Times:
    """A page's rows, and the processor seconds of the page, its queries, and the changelist if it has the filter."""

    rows: int
    page: float
    queries: Queries
    changelist: float | None


def run() -> list[Figure]:
    """Load a few messages and time the pages; load many and time the pages and their baselines."""
    with every_tenant():
        with connection.cursor() as cursor:  # parallel workers' time would not be counted
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        account = account_of(ACME)
        sources = make_sources(account)
        member, operator, key = _member_client(account), _operator_client(), _key_client(account)
        end = timezone.now()
        load(account, sources, end, 0, FEW)
        few = {
            request.name: (_rows(member, request), _page(member, request.page))
            for request in list_requests(account) if request.page
        }  # fmt: skip
        load(account, sources, end, FEW, MANY)
        rest_queries, many = {}, {}
        for request in list_requests(account):
            rest_queries[request.name] = _compare(key, request.rest, request, PAGE_SIZE_OF_REST)
            if request.page:
                many[request.name] = _time(request, member, operator)
    return _figures(few, many, rest_queries)


def _time(request: ListRequest, member: Client, operator: Client) -> Times:
    return Times(
        page=_page(member, request.page),
        queries=_compare(member, request.page, request, PAGE_SIZE),
        rows=_rows(member, request),
        changelist=_page(operator, request.changelist, ADMIN_ROUNDS) if request.changelist else None,
    )


def _compare(client: Client, address: str, request: ListRequest, size: int) -> Queries:
    """The minimum of some rounds for each. They alternate, so that caches are equally warm."""
    rounds = [(_queries(client, address), _bare(request, size)) for _ in range(ROUNDS)]
    return Queries(min(queries for queries, _ in rounds), min(bare for _, bare in rounds))


def _figures(
    few: dict[str, tuple[int, float]], many: dict[str, Times], rest_queries: dict[str, Queries]
) -> list[Figure]:
    growth = {
        name: many[name].page / seconds
        for name, (few_rows, seconds) in few.items()
        if name in many and many[name].rows == few_rows  # a page with more rows is another page
    }
    changelist_ratios = {name: times.changelist / times.page for name, times in many.items() if times.changelist}
    pages = {name: times.page for name, times in many.items()}
    return [
        _worst_queries("log queries ÷ bare keyset SQL", {name: times.queries for name, times in many.items()}),
        _worst_queries("REST list queries ÷ bare keyset SQL", rest_queries),
        _worst(f"log page, {MANY:,} ÷ {FEW:,} messages", growth, GROWTH, pages, at_most=True),
        _worst("admin's changelist ÷ log page", changelist_ratios, ADMIN, at_most=False),
    ]


def _worst_queries(name: str, queries: Mapping[str, Queries]) -> Figure:
    ratios = {key: pair.own / pair.bare for key, pair in queries.items()}
    seconds = {key: pair.own for key, pair in queries.items() if pair.own}  # queued messages need no such query
    return _worst(name, ratios, QUERIES, seconds, at_most=True)


def _worst(
    name: str, ratios: Mapping[str, float], target: float, seconds: Mapping[str, float] | None = None, *, at_most: bool
) -> Figure:
    """The worst ratio of all filters and pages: each must reach the target."""
    worst = (max if at_most else min)(ratios, key=lambda key: ratios[key])
    detail = f"{worst}; the median of {len(ratios)} filters and pages is {statistics.median(ratios.values()):.2f}."
    for key, ratio in sorted(ratios.items(), key=lambda entry: entry[1], reverse=at_most):
        if (ratio > target) if at_most else (ratio < target):
            detail += f"\n    {ratio:,.2f}  {key}"
    return Figure(name, [ratios[worst]], target, detail, at_most=at_most, parts=seconds or {}, unit="s" * bool(seconds))


def _processor_seconds() -> float:
    """Processor time of this thread and its PostgreSQL backend, in seconds."""
    own = time.thread_time()
    backend = connection.connection.info.backend_pid
    return own + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


def _page(client: Client, address: str, rounds: int = ROUNDS) -> float:
    """The processor seconds of a page: the minimum of some rounds."""

    def time_once() -> float:
        start = _processor_seconds()
        _get(client, address)
        return _processor_seconds() - start

    return min(time_once() for _ in range(rounds))


def _get(client: Client, address: str) -> bytes:
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return response.content


def _rows(client: Client, request: ListRequest) -> int:
    """How many messages a page shows."""
    return _get(client, request.page).count(b'name="umid"')


def _queries(client: Client, address: str) -> float:
    """The processor seconds of the page's statements that read its rows."""
    seconds = []

    def clock(execute: Any, sql: str, *more: Any) -> Any:
        start = _processor_seconds()
        result = execute(sql, *more)
        if '"log_message"' in sql or '"log_anchor"' in sql or '."id" IN (' in sql:
            seconds.append(_processor_seconds() - start)
        return result

    with connection.execute_wrapper(clock):
        _get(client, address)
    return sum(seconds)


def _bare(request: ListRequest, size: int) -> float:
    """The processor seconds of the bare statement for a page and one more row."""
    with connection.cursor() as cursor:
        start = _processor_seconds()
        cursor.execute(request.sql, {**request.params, "limit": size + 1})
        return _processor_seconds() - start


def _member_client(account: Account) -> Client:
    """A logged-in member with every permission."""
    user = User.objects.create_user("log@bench.example", "x", is_demo=True)
    Membership.objects.create(account=account, user=user, role="owner")
    return _client(user)


def _key_client(account: Account) -> Client:
    """A client with an API key that has every permission and no practical rate limit."""
    key_text = create_api_key(
        by=Principal.of_command("bench", account), name="Bench", scopes=list(Permission), rate_limit=1_000_000
    )[1]
    return Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {key_text}"})


def _operator_client() -> Client:
    return _client(User.objects.create_user("plain@bench.example", "x", is_demo=True, is_staff=True, is_superuser=True))


def _client(user: User) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client
