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
from pathlib import Path
from typing import Any, NamedTuple

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


class Queries(NamedTuple):
    """Seconds of work for a list's statements that read its rows, and for the plain one."""

    own: float
    bare: float


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
            each.name: (_rows(person, each), _page(person, each.address))
            for each in every_request(account) if each.address
        }  # fmt: skip
        load(account, sources, end, FEW, MANY)
        shown, listed, pages, growth, against = {}, {}, {}, {}, {}
        for each in every_request(account):
            listed[each.name] = _compare(program, each.rest, each, PAGE_SIZE_OF_REST)
            if not each.address:
                continue
            pages[each.name] = _page(person, each.address)
            shown[each.name] = _compare(person, each.address, each, PAGE_SIZE)
            rows_then, then = few.get(each.name, (None, 0.0))
            if rows_then == _rows(person, each):  # a page with more rows is another page
                growth[each.name] = pages[each.name] / then
            if each.changelist:
                against[each.name] = _page(operator, each.changelist, ADMIN_ROUNDS) / pages[each.name]
    return [
        _worst_queries("log queries ÷ bare keyset SQL", shown),
        _worst_queries("REST list queries ÷ bare keyset SQL", listed),
        _worst(f"log page, {MANY:,} ÷ {FEW:,} messages", growth, GROWTH, pages, at_most=True),
        _worst("admin's changelist ÷ log page", against, ADMIN, at_most=False),
    ]


def _compare(client: Client, address: str, request: Request, size: int) -> Queries:
    """Each the least of some rounds, in turn, so that both are as cold."""
    rounds = [(_queries(client, address), _bare(request, size)) for _ in range(ROUNDS)]
    return Queries(*map(min, zip(*rounds, strict=True)))


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
        answer = client.get(address)
        seconds = _spent() - start
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        return seconds

    return min(once() for _ in range(rounds))


def _rows(client: Client, request: Request) -> int:
    """How many messages a page shows."""
    return client.get(request.address).content.count(b'name="umid"')


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
        client.get(address)
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
