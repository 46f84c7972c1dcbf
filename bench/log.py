"""log: the log's page and REST's list with 2,000,000 messages, for every filter and on a page far back.

The queries of their rows (messages, and the numbers, templates and sources they point at) ÷ the bare keyset SQL of the
same rows; the page's server time ÷ its own with 20,000 messages; and that of Django admin's changelist with the same
filter, the way most would build it (COUNT and OFFSET), ÷ its server time. Every filter and page counts: what is printed
is the worst, and below it what misses. Time is processor time of web and PostgreSQL: nothing waits for a disk here, and
what else a busy machine does would make the ratios worthless.
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
from bench.filters import Request, every_request
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
    """Seconds of work for a list's statements that read its rows, and for the plain one."""

    own: float
    bare: float


@dataclass(frozen=True)
class Times:
    """How many rows a page shows; seconds of work for it, for what reads its rows, and for the changelist, if any."""

    rows: int
    page: float
    queries: Queries
    changelist: float | None


def run() -> list[Figure]:
    """Load a few messages and time the pages, load many and time them again with what they are compared to."""
    with every_tenant():
        with connection.cursor() as cursor:  # processes that help with one statement would not be seen to work
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        account = account_of(ACME)
        sources = make_sources(account)
        person, operator, program = _person(account), _operator(), _program(account)
        end = timezone.now()
        load(account, sources, end, 0, FEW)
        few = {
            request.name: (_rows(person, request), _page(person, request.page))
            for request in every_request(account) if request.page
        }  # fmt: skip
        load(account, sources, end, FEW, MANY)
        listed, many = {}, {}
        for request in every_request(account):
            listed[request.name] = _compare(program, request.rest, request, PAGE_SIZE_OF_REST)
            if request.page:
                many[request.name] = _time(request, person, operator)
    return _figures(few, many, listed)


def _time(request: Request, person: Client, operator: Client) -> Times:
    return Times(
        page=_page(person, request.page),
        queries=_compare(person, request.page, request, PAGE_SIZE),
        rows=_rows(person, request),
        changelist=_page(operator, request.changelist, ADMIN_ROUNDS) if request.changelist else None,
    )


def _compare(client: Client, address: str, request: Request, size: int) -> Queries:
    """Each the least of some rounds, in turn, so that both are as cold."""
    rounds = [(_queries(client, address), _bare(request, size)) for _ in range(ROUNDS)]
    return Queries(min(queries for queries, _ in rounds), min(bare for _, bare in rounds))


def _figures(few: dict[str, tuple[int, float]], many: dict[str, Times], listed: dict[str, Queries]) -> list[Figure]:
    growth = {
        name: many[name].page / seconds
        for name, (rows_then, seconds) in few.items()
        if name in many and many[name].rows == rows_then  # a page with more rows is another page
    }
    against = {name: times.changelist / times.page for name, times in many.items() if times.changelist}
    pages = {name: times.page for name, times in many.items()}
    return [
        _worst_queries("log queries ÷ bare keyset SQL", {name: times.queries for name, times in many.items()}),
        _worst_queries("REST list queries ÷ bare keyset SQL", listed),
        _worst(f"log page, {MANY:,} ÷ {FEW:,} messages", growth, GROWTH, pages, at_most=True),
        _worst("admin's changelist ÷ log page", against, ADMIN, at_most=False),
    ]


def _worst_queries(name: str, queries: Mapping[str, Queries]) -> Figure:
    ratios = {key: each.own / each.bare for key, each in queries.items()}
    seconds = {key: each.own for key, each in queries.items() if each.own}  # what is queued is not among the messages
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


def _spent() -> float:
    """Seconds of processor time of this thread and its PostgreSQL process: what else the machine does is not in it."""
    mine = time.thread_time()
    backend = connection.connection.info.backend_pid
    return mine + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


def _page(client: Client, address: str, rounds: int = ROUNDS) -> float:
    """Seconds the server works for a page, the fewest of some rounds."""

    def once() -> float:
        start = _spent()
        _get(client, address)
        return _spent() - start

    return min(once() for _ in range(rounds))


def _get(client: Client, address: str) -> bytes:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer.content


def _rows(client: Client, request: Request) -> int:
    """How many messages a page shows."""
    return _get(client, request.page).count(b'name="umid"')


def _queries(client: Client, address: str) -> float:
    """Seconds of work for the page's statements that read its rows."""
    spent = []

    def clock(execute: Any, sql: str, *more: Any) -> Any:
        start = _spent()
        result = execute(sql, *more)
        if '"log_message"' in sql or '"log_anchor"' in sql or '."id" IN (' in sql:
            spent.append(_spent() - start)
        return result

    with connection.execute_wrapper(clock):
        _get(client, address)
    return sum(spent)


def _bare(request: Request, size: int) -> float:
    """Seconds of work for the plain statement of a page and the row that tells whether there is another."""
    with connection.cursor() as cursor:
        start = _spent()
        cursor.execute(request.sql, {**request.params, "most": size + 1})
        return _spent() - start


def _person(account: Account) -> Client:
    """A member who sees everything, logged in."""
    user = User.objects.create_user("log@bench.example", "x", is_demo=True)
    Membership.objects.create(account=account, user=user, role="owner")
    return _client(user)


def _program(account: Account) -> Client:
    """A key of the whole account that may see all there is in messages, as often as it likes."""
    text = create_api_key(
        by=Principal.of_command("bench", account), name="Bench", scopes=list(Permission), rate_limit=1_000_000
    )[1]
    return Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {text}"})


def _operator() -> Client:
    return _client(User.objects.create_user("plain@bench.example", "x", is_demo=True, is_staff=True, is_superuser=True))


def _client(user: User) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client
